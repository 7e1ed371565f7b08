"""Rows to values and back, with set-based SQL. Nothing here decides or commits.

Locks are always taken in the same order, so that units wait for each other instead of deadlocking: gatherings by id,
then guests by id. A contact is locked by nobody: two units that write one down find each other by its key.
"""
