"""Appeals as donations told of them, and purchases."""

from dataclasses import fields
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping, Select, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.inventory.domain.purchases import Appeal, Plan, Purchase, fact_of
from services.inventory.repository.catalogue import unit_of
from services.inventory.tables import APPEAL, PURCHASE
from shared.contracts.donations import AppealChanged
from shared.contracts.inventory import PurchaseStatus
from shared.messaging.unit import Unit

_COLUMNS = tuple(field.name for field in fields(Purchase))


def appeal_in(row: RowMapping) -> Appeal:
    """What a row holds."""
    return Appeal(**{field.name: row[field.name] for field in fields(Appeal)})


def save_appeal(unit: Unit, fact: AppealChanged) -> Appeal:
    """Write down an appeal whose row is locked, as donations tells of it."""
    appeal = Appeal(
        id=fact.appeal_id,
        item=fact.item or "",
        quantity=fact.quantity or 0,
        target=fact.target.amount,
        currency=fact.target.currency,
        status=fact.status,
    )
    unit.writes.change(APPEAL, [{**vars(appeal), "version": fact.version}])
    return appeal


async def appeal_of(session: AsyncSession, appeal_id: UUID) -> Appeal | None:
    """An appeal as heard last; None if it was never heard of."""
    query = select(APPEAL).where(APPEAL.c.id == appeal_id, APPEAL.c.version > 0)
    row = (await session.execute(query)).mappings().one_or_none()
    return appeal_in(row) if row else None


async def find(session: AsyncSession, purchase_id: UUID, *, lock: bool = False) -> Purchase | None:
    """A purchase, locked if it is to be changed; None if there is none."""
    return await _one(session, select(PURCHASE).where(PURCHASE.c.id == purchase_id), lock=lock)


async def live_of(session: AsyncSession, appeal_id: UUID) -> Purchase | None:
    """The purchase of an appeal that is not cancelled, locked; None if there is none.

    First all of them are locked. A unit for which this one waited may have cancelled one and proposed another, which
    only a second look sees.
    """
    await _lock_all(session, appeal_id)
    row = PURCHASE.c
    query = select(PURCHASE).where(row.appeal_id == appeal_id, row.status != PurchaseStatus.CANCELLED.value)
    return await _one(session, query, lock=True)


async def _lock_all(session: AsyncSession, appeal_id: UUID) -> None:
    """Lock the purchases of an appeal in the order of their ids, as everybody does who may come to a second one."""
    mine = select(PURCHASE.c.id).where(PURCHASE.c.appeal_id == appeal_id).order_by(PURCHASE.c.id)
    await session.execute(mine.with_for_update())


async def of_plan(session: AsyncSession, planned_id: UUID) -> Purchase | None:
    """The purchase that a planned delivery stands for, locked with all of its appeal; None if it stands for none.

    Whoever comes here has locked the planned delivery: it is locked first. If this one is cancelled by it, another one
    of its appeal is looked for.
    """
    query = select(PURCHASE).where(PURCHASE.c.planned_id == planned_id)
    known = await _one(session, query, lock=False)
    if known is None:
        return None
    await _lock_all(session, known.appeal_id)
    return await _one(session, query, lock=True)


async def _one(session: AsyncSession, query: Select[Any], *, lock: bool) -> Purchase | None:
    row = (await session.execute(query.with_for_update() if lock else query)).mappings().one_or_none()
    return purchase_in(row) if row else None


def purchase_in(row: RowMapping) -> Purchase:
    """What a row holds."""
    return Purchase(**{**{name: row[name] for name in _COLUMNS}, "status": PurchaseStatus(row["status"])})


async def tell(unit: Unit, before: Purchase | None, after: Purchase) -> Purchase:
    """Write a new or locked purchase after a change, and tell of it; the same one if nothing is different."""
    if before == after:
        return after
    after = Purchase(**{**vars(after), "version": after.version + 1})
    row = {**vars(after), "status": after.status.value, "actor": unit.actor.id}
    if before is None:
        unit.writes.insert(PURCHASE, [row])
    else:
        unit.writes.change(PURCHASE, [row])
    unit.say(fact_of(after, await unit_of(unit, after.item), unit.today))
    return after


def plan_in(row: RowMapping) -> Plan:
    """A planned delivery as its purchase sees it."""
    due: date = row["due_on"]
    over = row["received_on"] is not None or row["closed_on"] is not None
    return Plan(row["quantity"], row["received"], due, over)
