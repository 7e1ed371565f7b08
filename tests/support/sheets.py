"""Registers as files."""

import io
import zipfile
from typing import Any

import openpyxl

HEADINGS = ["household", "given_name", "family_name", "age", "size", "region", "arrived_on"]
GOOD = ["R-1", "Given", "Family", "30", "M", "north", "2006-10-20"]
CSV, XLSX = "text/csv", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def workbook(*rows: list[Any], headings: list[str] = HEADINGS) -> bytes:
    book = openpyxl.Workbook()
    for row in (headings, *rows):
        book.active.append(row)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def sheet(*rows: list[str]) -> bytes:
    return "\n".join(",".join(row) for row in (HEADINGS, *rows)).encode()


def zipped(**files: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return file.getvalue()
