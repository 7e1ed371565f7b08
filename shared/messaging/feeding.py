"""A consumer that is new to an old contract is given what was said before it came: once, by the publisher.

The publisher keeps a row for each contract and consumer, and sends the journal's rows of the contract under a routing
key to which that consumer's queue alone is bound. It goes in three steps.

1. The oldest row is sent alone, as a probe. Until the consumer has declared its queue, the broker returns
   the probe and the relay tries it again. Once the broker confirms it, the queue is there and hears all that is
   said from then on.
2. The end is fixed, in a unit that waits for every other: no fact can still be on its way into the journal with a time
   before the end. Fixed earlier, it would leave out facts that were said before the queue was there.
3. Everything up to the end is sent, a hundred rows per unit, with the place kept in the same unit: a publisher that is
   killed goes on where it was. What the consumer hears twice, its inbox drops.
"""

import asyncio
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, Update, and_, exists, func, select, tuple_, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from shared.contracts import HEARD_BY, said_by
from shared.database.errors import kind_of
from shared.database.tables import feed, journal, outbox
from shared.messaging import outbox_rows
from shared.messaging.envelope import envelope_of
from shared.messaging.unit import Unit, Units
from shared.observability import log

ROWS_PER_UNIT = 100
MOST_UNCONFIRMED = 10
"""Outbox rows of one feed that may wait for the broker, so that a feed does not stand before all else that is said."""
LOOK_EVERY_SECONDS = 0.5
LONGEST_PAUSE_SECONDS = 5.0


async def register_feeds(connection: AsyncConnection, service: str) -> None:
    """A row for each consumer of each contract of this service, done in a new system, which has said nothing yet.

    Rows of consumers that are no longer named stay: an older replica that starts meanwhile must not end a feed.
    """
    wanted = _named(service)
    known = {(row.contract, row.consumer) for row in await connection.execute(select(feed))}
    new = wanted - known
    old_system = new and await connection.scalar(select(exists().select_from(journal)))
    done = None if old_system else func.now()
    for contract, consumer in sorted(new):
        row = insert(feed).values(contract=contract, consumer=consumer, done_at=done)
        await connection.execute(row.on_conflict_do_nothing())


def _named(service: str) -> set[tuple[str, str]]:
    """Each contract of this service, by its wire name, with each consumer that HEARD_BY names for it."""
    return {(contract.wire, consumer) for contract in said_by(service) for consumer in HEARD_BY[contract]}


def _is(contract: str, consumer: str) -> Any:
    return and_(feed.c.contract == contract, feed.c.consumer == consumer)


@dataclass(frozen=True)
class _Feed:
    """A row of the table `feed` that is not done."""

    contract: str
    consumer: str
    place_at: datetime | None
    place_id: UUID | None
    until: datetime | None

    def change(self, **values: Any) -> Update:
        return update(feed).where(_is(self.contract, self.consumer)).values(**values)


