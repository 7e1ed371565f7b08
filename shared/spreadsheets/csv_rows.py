"""Reads the rows of a CSV file one by one, however long it is."""

import codecs
import csv
import io
import itertools
import re
from collections.abc import Iterator, Sequence
from typing import BinaryIO, NamedTuple

from shared.spreadsheets.cells import MEGABYTE, Fault, Raw, Unreadable
from shared.spreadsheets.columns import SHIFT_JIS, UTF_8

LONGEST_LOOK = 64 * 1024
_NAMES = {SHIFT_JIS: "Shift-JIS"}


def csv_size(file: BinaryIO, encodings: Sequence[str] = (UTF_8,)) -> tuple[int, str]:
    """About how many rows there are, and the encoding of the text: the first in which the whole file can be read.

    Unreadable if it can be read in none of them.
    """
    for encoding in encodings:
        count = _rows_in(file, encoding)
        if count is not None:
            return count - bool(_parting(file, encoding).said), encoding
    others = "".join(f" or {_NAMES.get(each, each)}" for each in encodings if each != UTF_8)
    hint = "Save it as CSV UTF-8 (comma delimited), or send the XLSX file itself."
    if _is_utf_16(file):
        hint = f"It is UTF-16, which programs call Unicode. {hint}"
    raise Unreadable(f"This file is not text in UTF-8{others}. {hint} Nothing was changed.")


def _is_utf_16(file: BinaryIO) -> bool:
    """Whether a file begins like text in UTF-16: Excel saves that as "Unicode text"."""
    file.seek(0)
    return file.read(2) in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def _rows_in(file: BinaryIO, encoding: str) -> int | None:
    """The rows of the text, None if it is no text in this encoding."""
    file.seek(0)
    text = io.TextIOWrapper(file, encoding, newline="")
    count, last = 0, "\n"
    try:
        while block := text.read(MEGABYTE):
            count, last = count + block.count("\n"), block[-1]
    except UnicodeDecodeError:
        return None
    finally:
        text.detach()
    return count + (last != "\n")


class Parting(NamedTuple):
    """What parts the cells, and whether a first line of its own says so (`sep=;`), which spreadsheets do not show."""

    mark: str
    said: bool


def _parting(file: BinaryIO, encoding: str) -> Parting:
    """A comma, but for tabs in the first row, and what the file says itself. Any number of bytes may be unreadable."""
    file.seek(0)
    first = file.readline(LONGEST_LOOK).decode(encoding, "replace")
    if said := re.fullmatch(r'"?sep=([^\r\n"])"?\s*', first, re.IGNORECASE):
        return Parting(said[1], said=True)
    return Parting("\t" if first.count("\t") > first.count(",") else ",", said=False)


def csv_rows(file: BinaryIO, encoding: str = UTF_8) -> Iterator[tuple[int, Raw]]:
    """Row number and cells; a row that cannot be read is a Fault, the next is tried. The file is closed after it."""
    parting = _parting(file, encoding)
    file.seek(0)
    text = io.TextIOWrapper(file, encoding, newline="")
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
