"""Inventory on a real database, without a broker: handlers, commands and days are called directly, a unit each."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from datetime import date, timedelta
from typing import Any, TypeVar, cast

from sqlalchemy import RowMapping, make_url, text

from services.inventory import day as days
from services.inventory.checks import check
from services.inventory.commands import catalogue
from services.inventory.domain.items import Item, Kind
from services.inventory.handlers import on_household_closed, on_household_registered
from services.inventory.settings import Settings
from services.inventory.tables import Row
from shared.cli.wiring import filled_in
from shared.contracts.intake import HouseholdClosed, HouseholdState
from shared.database.engine import connect
from shared.database.tables import day, timer
from shared.messaging.timers import Timers
from shared.messaging.turning import Days
from shared.messaging.unit import Unit, Units
from shared.observability import Metrics
from shared.outcomes import Refused
from shared.principals import service_principal
from tests.support.catalogue import CATALOGUE
from tests.support.emptying import begin_anew

T = TypeVar("T")


class _Undone(Exception):
    """Rolls a unit back."""


def _end(done: object) -> None:
    if isinstance(done, Refused):
        raise _Undone


class StoreRoom:
    """An inventory with the catalogue of the tests and nothing else."""

    def __init__(self, url: str) -> None:
        self.engine = connect(make_url(url), pool_size=3)
        self.units = Units(self.engine, service_principal("inventory"))
        self.settings = cast(Settings, filled_in("inventory"))
        self.rules = self.settings.rules
        handlers = days.timers(self.settings)
        self.timers = Timers(self.units, handlers, (1,), Metrics("inventory"))
        self._days = Days(self.units, self.timers, days.on_day(self.settings), days.ahead(self.settings))

    @classmethod
    @asynccontextmanager
    async def open(cls, url: str, first: date) -> AsyncIterator["StoreRoom"]:
        """On the day `first`; whatever the database had is gone."""
        room = cls(url)
        try:
            await begin_anew(room.engine, first, (*Row.metadata.tables.values(), day, timer))
            await room.load(CATALOGUE)
            yield room
        finally:
            await room.engine.dispose()

    async def do(self, work: Callable[[Unit], Awaitable[T]], *, alone: bool = False) -> T:
        """Work in a unit of its own; what is refused leaves nothing behind."""
        with suppress(_Undone):
            async with self.units.open(alone=alone) as unit:
                done = await work(unit)
                _end(done)
        return done

    async def load(self, found: dict[str, Any]) -> None:
        """Into the catalogue."""
        items = [Item(**{**each, "kind": Kind(each["kind"])}) for each in found.get("items", ())]
        depots = [catalogue.NewDepot(**each) for each in found.get("depots", ())]
        parts = [catalogue.KitPart(**each) for each in found.get("kit_parts", ())]
        done = await self.do(lambda unit: catalogue.load(unit, self.rules, items, depots, parts), alone=True)
        assert not isinstance(done, Refused), done

    async def hears(self, *facts: HouseholdState | HouseholdClosed) -> None:
        """In one batch; they are all of one contract."""
        if all(isinstance(each, HouseholdClosed) for each in facts):
            closed = [each for each in facts if isinstance(each, HouseholdClosed)]
            await self.do(lambda unit: on_household_closed(self.rules, closed, unit))
        else:
            states = [each for each in facts if isinstance(each, HouseholdState)]
            await self.do(lambda unit: on_household_registered(self.rules, states, unit))

    async def today(self) -> date:
        return cast(date, (await self.rows("SELECT processed FROM day"))[0]["processed"])

    async def turn(self, many: int = 1) -> None:
        """The days turn; what the last of them puts off stays so."""
        to = await self.today() + timedelta(days=many)
        await self._days.turn_to(to)

    async def breaches(self) -> set[str]:
        """The names of the invariants that are broken."""
        async with self.units.read() as session:
            return {each.name for each in await check(self.settings)(session) if each.breaches}

    async def rows(self, query: str, **values: object) -> list[RowMapping]:
        """What a statement finds; of one that changes rows, nothing."""
        async with self.engine.begin() as connection:
            found = await connection.execute(text(query), values)
            return list(found.mappings()) if found.returns_rows else []
