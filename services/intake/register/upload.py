"""What was sent: the file out of a multipart request, checked before anything is read from it."""

from collections.abc import Iterator
from dataclasses import dataclass
from http import HTTPStatus
from typing import BinaryIO

from starlette.datastructures import FormData, UploadFile
from starlette.requests import Request

from services.intake.register import sheets
from services.intake.register.columns import Line, headings, lines
from shared.web.problems import Problem, invalid

LARGEST_FILE = 25 * sheets.MEGABYTE
ROOM_FOR_FORM = 64 * 1024
TYPES = {
    "csv": {"text/csv", "application/csv", "text/plain", "application/vnd.ms-excel"},
    "xlsx": {"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "application/zip"},
}
ANY_TYPE = {"", "application/octet-stream"}
ZIP, OLD_EXCEL = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"


@dataclass(frozen=True)
class Register:
    """An opened register: its lines, to be read once, and about how many rows there are if that is known."""

    lines: Iterator[Line]
    rows: int | None


async def received(request: Request) -> FormData:
    """The form of the request. Problem if it is no form, too large, or its size is not said."""
    if not request.headers.get("content-type", "").startswith("multipart/form-data"):
        detail = "Send the file as multipart/form-data, in a part named file."
        raise Problem(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, detail)
    size = request.headers.get("content-length", "")
    if not size.isdecimal():
        raise Problem(HTTPStatus.LENGTH_REQUIRED, "Send the size of the request (Content-Length).")
    if int(size) > LARGEST_FILE + ROOM_FOR_FORM:
        raise Problem(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "A register has at most 25 MB. Split it.")
    return await request.form(max_files=1, max_fields=4, max_part_size=1024)


def file_of(form: FormData) -> UploadFile:
    """The register in the form."""
    file = form.get("file")
    if not isinstance(file, UploadFile):
        raise invalid("There is no file: send it in a part named file.", [("file", "is missing")])
    return file


def opened(file: UploadFile) -> Register:
    """Look at the file and read its headings; takes as long as the file is large, so call it in a thread.

    Problem if it cannot be a register.
    """
    kind = _kind(file.filename or "", (file.content_type or "").split(";")[0].strip().lower())
    _check_beginning(file.file, kind)
    if kind == "csv":
        size: int | None = sheets.csv_size(file.file)
        rows = sheets.csv_rows(file.file)
    else:
        size = sheets.xlsx_size(file.file)
        rows = sheets.xlsx_rows(file.file)
    _, first = next(rows, (1, None))
    names = headings(first)
    return Register(lines(names, rows), None if size is None else max(size - 1, 0))


def _kind(name: str, content_type: str) -> str:
    kind = name.rpartition(".")[2].lower()
    if kind not in TYPES:
        raise Problem(
            HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "A register is a file whose name ends with .csv or .xlsx."
        )
    if content_type not in TYPES[kind] | ANY_TYPE:
        raise Problem(
            HTTPStatus.UNSUPPORTED_MEDIA_TYPE, f"This content type is not that of a {kind.upper()} file."
        )
    return kind


def _check_beginning(file: BinaryIO, kind: str) -> None:
    file.seek(0)
    beginning = file.read(4)
    if not beginning:
        raise invalid("This file is empty: its first row must name the columns.")
    if beginning == OLD_EXCEL:
        raise invalid(
            "This is an old Excel file, or one with a password. Save it as XLSX without a password."
        )
    if (kind == "xlsx") != (beginning == ZIP):
        hint = (
            "This is an XLSX file: let its name end with .xlsx."
            if kind == "csv"
            else "This is not an XLSX file."
        )
        raise invalid(f"{hint} Nothing was changed.")
