"""CSV and XLSX files into rows, with limits: registers, and whatever else people keep in spreadsheets.

REGISTER = Columns("a register", names=("household", ...), required=("household", ...))

match open_apart(file, "xlsx", REGISTER):       # slow for a large file: call it in a thread
    case Refused() as refused: ...              # no such file at all, in words for whoever sent it
    case sheet:
        for line in sheet.lines: ...            # each with its row, its cells by column, and its own faults
        sheet.close()

`cells.py` has the words, `columns.py` knows headings and lines, `csv_rows.py` and `xlsx_rows.py` read the two formats,
`opening.py` looks at a file, `apart.py` does all of it where memory and time are limited; `values.py` reads cells by
rules, `report.py` says what became of rows. No fault and no refusal repeats what stood in a cell.
"""
