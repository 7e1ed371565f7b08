"""What a route gets: units to work in, answers given once for a key, and pages of a list.

@router.post("/deliveries", status_code=201, dependencies=[allows(Role.STOREKEEPER)])
async def deliver(body: NewDelivery, work: Work) -> Delivered:
    return await work.once(Delivered, lambda unit: hand_out(unit, body))
"""

import hashlib
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Annotated, Any, Generic, TypeVar

from fastapi import Depends, Header, Query, Request
from pydantic import BaseModel, Field
from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from shared.database import answer
from shared.messaging.unit import Unit, Units
from shared.web.problems import conflict

M = TypeVar("M", bound=BaseModel)
NDJSON = "application/x-ndjson"
"""A JSON object a line, sent as they are made."""

KEY_WORDS = (
    "Any text that is new for each thing you do; send the same again to repeat without doing it twice."
)


class Once:
    """Does a request's work in one unit, once for each Idempotency-Key."""

    def __init__(self, units: Units, key: str, digest: bytes) -> None:
        self._units = units
        self._key = key
        self._digest = digest

    async def once(self, model: type[M], do: Callable[[Unit], Awaitable[M]]) -> M:
        """The answer of `do`, or the answer given before to the same key and body.

        Raises Problem 409 when the key was used with another body.
        """
        async with self._units.open() as unit:
            if not await self._claim(unit.session):
                return model.model_validate_json(await self._given(unit.session))
            result = await do(unit)
            body = result.model_dump_json()
            await unit.session.execute(update(answer).where(answer.c.key == self._key).values(body=body))
        return result

    async def _claim(self, session: AsyncSession) -> bool:
        claim = insert(answer).values(key=self._key, digest=self._digest).on_conflict_do_nothing()
        return bool(await session.scalar(claim.returning(answer.c.key)))

    async def _given(self, session: AsyncSession) -> str:
        found = (
            await session.execute(select(answer.c.digest, answer.c.body).where(answer.c.key == self._key))
        ).one()
        if found.digest != self._digest:
            raise conflict("This Idempotency-Key was used with another body. Send a new key.")
        return str(found.body)


async def _once(
    request: Request,
    idempotency_key: Annotated[str, Header(min_length=1, max_length=120, description=KEY_WORDS)],
) -> Once:
    body = await request.body()
    digest = hashlib.sha256(f"{request.url.path}?{request.url.query}\0".encode() + body).digest()
    return Once(request.app.state.units, f"{request.method} {idempotency_key}", digest)


async def _reading(request: Request) -> AsyncIterator[AsyncSession]:
    units: Units = request.app.state.units
    async with units.read() as session:
        yield session


def _units(request: Request) -> Units:
    units: Units = request.app.state.units
    return units


def _settings(request: Request) -> Any:
    return request.app.state.settings


Work = Annotated[Once, Depends(_once)]
"""For routes that change something."""

Reading = Annotated[AsyncSession, Depends(_reading)]
"""For routes that only look."""

OpenUnits = Annotated[Units, Depends(_units)]
"""For routes that need many units, like an import."""

AppSettings = Annotated[Any, Depends(_settings)]
"""The service's own Settings object."""


class Page(BaseModel, Generic[M]):
    """A part of a list; `next` is the `after` of the following page, none at the end."""

    items: list[M]
    next: str | None = Field(default=None, description="send as `after` to get the next page")


Limit = Annotated[int, Query(ge=1, le=500, description="at most this many")]
After = Annotated[str | None, Query(max_length=200, description="`next` of the page before")]
