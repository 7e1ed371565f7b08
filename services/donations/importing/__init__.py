"""The import of gifts by bank and in cash: a spreadsheet with one row per gift.

`columns.py` names the columns, `rows.py` makes gifts of rows, `giving.py` finds whose they are, `run.py` books them,
`report.py` is what comes back.
"""
