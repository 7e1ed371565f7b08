"""Codes and references: which household a register, or somebody who asks, means."""

from collections import Counter
from collections.abc import Collection
from datetime import datetime
from hashlib import sha256
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from services.intake.domain.households import Household
from services.intake.domain.people import folded, without_leading_zeros
from services.intake.repository.households import with_members
from services.intake.tables import HOUSEHOLD, TIMELINE
from shared.contracts.inventory import HandOutUndone, SuppliesDelivered

_GIVEN, _UNDONE = SuppliesDelivered.wire, HandOutUndone.wire


async def draw_codes(session: AsyncSession, year: int, count: int, series: str = "code") -> list[int]:
    """The next numbers of a year in a series: households' codes, or the aliases of cases ("alias").

    A number whose unit rolls back is lost: no registration waits for another.
    """
    if not count:
        return []
    which = {"series": f"{series}_{year}", "count": count}
    return sorted(await session.scalars(text("SELECT next_codes(:series, :count)"), which))


async def registered(session: AsyncSession, refs: Collection[str], *, lock: bool) -> dict[bytes, Household]:
    """The households with these register references however written, by `key_of` them.

    They are locked in the order of their ids if they are to be changed.
    """
    keys = {key_of(ref) for ref in refs}
    query = select(HOUSEHOLD).where(HOUSEHOLD.c.register_key.in_(keys)).order_by(HOUSEHOLD.c.id)
    found = await with_members(session, query.with_for_update() if lock else query) if keys else []
    return {key_of(each.register_ref): each for each in found if each.register_ref}


async def but_for_zeros(session: AsyncSession, refs: Collection[str]) -> dict[bytes, tuple[bytes, str]]:
    """By `loose_of` these references: key and code of a household whose own may differ by leading zeros alone."""
    columns = (HOUSEHOLD.c.register_loose, HOUSEHOLD.c.register_key, HOUSEHOLD.c.code)
    query = select(*columns).where(HOUSEHOLD.c.register_loose.in_({loose_of(ref) for ref in refs}))
    return {loose: (key, code) for loose, key, code in await session.execute(query)}


async def regions(session: AsyncSession) -> set[str]:
    """Where households are or were."""
    return set(await session.scalars(select(HOUSEHOLD.c.region).distinct()))


async def delivered(session: AsyncSession, households: Collection[UUID], since: datetime) -> set[UUID]:
    """Those of these households to which something was handed out since then, as far as inventory has told.

    What was undone was not handed out. The two facts may come in either order, so both are summed by item.
    """
    row = TIMELINE.c
    query = select(row.household_id, row.contract, row.data).where(
        row.household_id.in_(households), row.contract.in_([_GIVEN, _UNDONE]), row.at >= since
    )
    left: Counter[tuple[UUID, str]] = Counter()
    for household_id, contract, data in await session.execute(query):
        sign = 1 if contract == _GIVEN else -1
        for line in data["lines"]:
            left[household_id, line["item"]] += sign * line["quantity"]
    return {household_id for (household_id, _), quantity in left.items() if quantity > 0}


def key_of(ref: str) -> bytes:
    """What is the same for W-201 and w-201."""
    return sha256(folded(ref).encode()).digest()


def loose_of(ref: str) -> bytes:
    """What is the same for 0301 and 301."""
    return sha256(without_leading_zeros(ref).encode()).digest()
