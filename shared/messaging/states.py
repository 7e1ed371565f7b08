"""Facts that carry the whole state of an aggregate: the newest wins, whatever the order in which they come.

    news = await newest(unit, HOUSEHOLD, facts)
    for household_id, fact in news.facts.items():
        before = news.rows[household_id]        # as known until now, locked; None if it was never heard of

The table has the columns `id` and `version`, and a server default for every other column that is not null. A row of
version 0 is made for what was never heard of, so that it can be locked like any other: a change that overtakes the
first fact is then the first fact, and the late one is old news.

A version that is far above the one known would make all later facts about the aggregate old news, for ever. No
aggregate changes so often: the fact is forged, or the publisher has a bug. It is parked until an operator has looked at
it. Example: version 3 is known; 10,003 is taken, 10,004 is parked, and 4 is taken after it.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar
from uuid import UUID

from sqlalchemy import ARRAY, RowMapping, Table, Uuid, bindparam, func, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from shared.messaging.unit import Unit

MOST_AHEAD = 10_000
"""Versions by which a fact may be ahead of what is known of its aggregate; 0 is known of one never heard of."""

# An array, so that the statement is the same for every number of aggregates and is planned once.
_IDS = bindparam("ids", type_=ARRAY(Uuid))


class Stated(Protocol):
    """A fact about an aggregate (`subject`) with the version that the aggregate then had."""

    @property
    def version(self) -> int: ...

    @property
    def subject(self) -> UUID: ...


F = TypeVar("F", bound=Stated)


class Jumped(ValueError):
    """A fact whose version is too far above the one known; the text says both."""


@dataclass(frozen=True)
class News(Generic[F]):
    """What a batch of facts brings, by aggregate: the row as it was known, and the newest fact if it is newer."""

    rows: Mapping[UUID, RowMapping | None]
    facts: Mapping[UUID, F]


async def newest(unit: Unit, table: Table, facts: Sequence[F]) -> News[F]:
    """Lock the aggregates that the facts are about, and pick the newest fact of each that is newer than its row.

    Raises Jumped if one is too far ahead, unless an operator has looked at it. The consumer then parks it alone.
    """
    rows = await lock_or_make(unit.session, table, {fact.subject for fact in facts})
    return News(rows, newer(facts, rows, unit.looked_at))


def newer(
    facts: Iterable[F], rows: Mapping[UUID, RowMapping | None], looked_at: Sequence[Any] = ()
) -> dict[UUID, F]:
    """The newest fact of each aggregate that is newer than its row. Raises Jumped."""
    found: dict[UUID, F] = {}
    for fact in facts:
        row = rows[fact.subject]
        known = row["version"] if row else 0
        if fact.version > known + MOST_AHEAD and fact not in looked_at:
            raise Jumped(
                f"version {fact.version} is more than {MOST_AHEAD:,} above {known}, the version known: forged, or a "
                "bug of its publisher. If it is right, replay it by its id"
            )
        best = found.get(fact.subject)
        if fact.version > (best.version if best else known):
            found[fact.subject] = fact
    return found


async def lock_or_make(
    session: AsyncSession, table: Table, ids: Collection[UUID]
) -> dict[UUID, RowMapping | None]:
    """The rows, locked in the order of their ids so that two units wait and do not deadlock.

    None for an aggregate that was never heard of: its row of version 0 is made, or was made before.
    """
    if not ids:
        return {}
    wanted = sorted(ids)
    making = text(
        f'INSERT INTO "{table.name}" (id) SELECT unnest(:ids) ON CONFLICT DO NOTHING RETURNING id'
    ).bindparams(_IDS)
    new = set(await session.scalars(making, {"ids": wanted}))
    rows: dict[UUID, RowMapping | None] = dict.fromkeys(new)
    if old := [each for each in wanted if each not in new]:
        query = select(table).where(table.c.id == func.any(_IDS)).order_by(table.c.id).with_for_update()
        for row in (await session.execute(query, {"ids": old})).mappings():
            rows[row["id"]] = row if row["version"] else None
    return rows
