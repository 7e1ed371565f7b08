"""Sponsorship's lessons on a real database, without a broker: handlers and commands are called directly."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import date
from typing import Any, TypeVar

from sqlalchemy import RowMapping, make_url, text

from services.sponsorship.checks import lessons as checks
from services.sponsorship.commands import settlements
from services.sponsorship.commands.courses import Plan, plan
from services.sponsorship.tables import (
    ATTENDANCE,
    CLOSED_HOUSEHOLD,
    COURSE,
    HELPER_NEED,
    LEARNER,
    LESSON,
    LESSON_PLACE,
    SETTLEMENT,
)
from shared.contracts.intake import HouseholdClosed, SettlementAsked
from shared.database.engine import connect
from shared.database.tables import day, journal
from shared.messaging.unit import Unit, Units
from shared.principals import service_principal
from tests.support.emptying import begin_anew

T = TypeVar("T")
LATE = 7
TABLES = (
    *(ATTENDANCE, LESSON_PLACE, LESSON, HELPER_NEED, SETTLEMENT, LEARNER, COURSE, CLOSED_HOUSEHOLD),
    *(journal, day),
)
"""In an order in which they can be emptied."""


class Classroom:
    """Lessons with nobody in them."""

    def __init__(self, url: str, pool_size: int) -> None:
        self.engine = connect(make_url(url), pool_size=pool_size)
        self.units = Units(self.engine, service_principal("sponsorship"))

    @classmethod
    @asynccontextmanager
    async def open(cls, url: str, first: date, pool_size: int = 3) -> AsyncIterator["Classroom"]:
        """On the day `first`; whatever the database had is gone."""
        room = cls(url, pool_size)
        try:
            await begin_anew(room.engine, first, TABLES)
            yield room
        finally:
            await room.engine.dispose()

    async def do(self, work: Callable[[Unit], Awaitable[T]]) -> T:
        """Work in a unit of its own."""
        async with self.units.open() as unit:
            return await work(unit)

    async def hears(self, facts: Sequence[SettlementAsked | HouseholdClosed]) -> None:
        """Requests in one batch, then closed households in another."""
        asked = [each for each in facts if isinstance(each, SettlementAsked)]
        closed = [each for each in facts if isinstance(each, HouseholdClosed)]
        if asked:
            await self.do(lambda unit: settlements.follow_requests(unit, LATE, asked))
        if closed:
            await self.do(lambda unit: settlements.close_households(unit, LATE, closed))

    async def course(self, code: str, places: int, first_day: date) -> None:
        """A course of one term for beginners in Tokyo."""
        days = frozenset(range(5))
        wanted = Plan(code, "a1", places, 1, first_day, 1, 60, days, frozenset(), 120, "tokyo", online=False)
        await self.do(lambda unit: plan(unit, LATE, wanted))

    async def rows(self, query: str) -> list[RowMapping]:
        """What a statement finds."""
        async with self.engine.begin() as connection:
            return list((await connection.execute(text(query))).mappings())

    async def breaches(self) -> set[str]:
        """The names of the invariants that are broken."""
        async with self.units.read() as session:
            found: dict[str, Any] = {
                name: (await session.execute(text(query))).one() for name, query in checks.CHECKS.items()
            }
        return {name for name, (_, broken) in found.items() if broken}
