"""Pledges and their parts."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from sqlalchemy import func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.donations.domain.money import Money
from services.donations.domain.pledges import Due, Link, Pledge
from services.donations.tables import PAYMENT, PLEDGE, PLEDGE_PART, PLEDGE_TOTAL
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
    add_open(unit, parts)


async def part(session: AsyncSession, pledge_id: UUID, number: int) -> Due | None:
    """A part of a locked pledge; None if it has none of this number."""
    row = PLEDGE_PART.c
    query = select(row.due_on, row.amount, row.currency, row.payment_id)
    found = (
        await session.execute(query.where(row.pledge_id == pledge_id, row.number == number))
    ).one_or_none()
    return Due(found.due_on, Money(found.amount, found.currency), found.payment_id) if found else None


async def links(session: AsyncSession, payment_id: UUID) -> list[Link]:
    """The parts that are linked to a locked payment. Nobody changes one without that lock."""
    part = PLEDGE_PART.c
    query = select(
        part.pledge_id, part.number, part.due_on, part.amount, part.currency, PLEDGE.c.cancelled_on
    )
    query = query.join(PLEDGE, PLEDGE.c.id == part.pledge_id).where(part.payment_id == payment_id)
    found = await session.execute(query.order_by(part.pledge_id, part.number))
    return [
        Link(
            row.pledge_id, row.number, Due(row.due_on, Money(row.amount, row.currency), payment_id), cancelled
        )
        for row in found
        for cancelled in [row.cancelled_on is not None]
    ]


async def payments_of(session: AsyncSession, pledge_id: UUID) -> set[UUID]:
    """The payments that are linked to parts of a pledge."""
    row = PLEDGE_PART.c
    query = select(row.payment_id).where(row.pledge_id == pledge_id, row.payment_id.is_not(None))
    return set(await session.scalars(query))


async def unkept(session: AsyncSession, pledge_id: UUID) -> list[Due]:
    """The parts of a pledge that nothing keeps; the pledge and the payments that are linked to it are locked."""
    part, other = PLEDGE_PART.c, PLEDGE_PART.alias("other").c
    linked = select(func.sum(other.amount)).where(other.payment_id == part.payment_id).scalar_subquery()
    query = select(part.due_on, part.amount, part.currency, part.payment_id)
    query = query.outerjoin(PAYMENT, PAYMENT.c.id == part.payment_id)
    query = query.where(
        part.pledge_id == pledge_id,
        or_(part.payment_id.is_(None), PAYMENT.c.gross - PAYMENT.c.refunded < linked),
    )
    rows = await session.execute(query.order_by(part.number))
    return [Due(row.due_on, Money(row.amount, row.currency), row.payment_id) for row in rows]


def add_open(unit: Unit, parts: Iterable[Due], sign: int = 1) -> None:
    """So many more parts are open; with a sign of -1 fewer. Called last: whoever adds to the same days waits."""
    rows = [
        {
            "currency": each.amount.currency,
            "due_on": each.due_on,
            "parts": sign,
            "amount": sign * each.amount.minor,
        }
        for each in parts
    ]
    unit.writes.total(PLEDGE_TOTAL, rows)


def link(unit: Unit, pledge_id: UUID, number: int, payment_id: UUID | None) -> None:
    """Link a payment to a part of a locked pledge; None to part them."""
    row = {"pledge_id": pledge_id, "number": number, "payment_id": payment_id}
    unit.writes.change(PLEDGE_PART, [row])


def cancel(unit: Unit, pledge_id: UUID, note: str) -> None:
    """What is not kept of a locked pledge is expected no longer."""
    row = {"id": pledge_id, "cancelled_on": unit.today, "note": note, "actor": unit.actor.id}
    unit.writes.change(PLEDGE, [row])
