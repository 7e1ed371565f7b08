"""The import of a register: a spreadsheet with one row a person.

`upload.py` checks what was sent, `sheets.py` reads its rows, `columns.py` knows the columns, `people.py` makes people
and households of rows, `run.py` takes them in, `report.py` is what comes back.
"""
