"""Seats of events on a real database, without a broker: commands are called directly, a unit each."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from datetime import UTC, date, datetime, timedelta
from typing import Any, cast
from uuid import UUID

from sqlalchemy import make_url, select

from services.events.checks import check
from services.events.commands import gatherings, guests
from services.events.commands.guests import NewGuest
from services.events.contacts import Contact, Venue
from services.events.day import timers
from services.events.domain.gatherings import Gathering, Kind, Safety, Times
from services.events.repository.guests import Choices
from services.events.settings import Settings
from services.events.tables import GATHERING, SEAT, Row
from shared.cli.wiring import filled_in
from shared.database.engine import connect
from shared.database.tables import day, journal, timer
from shared.messaging.unit import Unit, Units
from shared.outcomes import Refused
from shared.principals import service_principal
from shared.settings import ClockMode
from tests.support.emptying import begin_anew

FIRST = date(2006, 11, 1)


class _Undone(Exception):
    """Rolls a unit back."""


def _end(done: object) -> None:
    if isinstance(done, Refused):
        raise _Undone


class BoxOffice:
    """An events service with one gathering, and guests who may come."""

    def __init__(self, url: str) -> None:
        self.engine = connect(make_url(url), pool_size=3)
        self.units = Units(self.engine, service_principal("events"))
        self.settings = cast(Settings, filled_in("events", clock=ClockMode.MANUAL))
        self.guests: list[UUID] = []
        self.gathering = UUID(int=0)

    @classmethod
    @asynccontextmanager
    async def open(cls, url: str, seats: int, people: int, *, passing: bool) -> AsyncIterator["BoxOffice"]:
        """With an announced gathering; whatever the database had is gone."""
        office = cls(url)
        try:
            await office.empty()
            await office.announce(seats, people, passing=passing)
            yield office
        finally:
            await office.engine.dispose()

    async def empty(self) -> None:
        """On the first day again; whatever the database had is gone."""
        await begin_anew(self.engine, FIRST, (*reversed(Row.metadata.sorted_tables), day, journal, timer))

    async def announce(self, seats: int, people: int, *, passing: bool) -> None:
        """Go on with another gathering and other guests; what came before is not looked at any more, but counted."""
        starts_at = datetime(2006, 11, 20, 9, tzinfo=UTC)
        times = Times("Asia/Tokyo", starts_at, starts_at + timedelta(hours=2), starts_at)
        plan = gatherings.Plan(
            Kind.SEMINAR, Safety.OPEN, times, seats, Venue("Title"), smaller_may_pass=passing
        )
        new = [NewGuest(Contact(f"guest {n}", f"{n}@example.org"), Choices()) for n in range(people)]

        async def do(unit: Unit) -> None:
            planned = await gatherings.plan(unit, plan)
            assert isinstance(planned, Gathering)
            self.gathering = planned.id
            await gatherings.announce(unit, planned.id)
            self.guests = await guests.write_down(unit, new)

        await self.do(do)

    async def do(self, work: Callable[[Unit], Awaitable[Any]]) -> Any:
        """What the work gives, in a unit of its own; a refusal undoes it."""
        with suppress(_Undone):
            async with self.units.open() as unit:
                done = await work(unit)
                _end(done)
        return done

    async def parties(self, *states: str) -> list[UUID]:
        """Parties in these states, in the order of arrival."""
        row = SEAT.c
        query = (
            select(row.party, row.number)
            .where(row.state.in_(states), row.gathering_id == self.gathering)
            .distinct()
            .order_by(row.number, row.party)
        )
        async with self.units.read() as session:
            return [each.party for each in await session.execute(query)]

    async def run_out(self, name: str) -> None:
        """Every timer of this name is done, as if it were due."""
        handler = timers(self.settings)[name]
        async with self.units.read() as session:
            found = (
                await session.execute(select(timer.c.key, timer.c.payload).where(timer.c.name == name))
            ).all()
        for key, payload in found:

            async def do(unit: Unit, key: str = key, payload: Any = payload) -> None:
                if await unit.cancel(key):
                    await handler(payload, unit)

            await self.do(do)

    async def state(self) -> tuple[Any, list[Any]]:
        """The gathering and its seats."""
        one = select(GATHERING).where(GATHERING.c.id == self.gathering)
        seats = select(SEAT).where(SEAT.c.gathering_id == self.gathering)
        async with self.units.read() as session:
            gathering = (await session.execute(one)).mappings().one()
            return gathering, list((await session.execute(seats)).mappings())

    async def breaches(self) -> list[str]:
        """The doctor's invariants that are broken."""
        async with self.units.read() as session:
            return [each.name for each in await check(self.settings)(session) if each.breaches]
