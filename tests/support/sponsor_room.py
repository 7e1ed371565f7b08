"""Sponsorship on a real database, without a broker: handlers, commands and timers are called directly, a unit each."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import date
from typing import Any, TypeVar, cast
from uuid import UUID

from sqlalchemy import RowMapping, make_url, text

from services.sponsorship import handlers
from services.sponsorship.checks import check
from services.sponsorship.commands import holds
from services.sponsorship.day import timers
from services.sponsorship.domain.holds import Hold
from services.sponsorship.settings import Settings
from services.sponsorship.tables import Row
from shared.cli.wiring import filled_in
from shared.contracts.base import Contract
from shared.database.engine import connect
from shared.database.tables import day, journal, timer
from shared.messaging.unit import Unit, Units
from shared.outcomes import Refused
from shared.principals import service_principal
from tests.support.emptying import begin_anew

T = TypeVar("T")


class SponsorRoom:
    """A sponsorship service with nothing in it."""

    def __init__(self, url: str, **settings: Any) -> None:
        self.engine = connect(make_url(url), pool_size=3)
        self.units = Units(self.engine, service_principal("sponsorship"))
        self.settings = cast(Settings, filled_in("sponsorship", **settings))
        self._hears = {each.contract: each.handler for each in handlers.hears(self.settings)}

    @classmethod
    @asynccontextmanager
    async def open(cls, url: str, first: date, **settings: Any) -> AsyncIterator["SponsorRoom"]:
        """On the day `first`; whatever the database had is gone."""
        room = cls(url, **settings)
        try:
            await begin_anew(room.engine, first, (*reversed(Row.metadata.sorted_tables), day, timer, journal))
            yield room
        finally:
            await room.engine.dispose()

    async def do(self, work: Callable[[Unit], Awaitable[T]]) -> T:
        """Work in a unit of its own."""
        async with self.units.open() as unit:
            return await work(unit)

    async def hears(self, *facts: Contract) -> None:
        """One after another."""
        for fact in facts:
            await self.do(lambda unit, fact=fact: self._hears[type(fact)]([fact], unit))  # type: ignore[misc]

    async def hold(self, gift: UUID, child: UUID, until: date) -> Hold:
        wanted = holds.Wanted(gift, child, until)
        made = await self.do(lambda unit: holds.hold(unit, self.settings.rules, wanted))
        assert not isinstance(made, Refused), made
        return made

    async def to(self, on: date) -> None:
        """The day is another one, and the holds that end until then end."""
        await self.rows("UPDATE day SET processed = :on", on=on)
        for due in await self.rows(
            "SELECT key, name, payload FROM timer WHERE due_on <= :on ORDER BY due_on", on=on
        ):
            await self.rows("DELETE FROM timer WHERE key = :key", key=due["key"])
            await self.do(lambda unit, due=due: timers(self.settings)[due["name"]](due["payload"], unit))  # type: ignore[misc]

    async def breaches(self) -> set[str]:
        """The names of the invariants that are broken."""
        async with self.units.read() as session:
            return {each.name for each in await check(self.settings)(session) if each.breaches}

    async def rows(self, query: str, **values: object) -> list[RowMapping]:
        """What a statement finds; of one that changes rows, nothing."""
        async with self.engine.begin() as connection:
            found = await connection.execute(text(query), values)
            return list(found.mappings()) if found.returns_rows else []
