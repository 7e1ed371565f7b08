"""A spreadsheet that is sent over HTTP, opened while a route takes it in."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any, BinaryIO, Literal, Protocol, TypeVar

from starlette.requests import Request

from shared.outcomes import Refused
from shared.web.uploads import FILE_FORM, file_of, form_of, reading, spreadsheet_format
from shared.web.work import accepted

SHEET_FORM: dict[str, Any] = {
    "requestBody": {"required": True, "content": {"multipart/form-data": {"schema": FILE_FORM}}}
}
"""The body of such a request, for the documentation of a route."""


class _Closed(Protocol):
    def close(self) -> None: ...


_Sheet = TypeVar("_Sheet", bound=_Closed)
Opening = Callable[[BinaryIO, Literal["csv", "xlsx"]], _Sheet | Refused]
"""Opens a file of a format; it may wait."""


@asynccontextmanager
async def sheet_of(request: Request, what: str, opening: Opening[_Sheet]) -> AsyncIterator[_Sheet]:
    """The sheet in the form of a request, a `what` in words; sheet and form are closed after the block.

    Problem 415 or 422 if there is none that can be opened, 503 while too many others are taken in.
    """
    form = await form_of(request)
    async with AsyncExitStack() as stack:
        stack.push_async_callback(form.close)
        file = file_of(form)
        kind = spreadsheet_format(file, what)
        await stack.enter_async_context(reading("files"))
        sheet = accepted(await asyncio.to_thread(opening, file.file, kind))
        stack.callback(sheet.close)
        yield sheet
