"""Reads the rows of a CSV file one by one, however long it is."""

import csv
import io
import itertools
import re
from collections.abc import Iterator
from typing import BinaryIO, NamedTuple

from shared.spreadsheets.cells import MEGABYTE, Fault, Raw, Unreadable

LONGEST_LOOK = 64 * 1024


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
    return count + (last != "\n") - bool(_parting(file).said)


class Parting(NamedTuple):
    """What parts the cells, and whether a first line of its own says so (`sep=;`), which spreadsheets do not show."""

    mark: str
    said: bool


def _parting(file: BinaryIO) -> Parting:
    """A comma, but for tabs in the first row, and what the file says itself. Any number of bytes may be unreadable."""
    file.seek(0)
    first = file.readline(LONGEST_LOOK).decode("utf-8-sig", "replace")
    if said := re.fullmatch(r'"?sep=([^\r\n"])"?\s*', first, re.IGNORECASE):
        return Parting(said[1], said=True)
    return Parting("\t" if first.count("\t") > first.count(",") else ",", said=False)


def csv_rows(file: BinaryIO) -> Iterator[tuple[int, Raw]]:
    """Row number and cells; a row that cannot be read is a Fault, the next is tried. The file is closed after it."""
    parting = _parting(file)
    file.seek(0)
    text = io.TextIOWrapper(file, "utf-8-sig", newline="")
    if parting.said:
        text.readline()
    reader = csv.reader(text, strict=True, delimiter=parting.mark)
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
