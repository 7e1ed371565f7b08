"""Grants, who agreed to them, and the households and cases that were closed. Whoever changes a grant holds its fund."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import fields
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping, Table, and_, or_, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from services.donations.domain.funds import FundKey
from services.donations.domain.grants import Ended, Grant
from services.donations.tables import APPROVAL, GRANT
from shared.database.writes import Writes
from shared.messaging.states import lock_or_make

_COLUMNS = tuple(field.name for field in fields(Grant))
_ROW = GRANT.c
# Without parameters, so that the planner knows the partial indexes fit.
_DUE = text("ended = '' AND agreed_to > set_aside + carried + paid")
_PROMISED = text("set_aside > 0")


def grant_in(row: RowMapping) -> Grant:
    """What a row holds."""
    values = {name: row[name] for name in _COLUMNS}
    ended = Ended(row["ended"]) if row["ended"] else None
    own = {"ended": ended, "asked_on": row["asked_on"] or date.min, "raised_by": tuple(row["raised_by"])}
    return Grant(**{**values, **own})


def save(writes: Writes, grants: Iterable[Grant]) -> None:
    """Write grants whose rows are there."""
    writes.change(GRANT, [_values(each) for each in grants])


def _values(grant: Grant) -> dict[str, Any]:
    values = {name: getattr(grant, name) for name in _COLUMNS}
    return {**values, "fund": grant.key.fund, "ended": grant.ended.value if grant.ended else ""}


async def find(session: AsyncSession, grant_id: UUID) -> Grant | None:
    """A grant; None if intake has not told of it."""
    row = (
        (await session.execute(select(GRANT).where(_ROW.id == grant_id, _ROW.version > 0))).mappings().first()
    )
    return grant_in(row) if row else None


async def waiting(session: AsyncSession, key: FundKey) -> list[Grant]:
    """Those of a fund that were agreed to and for whom something is missing."""
    return await _of_fund(session, key, _DUE)


async def promised(session: AsyncSession, key: FundKey) -> list[Grant]:
    """Those of a fund for whom something is set aside."""
    return await _of_fund(session, key, _PROMISED)


async def _of_fund(session: AsyncSession, key: FundKey, condition: Any) -> list[Grant]:
    query = select(GRANT).where(_ROW.fund == key.fund, _ROW.currency == key.currency, condition)
    return [grant_in(row) for row in (await session.execute(query)).mappings()]


async def hungry_funds(session: AsyncSession) -> set[FundKey]:
    """The funds on which somebody waits who was agreed to."""
    return await _funds(session, _DUE)


async def funds_of_open(session: AsyncSession) -> set[FundKey]:
    """The funds of the grants that have not ended."""
    return await _funds(session, and_(_ROW.ended == "", _ROW.version > 0))


async def _funds(session: AsyncSession, condition: Any) -> set[FundKey]:
    query = select(_ROW.fund, _ROW.currency).where(condition).distinct()
    return {FundKey(*row) for row in await session.execute(query)}


async def all_open(session: AsyncSession) -> list[Grant]:
    """All grants that have not ended."""
    query = select(GRANT).where(_ROW.ended == "", _ROW.version > 0)
    return [grant_in(row) for row in (await session.execute(query)).mappings()]


async def open_of(session: AsyncSession, owners: Collection[UUID]) -> list[Grant]:
    """Grants of these households or cases that have not ended."""
    some = sorted(owners)
    mine = or_(_ROW.household_id.in_(some), _ROW.case_id.in_(some))
    query = select(GRANT).where(mine, _ROW.ended == "", _ROW.version > 0)
    return [grant_in(row) for row in (await session.execute(query)).mappings()]


async def closed_in(session: AsyncSession, table: Table, owners: Collection[UUID]) -> dict[UUID, int]:
    """The version in which each of these was closed last; their rows are locked, so that none is closed meanwhile."""
    rows = await lock_or_make(session, table, owners)
    return {key: row["version"] for key, row in rows.items() if row}


def save_closed(writes: Writes, table: Table, versions: Mapping[UUID, int]) -> None:
    """Households that are no longer helped, or cases that are closed, and in which version."""
    writes.change(table, [{"id": key, "version": each} for key, each in versions.items()])


async def approved_by(session: AsyncSession, grant: Grant) -> list[str]:
    """Who has agreed to at least as much as is wanted now, without those who asked for more since."""
    row = APPROVAL.c
    query = select(row.actor).where(row.grant_id == grant.id, row.wanted >= grant.wanted)
    found = await session.scalars(query.order_by(row.actor))
    return [each for each in found if each not in grant.asked_for_by]


async def approvals_of(session: AsyncSession, known: Iterable[Grant]) -> Counter[UUID]:
    """By grant, how many have agreed to at least as much as is wanted of it now; who asked for more counts not."""
    some, row = {each.id: each for each in known}, APPROVAL.c
    if not some:
        return Counter()
    query = select(row.grant_id, row.actor, row.wanted).where(row.grant_id.in_(sorted(some)))
    return Counter(
        key
        for key, who, amount in await session.execute(query)
        if amount >= some[key].wanted and who not in some[key].asked_for_by
    )
