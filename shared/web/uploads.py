"""Files that are sent over HTTP: the file out of a multipart request; `bodies.py` sees to their size."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from http import HTTPStatus
from typing import Any, Literal

from starlette.datastructures import FormData, UploadFile
from starlette.requests import Request

from shared.web.bodies import FORM, MOST_UPLOADED_MEGABYTES
from shared.web.problems import Problem, invalid

TYPES: dict[Literal["csv", "xlsx"], set[str]] = {
    "csv": {"text/csv", "application/csv", "text/plain", "application/vnd.ms-excel"},
    "xlsx": {"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "application/zip"},
}
"""The content types under which browsers send each format."""
ANY_TYPE = {"", "application/octet-stream"}
AT_ONCE = asyncio.Semaphore(2)
FILE_FORM: dict[str, Any] = {
    "type": "object",
    "required": ["file"],
    "properties": {
        "file": {
            "type": "string",
            "format": "binary",
            "description": f"CSV (UTF-8) or XLSX, at most {MOST_UPLOADED_MEGABYTES} MB",
        }
    },
}
"""The JSON schema of the form, for the documentation of a route."""


async def form_of(request: Request, files: int = 1) -> FormData:
    """The form of the request, with at most so many files.

    Problem 415 if it is none; what `Body` raises if it is too large or too slow.
    """
    if not request.headers.get("content-type", "").startswith(FORM):
        detail = "Send the file as multipart/form-data, in a part named file."
        raise Problem(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, detail)
    return await request.form(max_files=files, max_fields=4, max_part_size=1024)


def file_of(form: FormData) -> UploadFile:
    """The file in the form. Problem 422 if there is none."""
    file = form.get("file")
    if not isinstance(file, UploadFile):
        raise invalid("There is no file: send it in a part named file.", [("file", "is missing")])
    return file


def further_file_of(form: FormData, name: str) -> UploadFile | None:
    """A file in the form that may be left out. Problem 422 if there is something else under its name."""
    file = form.get(name)
    if file is not None and not isinstance(file, UploadFile):
        raise invalid("Something that should be a file is none.", [(name, "is no file")])
    return file


def spreadsheet_format(file: UploadFile, what: str) -> Literal["csv", "xlsx"]:
    """Which format the file is said to have. Problem 415 if it is another one, or if its type is not of its name."""
    ending = (file.filename or "").rpartition(".")[2].lower()
    found = next((each for each in TYPES if each == ending), None)
    if found is None:
        detail = f"{_first_upper(what)} is a file whose name ends with .csv or .xlsx."
        raise Problem(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, detail)
    content_type = (file.content_type or "").split(";")[0].strip().lower()
    if content_type not in TYPES[found] | ANY_TYPE:
        detail = f"This content type is not that of a {found.upper()} file."
        raise Problem(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, detail)
    return found


@asynccontextmanager
async def reading(what: str) -> AsyncIterator[None]:
    """Reading takes memory, so few files are taken in at the same time. Problem 503, which names `what`, if so."""
    if AT_ONCE.locked():
        raise Problem(
            HTTPStatus.SERVICE_UNAVAILABLE, f"Other {what} are being taken in. Send this one later."
        )
    async with AT_ONCE:
        yield


def _first_upper(words: str) -> str:
    return words[:1].upper() + words[1:]
