"""What a route gets: units to work in, and answers given once for a key.

@router.post("/receipts", status_code=201, dependencies=[allows(Role.STOREKEEPER)])
async def receive(body: NewReceipt, work: Work, settings: StoreSettings) -> GoodsReceived:
    async def do(unit: Unit) -> GoodsReceived | Refused:
        return shown(await commands.receive(unit, settings.rules, ...))

    return await work.once(GoodsReceived, do)
"""

import hashlib
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from typing import Annotated, Any, TypeVar

from fastapi import Depends, Form, Header, Request
from pydantic import BaseModel
from sqlalchemy import ColumnElement, and_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.datastructures import UploadFile

from shared.database.tables import answer
from shared.messaging.unit import Unit, Units
from shared.outcomes import Refused
from shared.principals import Principal
from shared.web.problems import conflict, problem_of
from shared.web.roles import principal_of

M = TypeVar("M", bound=BaseModel)
T = TypeVar("T")
NDJSON = "application/x-ndjson"
"""A JSON object per line, sent as they are made."""

LONGEST_KEY = 120
BLOCK = 64 * 1024
OTHER_BODY = "This Idempotency-Key was used with another body. Send a new key."
KEY_WORDS = (
    "Any text that is new for each thing you do; send the same again to repeat without doing it twice."
)


class _RolledBack(Exception):
    """Raised within a unit that only tries what would happen."""


class Once:
    """Does a request's work in one unit, once for each key of a principal.

    The key is the header Idempotency-Key (`Work`), the field `once` of a form (`FormWork`), or the own id of a notice
    that somebody else sends (`once_for`).
    """

    def __init__(
        self, units: Units, principal: Principal, key: str, digest: bytes, *, dry_run: bool = False
    ) -> None:
        """With `dry_run` everything is done and rolled back: the answer is the one it would have been."""
        self.dry_run = dry_run
        self.units = units
        self.principal = principal
        self.key = key
        self.digest = digest

    async def once(
        self, model: type[M], do: Callable[[Unit], Awaitable[M | Refused]], *, alone: bool = False
    ) -> M:
        """The answer of `do`, or the answer given before to the same principal, key and body.

        With `alone` no other unit is under way meanwhile. When `do` refuses, nothing of the unit stays, the key is as
        if it had never been sent, and Problem says why.
        Raises Problem 409 when the key was used with another body.
        """
        done: list[M] = []
        with suppress(_RolledBack):
            async with self.units.open(actor=self.principal, alone=alone) as unit:
                done.append(await self._answer(unit, model, do))
                if self.dry_run:
                    # What only the last statements would be refused for is refused here too.
                    await unit.session.write()
                    raise _RolledBack
        return done[0]

    async def _answer(self, unit: Unit, model: type[M], do: Callable[[Unit], Awaitable[M | Refused]]) -> M:
        if not await self._claim(unit.session):
            return model.model_validate_json(await self._given(unit.session))
        result = await do(unit)
        if isinstance(result, Refused):
            # Raised within the unit, so that the unit rolls back.
            raise problem_of(result)
        body = result.model_dump_json()
        unit.writes.change(answer, [{"actor": self.principal.id, "key": self.key, "body": body}])
        return result

    def _mine(self) -> ColumnElement[bool]:
        return and_(answer.c.actor == self.principal.id, answer.c.key == self.key)

    async def _claim(self, session: AsyncSession) -> bool:
        row = {"actor": self.principal.id, "key": self.key, "digest": self.digest}
        claim = insert(answer).values(row).on_conflict_do_nothing().returning(answer.c.key)
        return await session.scalar(claim) is not None

    async def _given(self, session: AsyncSession) -> str:
        found = (await session.execute(select(answer.c.digest, answer.c.body).where(self._mine()))).one()
        if found.digest != self.digest:
            raise conflict(OTHER_BODY)
        return str(found.body)


async def once_for(request: Request, key: str, *, dry_run: bool = False) -> Once:
    """Once for a key that stands elsewhere than in a header or a form: the own id of a notice, say."""
    digest = _digest(request)
    digest.update(await request.body())
    units, principal = request.app.state.units, principal_of(request)
    return Once(units, principal, _kept(request, key), digest.digest(), dry_run=dry_run)


async def _by_header(
    request: Request,
    idempotency_key: Annotated[str, Header(min_length=1, max_length=LONGEST_KEY, description=KEY_WORDS)],
    x_relief_dry_run: Annotated[
        bool, Header(description="say what would happen, and change nothing")
    ] = False,
) -> Once:
    return await once_for(request, idempotency_key, dry_run=x_relief_dry_run)


async def _by_form(
    request: Request,
    once: Annotated[str, Form(min_length=1, max_length=LONGEST_KEY, description=KEY_WORDS)],
) -> Once:
    digest = _digest(request)
    # The body of a form is gone once it was read; its fields are kept, and files can be read again.
    for name, value in (await request.form()).multi_items():
        if isinstance(value, str):
            _add(digest, name, value.encode())
        else:
            await _add_file(digest, name, value)
    return Once(request.app.state.units, principal_of(request), _kept(request, once), digest.digest())


def _add(digest: "hashlib._Hash", name: str, content: bytes) -> None:
    digest.update(f"{name}={len(content)}:".encode() + content)


async def _add_file(digest: "hashlib._Hash", name: str, file: UploadFile) -> None:
    """A block at a time: a file may have more than the service should hold."""
    digest.update(f"{name}={file.size}:".encode())
    while block := await file.read(BLOCK):
        digest.update(block)
    await file.seek(0)


def _kept(request: Request, key: str) -> str:
    """How a key is kept: as a hash, for somebody may have typed it."""
    return f"{request.method} {hashlib.sha256(key.encode()).hexdigest()}"


def _digest(request: Request) -> "hashlib._Hash":
    return hashlib.sha256(f"{request.url.path}?{request.url.query}\0".encode())


async def _reading(request: Request) -> AsyncIterator[AsyncSession]:
    units: Units = request.app.state.units
    async with units.read() as session:
        yield session


async def _units(request: Request) -> Units:
    """Not in a thread: to hand over to one costs a request more than this does."""
    units: Units = request.app.state.units
    return units


def app_settings(request: Request) -> Any:
    """The service's own settings: `StoreSettings = Annotated[Settings, Depends(app_settings)]`."""
    return request.app.state.settings


def accepted(outcome: T | Refused) -> T:
    """What was done. Raises Problem for what was refused; for routes that open their units themselves."""
    if isinstance(outcome, Refused):
        raise problem_of(outcome)
    return outcome


Work = Annotated[Once, Depends(_by_header)]
"""For routes that change something; the key comes in the header Idempotency-Key."""

FormWork = Annotated[Once, Depends(_by_form)]
"""For pages that change something; the key is the form's field `once`."""

Reading = Annotated[AsyncSession, Depends(_reading)]
"""For routes that only look."""

OpenUnits = Annotated[Units, Depends(_units)]
"""For routes that need many units, like an import."""

Asking = Annotated[Principal, Depends(principal_of)]
"""Who sent the request."""
