"""Bodies of requests: how large they may be, and how slow. What is too large or too slow is not read to its end."""

import asyncio
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from starlette.exceptions import HTTPException
from starlette.types import Message, Receive, Scope

MEGABYTE = 1024 * 1024
MOST_MEGABYTES = 1
MOST_UPLOADED_MEGABYTES = 25
MOST = MOST_MEGABYTES * MEGABYTE
# The file, and what a form has around it.
MOST_UPLOADED = MOST_UPLOADED_MEGABYTES * MEGABYTE + 64 * 1024
FORM = "multipart/form-data"

# A fieldworker's line may be slow, so what counts is that the body goes on coming: 25 MB may take half an hour.
PATIENCE_SECONDS = 30.0
SLOWEST_BYTES_PER_SECOND = 16_000

# Each unknown field becomes an error of more than a kilobyte before anything can be counted. The largest catalogue that
# may be sent has 35,000 commas.
MOST_COMMAS = 40_000

TOO_LARGE = f"A request has at most {MOST_MEGABYTES} MB."
TOO_MANY = f"A request has at most {MOST_COMMAS:,} fields and list entries. Split it."
UPLOAD_TOO_LARGE = f"An upload has at most {MOST_UPLOADED_MEGABYTES} MB. Split the file."
NO_SIZE = "Send the size of the request (Content-Length)."
TOO_SLOW = "The request came too slowly. Nothing was changed; send it again."


class Body:
    """What a request brings, counted while it is read.

    A file may be 25 MB, where the route takes files by its own documentation; anything else 1 MB. HTTPException 413 or
    408 reaches whoever reads on, 411 if an upload does not say its size first.
    """

    def __init__(self, scope: Scope, headers: Mapping[bytes, bytes], receive: Receive) -> None:
        self._scope = scope
        self._headers = headers
        self._receive = receive
        self._begun = False
        self._most = MOST
        self._is_upload = False
        self._since = 0.0
        self._came = 0
        self._commas = 0
        self._whole = False

    async def receive(self) -> Message:
        """As ASGI has it; checks nothing any more once the body is whole."""
        if self._whole:
            return await self._receive()
        if not self._begun:
            self._begin()
        message = await self._next()
        self._whole = not message.get("more_body", False)
        self._count(message.get("body", b""))
        return message

    def _begin(self) -> None:
        self._begun = True
        is_form = self._headers.get(b"content-type", b"").lower().startswith(FORM.encode())
        self._is_upload = is_form and takes_files(self._scope)
        self._most = MOST_UPLOADED if self._is_upload else MOST
        self._since = asyncio.get_running_loop().time()
        said = self._headers.get(b"content-length", b"")
        if self._is_upload and not said.isdigit():
            raise HTTPException(HTTPStatus.LENGTH_REQUIRED, NO_SIZE)
        if said.isdigit():
            self._check(int(said))

    async def _next(self) -> Message:
        patience = PATIENCE_SECONDS + self._came / SLOWEST_BYTES_PER_SECOND
        try:
            async with asyncio.timeout_at(self._since + patience):
                return await self._receive()
        except TimeoutError:
            closing = {"Connection": "close"}
            raise HTTPException(HTTPStatus.REQUEST_TIMEOUT, TOO_SLOW, closing) from None

    def _count(self, part: bytes) -> None:
        self._came += len(part)
        self._check(self._came)
        if not self._is_upload:
            self._commas += part.count(b",")
            if self._commas > MOST_COMMAS:
                raise HTTPException(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, TOO_MANY)

    def _check(self, size: int) -> None:
        if size > self._most:
            words = UPLOAD_TOO_LARGE if self._is_upload else TOO_LARGE
            raise HTTPException(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, words)


def takes_files(scope: Scope) -> bool:
    """Whether the route of this request is documented as one that takes a form with a file."""
    app: Any = scope.get("app")
    path = scope["path"].removeprefix(scope.get("root_path", ""))
    return any(pattern.fullmatch(path) for pattern in app.upload_paths)
