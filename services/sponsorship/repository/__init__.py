"""Rows to values and back, set-based; a file per family of tables. Nothing here commits."""
