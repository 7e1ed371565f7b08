"""The book of children: the block in which a unit changes who waits and who supports whom.

    async with Book.open(unit) as book:
        book.touch(children)
    # each of them stands as the facts and decisions say, and what changed is said

One unit at a time has the book. Children are few and their changes quick; with a lock for each child and each gift, a
unit that begins with a child and one that begins with a gift would wait for each other.
"""

from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Self
from uuid import UUID

from sqlalchemy import RowMapping, text

from services.sponsorship.domain.aliases import new_alias
from services.sponsorship.domain.children import Need, Seen, need_of
from services.sponsorship.repository import children
from services.sponsorship.tables import CHILD
from shared.contracts.sponsorship import ChildChanged, ChildStatus
from shared.messaging.unit import Unit

_ALONE = text("SELECT pg_advisory_xact_lock(20060915)")


@dataclass
class Book:
    """What a unit that has the book changes."""

    unit: Unit
    touched: set[UUID] = field(default_factory=set)
    seen: dict[UUID, Seen] = field(default_factory=dict)

    @classmethod
    @asynccontextmanager
    async def open(cls, unit: Unit) -> AsyncIterator[Self]:
        """Wait for the book; at the end of the block everything that was touched is written and said."""
        await unit.session.execute(_ALONE)
        book = cls(unit)
        yield book
        await book._settle()

    def touch(self, ids: Iterable[UUID]) -> None:
        """Something has changed for these, who may be children or not."""
        self.touched.update(ids)

    def see(self, seen: Mapping[UUID, Seen]) -> None:
        """Some fact has these children as of school age."""
        for key, each in seen.items():
            self.seen[key] = each.with_(self.seen.get(key, each))
        self.touch(seen)

    async def _settle(self) -> None:
        session = self.unit.session
        rows = await children.known(session, self.touched)
        seen = {key: children.seen_in(row) for key, row in rows.items()}
        for key, each in self.seen.items():
            seen[key] = each.with_(seen.get(key, each))
        places = await children.places(session, seen)
        closed = await children.closed(session, (each.household_id for each in seen.values()))
        for key in sorted(seen):
            need = need_of(seen[key], seen[key].household_id in closed, places[key])
            self._child(key, rows.get(key), seen[key], need)

    def _child(self, key: UUID, row: RowMapping | None, seen: Seen, need: Need) -> None:
        """Write how a child stands now, and say it if that is news."""
        status = need.status
        now: dict[str, Any] = {
            "waiting_since": seen.since,
            "seen_household": seen.household_id,
            "household_id": need.household_id,
            "region": need.region or "",
            "points": need.points,
            "reasons": [each.value for each in need.urgent],
            "status": status.value,
            "left_reason": need.left.value if need.left else None,
        }
        if row is not None and all(row[name] == value for name, value in now.items()):
            return
        version = row["version"] if row else 0
        said = row is not None and all(row[name] == now[name] for name in ("status", "household_id"))
        if not said:
            version += 1
            now |= {"since": seen.since if row is None and status is ChildStatus.LISTED else self.unit.today}
            self._say(key, version, status, now)
        if row is None:
            self.unit.writes.insert(CHILD, [{"id": key, "version": version, "alias": new_alias(), **now}])
        else:
            self.unit.writes.change(CHILD, [{"id": key, "version": version, **now}])

    def _say(self, key: UUID, version: int, status: ChildStatus, now: Mapping[str, Any]) -> None:
        self.unit.say(
            ChildChanged(
                member_id=key,
                household_id=now["household_id"],
                version=version,
                status=status.value,
                since=now["since"],
                on=self.unit.today,
            )
        )
