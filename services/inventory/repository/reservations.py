"""Reservations: what was asked for, and what became of it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    String,
    and_,
    bindparam,
    delete,
    func,
    literal,
    or_,
    select,
    text,
    true,
    tuple_,
)
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.inventory.domain.edit import TakenAlong
from services.inventory.domain.items import Catalogue, Kind
from services.inventory.domain.reasons import because_of
from services.inventory.domain.reservations import Reservation
from services.inventory.domain.stock import ShelfKey
from services.inventory.tables import RESERVATION, SHELF, TAKEN_ALONG
from shared.contracts.inventory import Why
from shared.database.session import GatheringSession

_ROW = RESERVATION.c
_COLUMNS = tuple(field.name for field in fields(Reservation))
SETTLED = _ROW.delivered + _ROW.released + _ROW.lapsed
OPEN = _ROW.wanted > SETTLED
FOOD = text("kind = 'food'")
NOT_FOOD = text("kind <> 'food'")
"""Without a parameter, so that the planner knows the partial indexes fit."""
SET_ASIDE = text("reserved > 0")
SHORT = _ROW.wanted > _ROW.reserved + _ROW.delivered + _ROW.released + _ROW.lapsed

# The totals move with the reservations: what was wanted of the word is wanted of the code from now on.
_NAME_NEEDS = text("""
    WITH named AS (
        UPDATE reservation SET item = name.code, requested_item = name.code
        FROM unnest(:words, :codes) AS name (word, code)
        WHERE requested_item = name.word AND reserved = 0 AND delivered = 0
        RETURNING name.word, name.code, kind, wanted, released, lapsed
    ), moved AS (
        SELECT word AS item, kind, -wanted AS wanted, -released AS released, -lapsed AS lapsed FROM named
        UNION ALL SELECT code, kind, wanted, released, lapsed FROM named
    )
    INSERT INTO total AS kept (item, kind, wanted, released, lapsed)
    SELECT item, kind, sum(wanted), sum(released), sum(lapsed) FROM moved GROUP BY item, kind ORDER BY item, kind
    ON CONFLICT (item, kind) DO UPDATE SET wanted = kept.wanted + excluded.wanted,
        released = kept.released + excluded.released, lapsed = kept.lapsed + excluded.lapsed
""").bindparams(bindparam("words", type_=ARRAY(String)), bindparam("codes", type_=ARRAY(String)))


async def reservations_where(session: AsyncSession, *conditions: Any) -> list[Reservation]:
    """Reservations that meet all conditions on the table's columns, the most urgent first."""
    query = select(*(_ROW[name] for name in _COLUMNS), _ROW.numbers).where(*conditions)
    query = query.order_by(_ROW.rank, _ROW.registered_on, _ROW.household_id, _ROW.id)
    return [_reservation_of(dict(row)) for row in (await session.execute(query)).mappings()]


def _reservation_of(row: dict[str, Any]) -> Reservation:
    reason = because_of(row["reason"], row.pop("numbers"))
    return Reservation(**{**row, "kind": Kind(row["kind"]), "reason": reason})


def _values_of(each: Reservation) -> dict[str, Any]:
    values = {name: getattr(each, name) for name in _COLUMNS}
    return {**values, "reason": each.reason.code, "numbers": each.reason.numbers}


async def open_of_households(session: AsyncSession, ids: Collection[UUID]) -> list[Reservation]:
    """What is still open for these households."""
    return await reservations_where(session, _ROW.household_id.in_(sorted(ids)), OPEN)


async def given_since(session: AsyncSession, ids: Collection[UUID], first: date) -> list[Reservation]:
    """What these households were handed, rations for days from `first` on and all else ever."""
    recent = (_ROW.last_day.is_(None)) | (_ROW.last_day >= first)
    return await reservations_where(session, _ROW.household_id.in_(sorted(ids)), _ROW.delivered > 0, recent)


async def worn_by(session: AsyncSession, members: Collection[UUID]) -> list[Reservation]:
    """Sets that these people were given, in whatever household."""
    if not members:
        return []
    mine = _ROW.member_id.in_(sorted(members))
    return await reservations_where(session, mine, _ROW.kind == Kind.CLOTHING, _ROW.delivered > 0)


async def cancelled_since(session: AsyncSession, ids: Collection[UUID], first: date) -> list[Reservation]:
    """Rations of these households for days from `first` on that were cancelled before anything was fetched."""
    over = (_ROW.last_day >= first, _ROW.delivered == 0, _ROW.released > 0, _ROW.reason == Why.CANCELLED)
    return await reservations_where(session, _ROW.household_id.in_(sorted(ids)), FOOD, *over)


async def taken_along(
    session: AsyncSession, households: Collection[UUID], members: Collection[UUID], today: date
) -> list[TakenAlong]:
    """What was fetched for days to come of these people, or taken from these households by those who left."""
    row = TAKEN_ALONG.c
    theirs = or_(row.household_id.in_(sorted(households)), row.member_id.in_(sorted(members)))
    query = select(row.member_id, row.household_id, row.on_day, row.grams).where(theirs, row.on_day >= today)
    return [TakenAlong(*each) for each in await session.execute(query)]


