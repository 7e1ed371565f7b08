"""The unit of work: rows, inbox, outbox and journal in one transaction.

    async with units.open() as unit:
        repository.save(unit.session, household)
        unit.say(HouseholdRegistered(...))
    # committed here, or nothing happened

Nothing else in a service commits.
"""

import time
from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

from faststream_outbox import OutboxBroker
from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from shared.contracts.base import Contract
from shared.database import DAY_SECONDS, journal, let_last
from shared.messaging import crashpoints
from shared.messaging.day import today_of
from shared.messaging.envelope import Envelope, pack, seal

SAID = "said"
"""The outbox queue that the relay empties."""

FACTS_A_PARCEL = 200
REMINDER_DELAY = timedelta(seconds=1.5)


@dataclass
class Unit:
    """One transaction. `today` is the service's day and does not turn while the unit is open."""

    session: AsyncSession
    today: date
    now: datetime
    causes: Sequence[Envelope] = ()
    said: list[Envelope] = field(default_factory=list)
    reminders: set[str] = field(default_factory=set)
    timers: set[str] = field(default_factory=set)

    def say(self, fact: Contract) -> None:
        """Tell the other services, if and when this unit commits.

        The fact continues the correlation of the message about the same subject, or of the only message there is.
        """
        self.said.append(seal(fact, self.now, self._cause_of(fact)))

    def remind(self, name: str) -> None:
        """Have the service's reminder of this name run soon after this unit commits, once for many units."""
        self.reminders.add(name)

    def _cause_of(self, fact: Contract) -> Envelope | None:
        about = [cause for cause in self.causes if cause.subject == fact.subject]
        if about:
            return about[-1]
        return self.causes[0] if len(self.causes) == 1 else None


class Units:
    """Opens units on one service's database."""

    def __init__(self, engine: AsyncEngine, outbox: OutboxBroker) -> None:
        self.engine = engine
        self._outbox = outbox
        self._set: set[str] = set()
        """The timers of the last unit that asked for any: committed, so that nobody needs to set them again."""

    def open(self, causes: Sequence[Envelope] = ()) -> AbstractAsyncContextManager[Unit]:
        """A unit that commits when the block ends, and rolls back when it raises."""
        return self._unit(causes, alone=False)

    def turning(self) -> AbstractAsyncContextManager[Unit]:
        """A unit that holds the day alone: it waits for the units under way, and new ones wait for it."""
        return self._unit((), alone=True)

    @asynccontextmanager
    async def _unit(self, causes: Sequence[Envelope], *, alone: bool) -> AsyncIterator[Unit]:
        began = time.monotonic()
        async with AsyncSession(self.engine, expire_on_commit=False) as session, session.begin():
            if alone:
                await let_last(session, DAY_SECONDS)
            unit = Unit(session, await today_of(session, alone=alone), datetime.now(UTC), causes)
            yield unit
            await self._write_said(unit, began)
            if crashpoints.ARMED:
                crashpoints.reached(crashpoints.BEFORE_COMMIT)
        self._set = unit.timers or self._set
        if crashpoints.ARMED:
            crashpoints.reached(crashpoints.AFTER_COMMIT)

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncSession]:
        """A session for looking only; what it changes is thrown away."""
        async with AsyncSession(self.engine, expire_on_commit=False) as session:
            yield session

    async def _write_said(self, unit: Unit, began: float) -> None:
        if unit.said:
            await self._write_facts(unit)
        for name in sorted(unit.reminders):
            # One timer a second and name: many units share it, and one that commits late still finds its own.
            now = datetime.now(UTC)
            timer = f"{name} {now:%Y%m%d%H%M%S}"
            if timer not in self._set:
                # Counted by the database from the transaction's beginning, and due after the second is over.
                due = REMINDER_DELAY + timedelta(
                    seconds=1 + time.monotonic() - began, microseconds=-now.microsecond
                )
                await self._outbox.publish(
                    None, queue=name, session=unit.session, timer_id=timer, activate_in=due
                )
            unit.timers.add(timer)

    async def _write_facts(self, unit: Unit) -> None:
        await unit.session.execute(insert(journal), [_journal_row(each) for each in unit.said])
        chunks = range(0, len(unit.said), FACTS_A_PARCEL)
        parcels = [pack(unit.said[start : start + FACTS_A_PARCEL]) for start in chunks]
        headers = {"content-type": "application/json"}
        if len(parcels) == 1:
            # One statement less than for several.
            await self._outbox.publish(*parcels, queue=SAID, session=unit.session, headers=headers)
        else:
            await self._outbox.publish_batch(*parcels, queue=SAID, session=unit.session, headers=headers)


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
