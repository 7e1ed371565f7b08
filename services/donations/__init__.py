"""The donations service."""
