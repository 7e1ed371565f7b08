"""Pledges and their parts."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.donations.domain.money import Money
from services.donations.domain.pledges import Due, Pledge
from services.donations.tables import PLEDGE, PLEDGE_PART
from shared.messaging.unit import Unit


async def lock(session: AsyncSession, pledge_id: UUID) -> Pledge | None:
    """A pledge, locked; None if there is none of this id."""
    row = PLEDGE.c
    query = select(row.id, row.donor_id, row.cancelled_on).where(row.id == pledge_id).with_for_update()
    found = (await session.execute(query)).one_or_none()
    return Pledge(*found) if found else None


def add(unit: Unit, pledge: Pledge, purpose: str, note: str | None, parts: Sequence[Due]) -> None:
    """Keep a new pledge; its parts are numbered from 1."""
    values = {"id": pledge.id, "donor_id": pledge.donor_id, "purpose": purpose, "on_day": unit.today}
    unit.writes.insert(PLEDGE, [{**values, "cancelled_on": None, "note": note, "actor": unit.actor.id}])
    rows = [
        {
            "pledge_id": pledge.id,
            "number": number,
            "due_on": each.due_on,
            "currency": each.amount.currency,
            "amount": each.amount.minor,
            "payment_id": None,
        }
        for number, each in enumerate(parts, 1)
    ]
    unit.writes.insert(PLEDGE_PART, rows)


async def part(session: AsyncSession, pledge_id: UUID, number: int) -> Due | None:
    """A part of a locked pledge; None if it has none of this number."""
    row = PLEDGE_PART.c
    query = select(row.due_on, row.amount, row.currency, row.payment_id)
    found = (
        await session.execute(query.where(row.pledge_id == pledge_id, row.number == number))
    ).one_or_none()
    return Due(found.due_on, Money(found.amount, found.currency), found.payment_id) if found else None


async def kept_by(session: AsyncSession, payment_id: UUID) -> int:
    """What the parts come to that are linked to a locked payment."""
    query = select(func.coalesce(func.sum(PLEDGE_PART.c.amount), 0))
    return int(await session.scalar(query.where(PLEDGE_PART.c.payment_id == payment_id)) or 0)


def link(unit: Unit, pledge_id: UUID, number: int, payment_id: UUID | None) -> None:
    """Link a payment to a part of a locked pledge; None to part them."""
    row = {"pledge_id": pledge_id, "number": number, "payment_id": payment_id}
    unit.writes.change(PLEDGE_PART, [row])


def cancel(unit: Unit, pledge_id: UUID, note: str) -> None:
    """What is not kept of a locked pledge is expected no longer."""
    row = {"id": pledge_id, "cancelled_on": unit.today, "note": note, "actor": unit.actor.id}
    unit.writes.change(PLEDGE, [row])
