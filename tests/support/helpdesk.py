"""Events on a real database, without a broker: commands, handlers and timers are called directly, a unit each."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import date, datetime, timedelta
from typing import Any, TypeVar, cast
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import RowMapping, make_url, text
from uuid_utils.compat import uuid7

from services.events import handlers
from services.events.checks import check
from services.events.commands import gatherings, volunteers
from services.events.commands.gatherings import Plan
from services.events.commands.volunteers import Applicant, Profile
from services.events.contacts import Contact, Venue
from services.events.day import on_day, timers
from services.events.domain.gatherings import Gathering, Kind, Language, Safety, Times
from services.events.domain.helping import CHECKS, VolunteerState
from services.events.domain.languages import Skill
from services.events.settings import Settings
from services.events.tables import Row
from shared.cli.wiring import filled_in
from shared.contracts.base import Contract
from shared.database.engine import connect
from shared.database.tables import day, journal, timer
from shared.messaging.unit import Unit, Units
from shared.outcomes import Refused
from shared.principals import service_principal
from tests.support.emptying import begin_anew
from tests.support.locks import Locks

T = TypeVar("T")
DAY = date(2007, 3, 1)
"""The first day of a desk, if nothing else is said."""
KOREAN = Skill("ko", "ja", "c1", modes=frozenset({"consecutive", "simultaneous"}))


class _Undone(Exception):
    """Rolls a unit back."""


class Helpdesk:
    """An events service with nothing in it."""

    def __init__(self, url: str, **settings: Any) -> None:
        self.engine = connect(make_url(url), pool_size=3)
        self.locks = Locks.of(self.engine)
        self.units = Units(self.engine, service_principal("events"))
        self.settings = cast(Settings, filled_in("events", **settings))
        self.handlers = {each.contract: each.handler for each in handlers.hears(self.settings)}
        self._people = 0

    @classmethod
    @asynccontextmanager
    async def open(cls, url: str, first: date, **settings: Any) -> AsyncIterator["Helpdesk"]:
        """On the day `first`; whatever the database had is gone."""
        desk = cls(url, **settings)
        try:
            await begin_anew(desk.engine, first, (*reversed(Row.metadata.sorted_tables), day, journal, timer))
            yield desk
            assert desk.locks.out_of_order == []
        finally:
            await desk.engine.dispose()

    async def do(self, work: Callable[[Unit], Awaitable[T]]) -> T:
        """Work in a unit of its own; what is refused leaves nothing behind."""
        with suppress(_Undone):
            async with self.units.open() as unit:
                done = await work(unit)
                if isinstance(done, Refused):
                    raise _Undone
        return done

    async def hears(self, *facts: Contract) -> None:
        """In one batch for each contract."""
        for kind in dict.fromkeys(type(each) for each in facts):
            batch = [each for each in facts if type(each) is kind]
            await self.do(lambda unit, kind=kind, batch=batch: self.handlers[kind](batch, unit))  # type: ignore[misc]

    async def works(self) -> None:
        """Do what reminders are under way for, until there are none."""
        known = timers(self.settings)
        while due := await self.rows("DELETE FROM timer WHERE CAST(payload AS text) = '{}' RETURNING name"):
            for name in {row["name"] for row in due} & set(known):
                await self.do(lambda unit, name=name: known[name]({}, unit))  # type: ignore[misc]

    async def turn(self, on: date) -> None:
        """The day is another one, and what falls due is done."""
        await self.rows("UPDATE day SET processed = :on", on=on)
        await self.do(lambda unit: on_day(self.settings)(on, unit))
        await self.works()

    async def gathering(
        self, on: date, *languages: Language, hours: int = 3, announced: bool = True
    ) -> Gathering:
        """A seminar in Tokyo that begins at ten."""
        start = datetime(on.year, on.month, on.day, 10, tzinfo=ZoneInfo("Asia/Tokyo"))
        times = Times("Asia/Tokyo", start, start + timedelta(hours=hours), start)
        plan = Plan(Kind.SEMINAR, Safety.OPEN, times, 10, Venue("Seminar"), languages)
        made = await self.do(lambda unit: gatherings.plan(unit, plan))
        assert isinstance(made, Gathering)
        if announced:
            await self.do(lambda unit: gatherings.announce(unit, made.id))
        await self.works()
        return made

    async def volunteer(self, *skills: Skill, active: bool = True, **profile: Any) -> UUID:
        """Somebody with all checks, who has helped elsewhere before and does everything."""
        self._people += 1
        contact = Contact(f"Volunteer {self._people}", f"volunteer{self._people}@example.org")
        tasks = frozenset({"interpret", "accompany", "teach", "translate_letter"})
        values = {
            "tasks": tasks,
            "skills": skills or (KOREAN,),
            "regions": frozenset({"tokyo"}),
            "earlier": 1,
        }
        who = Applicant(contact, True, Profile(**{**values, **profile}))
        made = await self.do(lambda unit: volunteers.apply(unit, who))
        assert isinstance(made, UUID), made
        for what in CHECKS:
            await self.do(
                lambda unit, what=what: volunteers.check(unit, self.settings.helping, made, what, None)  # type: ignore[misc]
            )
        await self.becomes(made, VolunteerState.CHECKED, *([VolunteerState.ACTIVE] if active else []))
        await self.works()
        return made

    async def becomes(self, volunteer_id: UUID, *states: VolunteerState) -> None:
        rules = self.settings.helping
        for state in states:
            done = await self.do(lambda unit, to=state: volunteers.step(unit, rules, volunteer_id, to))  # type: ignore[misc]
            assert done == volunteer_id, done

    async def needs(self) -> dict[UUID, tuple[str, int, int, str]]:
        """How needs stand: status, wanted, found, reason."""
        found = await self.rows("SELECT id, status, wanted, found, reason FROM need WHERE said > 0")
        return {row["id"]: (row["status"], row["wanted"], row["found"], row["reason"]) for row in found}

    async def held(self, state: str = "offered") -> list[tuple[UUID, UUID]]:
        """Who has what in this state: need and volunteer, in the order in which they were asked."""
        query = "SELECT need_id, volunteer_id FROM assignment WHERE state = :state ORDER BY id"
        return [(row["need_id"], row["volunteer_id"]) for row in await self.rows(query, state=state)]

    async def answers(
        self, answer: Callable[..., Awaitable[UUID | Refused]], *needs: UUID, **more: Any
    ) -> Sequence[UUID | Refused]:
        """Whoever has these needs, or any, says this: `volunteers.accept`, say."""
        query = "SELECT id, need_id FROM assignment WHERE state IN ('offered', 'accepted') ORDER BY id"
        ids = [row["id"] for row in await self.rows(query) if not needs or row["need_id"] in needs]
        rules = self.settings.helping
        done = [await self.do(lambda unit, key=key: answer(unit, rules, key, **more)) for key in ids]  # type: ignore[misc]
        await self.works()
        return done

    async def said(self, contract: type[Contract], subject: UUID) -> list[Any]:
        """What was said of something, in order."""
        query = "SELECT data FROM journal WHERE contract = :wire AND subject = :subject"
        rows = await self.rows(query, wire=contract.wire, subject=subject)
        facts = [contract.model_validate_json(row["data"]) for row in rows]
        return sorted(facts, key=lambda fact: cast(Any, fact).version)

    async def breaches(self) -> set[str]:
        """The names of the invariants that are broken."""
        async with self.units.read() as session:
            return {each.name for each in await check(self.settings)(session) if each.breaches}

    async def rows(self, query: str, **values: object) -> list[RowMapping]:
        """What a statement finds; of one that changes rows, nothing."""
        async with self.engine.begin() as connection:
            found = await connection.execute(text(query), values)
            return list(found.mappings()) if found.returns_rows else []


def new_id() -> UUID:
    return uuid7()
