"""Rows to values and back, with set-based SQL. Nothing here decides or commits.

Locks are always taken in the same order, so that units wait for each other instead of deadlocking: households by id,
then items by code and their shelves by item and depot, then totals by item.
"""
