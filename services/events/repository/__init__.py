"""Rows to values and back, with set-based SQL. Nothing here decides or commits.

Locks are always taken in the same order, so that units wait for each other instead of deadlocking: contacts by their
keys, then members by id, then guests by id, then gatherings by id. A guest's own contact data are changed under the
guest's lock. Whoever holds a gathering writes no contact and no
guest; its seats and places are locked with it.
"""
