"""The import of a register: a spreadsheet with one row per person.

`columns.py` names the columns, `people.py` makes people and households of rows, `planning.py` decides what is to be
done with them, `run.py` does it, `report.py` is what comes back.
"""
