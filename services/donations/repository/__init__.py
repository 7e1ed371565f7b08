"""Rows to values and back, with set-based SQL. Nothing here decides or commits.

Locks are always taken in the same order, so that units wait for each other instead of deadlocking: households by id,
then cases by id, then subscriptions by id, then payments by id, then funds by fund and currency, then grants, then
appeals. Whoever only adds money to a fund locks nothing: its balance is raised by the last statement of the unit.
"""