async def take_along(session: AsyncSession, found: Sequence[TakenAlong]) -> None:
    """Write down what those who left took along; who left twice took it from where it was fetched last."""
    if found:
        rows = [
            {
                "member_id": each.member_id,
                "on_day": each.day,
                "household_id": each.household_id,
                "grams": each.grams,
            }
            for each in found
        ]
        adding = insert(TAKEN_ALONG)
        new = {"household_id": adding.excluded.household_id, "grams": adding.excluded.grams}
        await session.execute(
            adding.on_conflict_do_update(index_elements=["member_id", "on_day"], set_=new), rows
        )


async def forget_taken_along(session: AsyncSession, today: date) -> None:
    """Days past are eaten."""
    await session.execute(delete(TAKEN_ALONG).where(TAKEN_ALONG.c.on_day < today))


async def open_rations(session: AsyncSession, keys: Collection[ShelfKey]) -> list[Reservation]:
    """Rations of these food shelves that are not fetched whole yet."""
    shelf = tuple_(_ROW.item, _ROW.depot).in_(sorted((item, depot) for depot, item in keys))
    return await reservations_where(session, shelf, OPEN, FOOD)


async def homeless_rations(session: AsyncSession, items: Collection[str]) -> list[Reservation]:
    """Short rations at a depot that does not keep their food, or at none."""
    kept = select(SHELF.c.depot).where(and_(SHELF.c.depot == _ROW.depot, SHELF.c.item == _ROW.item)).exists()
    wanting = (
        _ROW.item.in_(sorted(items)),
        SHORT,
        FOOD,
        _ROW.reserved == 0,
        _ROW.delivered == 0,
    )
    return await reservations_where(session, *wanting, ~kept)


async def set_aside_on(session: AsyncSession, key: ShelfKey) -> list[Reservation]:
    """Those that have something of one shelf set aside."""
    depot, item = key
    return await reservations_where(session, _ROW.depot == depot, _ROW.item == item, SET_ASIDE, OPEN)


async def waiting(session: AsyncSession, items: Collection[str], limit: int) -> list[Reservation]:
    """Whole things that wait for one of the items, the first in line first; of each item at most `limit`.

    A limit for all items together would let a long line for one of them hide those who wait for another.
    """
    asked = (
        func.unnest(bindparam("asked", sorted(items), ARRAY(String))).table_valued("code").render_derived()
    )
    mine = select(_ROW.id).where(_ROW.requested_item == asked.c.code, SHORT, NOT_FOOD)
    first = mine.order_by(_ROW.rank, _ROW.registered_on, _ROW.household_id, _ROW.id).limit(limit).lateral()
    return await reservations_where(
        session, _ROW.id.in_(select(first.c.id).select_from(asked).join(first, true()))
    )


@dataclass(frozen=True)
class Some:
    """At most so many rows, or only those with these ids; all if neither is said."""

    limit: int | None = None
    ids: Collection[UUID] | None = None

    def of(self, condition: ColumnElement[bool]) -> ColumnElement[bool]:
        if self.ids is not None:
            condition = and_(condition, _ROW.id.in_(sorted(self.ids)))
        # The limit within, so that not all rows are put in order to find some.
        return _ROW.id.in_(select(_ROW.id).where(condition).limit(self.limit)) if self.limit else condition


ALL = Some()


async def past_short(session: AsyncSession, day: date, some: Some = ALL) -> list[Reservation]:
    """Rations of which something is missing for `day` or a day before it."""
    due = func.least(_ROW.wanted, _ROW.per_day * (literal(day) + 1 - _ROW.first_day))
    missing = and_(SHORT, FOOD, _ROW.first_day <= day, due > SETTLED + _ROW.reserved)
    return await reservations_where(session, some.of(missing))


async def not_fetched_by(session: AsyncSession, today: date) -> list[Reservation]:
    """What is set aside although its date to fetch has passed."""
    return await reservations_where(session, _late(today))


async def rations_not_fetched_by(session: AsyncSession, today: date, some: Some = ALL) -> list[Reservation]:
    """Rations that are set aside although their days are over."""
    return await reservations_where(session, some.of(and_(FOOD, _late(today))))


def _late(today: date) -> ColumnElement[bool]:
    return and_(SET_ASIDE, _ROW.fetch_by < today)


async def save_reservations(session: GatheringSession, reservations: Sequence[Reservation]) -> None:
    """Write new ones and the new values of old ones."""
    session.writes.replace(RESERVATION, map(_values_of, reservations))


async def name_needs(session: AsyncSession, catalogue: Catalogue) -> None:
    """What was asked for before the catalogue had it gets its item's code."""
    await rename_needs(session, catalogue.named_since())


async def rename_needs(session: AsyncSession, named: Mapping[str, str]) -> None:
    """What was asked for under one word, and of which nothing was given, is asked for under another one."""
    await session.execute(_NAME_NEEDS, {"words": list(named), "codes": list(named.values())})