class Feeder:
    """Feeds the new consumers of one service's contracts."""

    def __init__(self, units: Units, service: str) -> None:
        self._units = units
        self._service = service

    async def run(self) -> None:
        """Feed until every consumer has been fed; a failure is logged and tried again. Then there is nothing to do."""
        pause = LOOK_EVERY_SECONDS
        while True:
            try:
                open_feeds, steps = await self._step_each()
                if not open_feeds:
                    return
                pause = LOOK_EVERY_SECONDS if steps else min(pause * 2, LONGEST_PAUSE_SECONDS)
            except Exception as error:
                log().warning("feeding a new consumer has to wait", kind=kind_of(error))
                pause = min(pause * 2, LONGEST_PAUSE_SECONDS)
            await asyncio.sleep(pause)

    async def _step_each(self) -> tuple[int, int]:
        """Take each feed as far as it can go now; returns how many there were, and how many steps were taken."""
        async with self._units.read() as session:
            query = select(feed.c.contract, feed.c.consumer).where(feed.c.done_at.is_(None))
            rows = (await session.execute(query)).all()
        # A consumer that is no longer named has no queue, so its probe would wait for ever.
        open_feeds = {(row.contract, row.consumer) for row in rows} & _named(self._service)
        steps = 0
        for contract, consumer in sorted(open_feeds):
            while await self._step(contract, consumer):
                steps += 1
        return len(open_feeds), steps

    async def _step(self, contract: str, consumer: str) -> bool:
        """One unit of one feed; False when it has to wait, is done, or another replica is at it."""
        async with self._units.open() as unit:
            found = await _locked(unit.session, contract, consumer)
            if found is None:
                return False
            waiting = int(await unit.session.scalar(_unconfirmed(found)) or 0)
            proven = found.place_at is not None and not waiting
            if found.until is not None:
                return waiting < MOST_UNCONFIRMED and await self._send_some(unit, found, waiting)
            if found.place_at is None:
                # While nothing of the contract was said there is nothing to probe with: the feed stays open, since
                # the first fact could be said before the consumer's queue is there.
                await self._send(unit, found, 1)
        return proven and await self._fix_end(contract, consumer)

    async def _send_some(self, unit: Unit, found: _Feed, waiting: int) -> bool:
        if await self._send(unit, found, ROWS_PER_UNIT):
            return True
        if not waiting:
            await _done(unit.session, found)
        return False

    async def _send(self, unit: Unit, found: _Feed, most: int) -> bool:
        """Send the next rows and keep the place; False if there are none."""
        rows = (await unit.session.execute(_next_rows(found).limit(most))).all()
        if not rows:
            return False
        outbox_rows.add(unit.writes, [envelope_of(row) for row in rows], found.consumer)
        fed = feed.c.fed + len(rows)
        await unit.session.execute(
            found.change(place_at=rows[-1].said_at, place_id=rows[-1].message_id, fed=fed)
        )
        return True

    async def _fix_end(self, contract: str, consumer: str) -> bool:
        """The probe was confirmed: from here on the queue hears for itself. What was said until now is fed."""
        async with self._units.open(alone=True) as unit:
            found = await _locked(unit.session, contract, consumer)
            if found is None or found.until is not None:
                return False
            last = select(func.max(journal.c.said_at)).where(journal.c.contract == contract).scalar_subquery()
            # From the beginning: a fact that was said before the probe may have been committed after it.
            await unit.session.execute(found.change(until=last, place_at=None, place_id=None, fed=0))
        return True


async def _done(session: AsyncSession, found: _Feed) -> None:
    await session.execute(found.change(done_at=func.now()))
    log().info("a new consumer was fed", contract=found.contract, consumer=found.consumer)


async def _locked(session: AsyncSession, contract: str, consumer: str) -> _Feed | None:
    """The feed, locked; None if it is done, or another replica is at it."""
    columns = (feed.c.contract, feed.c.consumer, feed.c.place_at, feed.c.place_id, feed.c.until)
    query = select(*columns).where(_is(contract, consumer), feed.c.done_at.is_(None))
    row = (await session.execute(query.with_for_update(skip_locked=True))).first()
    return _Feed(*row) if row else None


def _unconfirmed(found: _Feed) -> Select[Any]:
    """How many outbox rows of the feed the broker has not confirmed."""
    mine = and_(outbox.c.consumer == found.consumer, outbox.c.contract == found.contract)
    return select(func.count()).select_from(outbox).where(mine)


def _next_rows(found: _Feed) -> Select[Any]:
    """The journal's rows of the contract after the place, up to the end if that is fixed, in the order of time."""
    query = select(journal).where(journal.c.contract == found.contract)
    if found.until is not None:
        query = query.where(journal.c.said_at <= found.until)
    if found.place_at is not None:
        place = tuple_(journal.c.said_at, journal.c.message_id)
        query = query.where(place > tuple_(found.place_at, found.place_id))
    return query.order_by(journal.c.said_at, journal.c.message_id)
