"""The unit of work: rows, inbox, outbox, journal and timers in one transaction.

    async with units.open(actor=principal) as unit:
        await repository.save(unit.session, household)
        unit.say(HouseholdRegistered(...))
        unit.later("hold_ends", {"child": ...}, due=unit.now + timedelta(hours=48), key=f"hold {child}")
    # committed here, or nothing happened

Nothing else in a service commits.
"""

import asyncio
import secrets
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any, TypeVar

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from shared.contracts.base import Contract
from shared.database.engine import DAY_SECONDS, set_transaction_timeout
from shared.database.session import GatheringSession, Looking
from shared.database.tables import day, journal
from shared.database.writes import Writes
from shared.messaging import crashpoints, outbox_rows
from shared.messaging.day import hold_day
from shared.messaging.envelope import Envelope, seal
from shared.messaging.memory import Load, Memory
from shared.messaging.months import Months
from shared.messaging.timer_rows import Timer, cancel_timers, set_timers, share_reminder
from shared.principals import Principal

T = TypeVar("T")

FACTS_PER_ROW = 200
ANSWER_SECONDS = 2.0


@dataclass
class Unit:
    """One transaction. `today` is the service's day and does not turn while the unit is open.

    `actor` is who does what is done here: it is written beside each decision. `looked_at` are those of the facts being
    handled that an operator has looked at and put back to work.
    """

    session: GatheringSession
    today: date
    now: datetime
    actor: Principal
    causes: Sequence[Envelope] = ()
    memory: Memory = field(default_factory=Memory)
    edition: int | None = None
    said: list[Envelope] = field(default_factory=list)
    reminders: set[str] = field(default_factory=set)
    timers: dict[str, Timer] = field(default_factory=dict)
    looked_at: Sequence[Contract] = ()

    def __post_init__(self) -> None:
        self._about = {cause.subject: cause for cause in self.causes}
        """The last cause about each subject."""

    def not_before(self, moment: datetime) -> None:
        """Set `now` to this moment, unless it is later already.

        A timer is due by the database's clock, and the service's own may be behind that: the timer's work must not find
        that its time has not come, for the timer is gone.
        """
        self.now = max(self.now, moment)

    def say(self, fact: Contract) -> None:
        """Tell the other services, if and when this unit commits.

        The fact continues the correlation of the message about the same subject, or of the only message there is. If a
        batch has several messages and none is about the subject, the fact starts a correlation of its own.
        """
        self.said.append(seal(fact, self.now, self._cause_of(fact)))

    def later(self, name: str, payload: Mapping[str, Any], due: datetime | date, key: str) -> None:
        """Have the service's timer `name` called with `payload` (JSON) when it is due, if this unit commits.

        `due` is an instant (wall clock, with a zone) or a date: then the timer is called once the service's day has
        turned to that date. A timer that is set again under its key replaces the one before, a parked one too.
        """
        self.timers[key] = Timer(key, name, dict(payload), due)

    async def cancel(self, key: str) -> bool:
        """Take a timer away. False if there is none any more, or if another unit is doing it at this moment: then its
        effect may still come, and the caller must cope with it.

        Whoever sets and cancels timers of one thing holds that thing's lock: a timer that another unit is setting anew
        at this moment is passed over like one that is being done.
        """
        return key in await self.cancel_all([key])

    async def cancel_all(self, keys: Collection[str]) -> set[str]:
        """Take timers away, as `cancel` does each; the keys of those that were there."""
        pending = {key for key in keys if self.timers.pop(key, None) is not None}
        return pending | await cancel_timers(self.session, keys)

    def remind(self, name: str) -> None:
        """Have the service's timer of this name called soon after this unit commits, once for many units."""
        self.reminders.add(name)

    @property
    def writes(self) -> Writes:
        """Rows to be written with the next statement, or at the unit's end."""
        return self.session.writes

    async def recall(self, name: str, load: Load[T]) -> T:
        """What `load` gives, from memory unless it has changed since (`memory.py`)."""
        return await self.memory.recall(name, self.edition, load, self.session)

    async def renew(self) -> None:
        """Something that processes keep in memory changes with this unit, which must hold the day alone."""
        await self.session.execute(update(day).values(edition=secrets.randbits(63)))
        self.edition = None

    def forget(self) -> None:
        """Drop what was gathered to be written: it is written, or what gathered it was undone."""
        self.writes.forget()
        self.said.clear()
        self.timers.clear()
        self.reminders.clear()

    def _cause_of(self, fact: Contract) -> Envelope | None:
        return self._about.get(fact.subject, self.causes[0] if len(self.causes) == 1 else None)


class Units:
    """Opens units on one service's database."""

    def __init__(self, engine: AsyncEngine, service: Principal) -> None:
        self.engine = engine
        self._service = service
        self._memory = Memory()
        self._months = Months()
        self._looking = Looking(engine)

    @asynccontextmanager
    async def open(
        self, causes: Sequence[Envelope] = (), actor: Principal | None = None, *, alone: bool = False
    ) -> AsyncIterator[Unit]:
        """A unit that commits when the block ends, and rolls back when it raises.

        `actor` is the service itself if nobody is named: so for handlers, timers and the day. With `alone` the unit
        holds the day alone: it waits for the units under way, and new ones wait for it.
        """
        async with GatheringSession(self.engine) as session, session.begin():
            if alone:
                await set_transaction_timeout(session, DAY_SECONDS)
            held = await hold_day(session, alone=alone)
            who, now = actor or self._service, datetime.now(UTC)
            unit = Unit(session, held.today, now, who, causes, self._memory, held.edition)
            yield unit
            await self.write(unit)
            if crashpoints.ARMED:
                crashpoints.reached(crashpoints.BEFORE_COMMIT)
        if crashpoints.ARMED:
            crashpoints.reached(crashpoints.AFTER_COMMIT)

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncSession]:
        """A session for looking only: all of it sees one moment, the one of its first statement."""
        async with self._looking() as session:
            yield session

    async def answer(self) -> bool:
        """Whether the database answers whoever looks now, in two seconds."""
        try:
            async with asyncio.timeout(ANSWER_SECONDS), self.read() as session:
                await session.execute(select(1))
        except Exception:
            return False
        return True

    async def write(self, unit: Unit) -> None:
        """Write what the unit gathered so far: its rows, what it said, its timers, its reminders."""
        try:
            await self._write(unit)
        except Exception:
            self._months.forget()
            raise

    async def _write(self, unit: Unit) -> None:
        if unit.said:
            await self._months.ensure(unit.session, unit.now.date())
        unit.writes.insert(journal, [_journal_row(each) for each in unit.said])
        for start in range(0, len(unit.said), FACTS_PER_ROW):
            outbox_rows.add(unit.writes, unit.said[start : start + FACTS_PER_ROW])
        set_timers(unit.writes, unit.timers.values())
        await unit.session.write()
        # Last, and in one order: who waits for the maker of a reminder holds rows, and the maker may need none of them.
        for name in sorted(unit.reminders):
            await share_reminder(unit.session, name)
        unit.forget()


def _journal_row(envelope: Envelope) -> dict[str, object]:
    return {
        "said_at": envelope.time,
        "message_id": envelope.id,
        "contract": envelope.type,
        "subject": envelope.subject,
        "correlation_id": envelope.correlation_id,
        "causation_id": envelope.causation_id,
        "traceparent": envelope.traceparent,
        "data": envelope.data,
    }
