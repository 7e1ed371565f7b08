"""Reads the rows of a CSV file one by one, however long it is."""

import csv
import io
import itertools
from collections.abc import Iterator
from typing import BinaryIO

from shared.spreadsheets.cells import MEGABYTE, Fault, Raw, Unreadable


def csv_size(file: BinaryIO) -> int:
    """About how many rows there are. Unreadable if the text is not UTF-8; the whole file is looked at."""
    file.seek(0)
    text = io.TextIOWrapper(file, "utf-8-sig", newline="")
    count, last = 0, "\n"
    try:
        while block := text.read(MEGABYTE):
            count, last = count + block.count("\n"), block[-1]
    except UnicodeDecodeError:
        hint = "Save it as CSV UTF-8 (comma delimited), or send the XLSX file itself."
        raise Unreadable(f"This file is not text in UTF-8. {hint} Nothing was changed.") from None
    finally:
        text.detach()
    return count + (last != "\n")


def csv_rows(file: BinaryIO) -> Iterator[tuple[int, Raw]]:
    """Row number and cells; a row that cannot be read is a Fault, the next is tried. The file is closed after it."""
    file.seek(0)
    reader = csv.reader(io.TextIOWrapper(file, "utf-8-sig", newline=""), strict=True)
    for row in itertools.count(1):
        try:
            yield row, next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield row, Fault(_words(error))


def _words(error: csv.Error) -> str:
    if "unexpected end" in str(error):
        return "the file ends within quotation marks"
    if "field larger" in str(error):
        return f"a cell is longer than {csv.field_size_limit():,} characters; perhaps a quotation mark is not closed"
    return "the quotation marks of this row are not right"
