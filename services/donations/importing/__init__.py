"""The import of gifts by bank and in cash: a spreadsheet with one row per gift.

`columns.py` names the columns, `rows.py` makes gifts of rows, `giving.py` finds whose they are, `part.py` books some of
them in one unit, `run.py` all of them, `report.py` is what comes back. `rates.py` takes in lists of exchange rates.
"""
