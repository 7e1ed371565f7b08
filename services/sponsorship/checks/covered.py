"""What gifts cover, by the rules that the service itself asks: nobody may be told of months that nobody pays for."""

from datetime import timedelta
from itertools import groupby
from uuid import UUID

from sqlalchemy import Select, and_, exists, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.sponsorship.domain.gifts import Days, uncovered_months
from services.sponsorship.domain.school import covered
from services.sponsorship.repository import gifts, holds
from services.sponsorship.tables import GIFT, PAYMENT, SCHOOL_MONTH, SPONSORSHIP
from shared.messaging.day import today_of
from shared.service.parts import Count


async def uncovered(session: AsyncSession) -> Count:
    """How many months each gift covers no longer: who supports a child is at risk by it."""
    found = (await session.execute(select(GIFT.c.id, GIFT.c.uncovered))).all()
    said: dict[UUID, int] = {row.id: row.uncovered for row in found}
    paid = await gifts.paid_of(session)
    wrong = [key for key, many in said.items() if many != uncovered_months(paid[key])]
    return Count("how many months a gift covers no longer follows from its payments", len(said), len(wrong))


async def months(session: AsyncSession) -> Count:
    """What gifts cover of each month of school that is due: the fund is asked for the rest alone.

    One statement whatever there is: ids of children and gifts would be more than a statement takes (32,767).
    """
    query = _MONTHS.where(SCHOOL_MONTH.c.due_on <= await today_of(session))
    counted = wrong = 0
    found = (await session.execute(query)).mappings()
    for _, rows in groupby(found, key=lambda row: row["month_id"]):
        of_it = list(rows)
        due_on, share = of_it[0]["due_on"], of_it[0]["covered"]
        then = Days(due_on, due_on + timedelta(days=1))
        supporting = [holds.sponsorship_in(row) for row in of_it if row["id"]]
        counted += 1
        wrong += share != covered(
            due_on, supporting, [(row["gift_id"], then) for row in of_it if row["paid"]]
        )
    return Count("what gifts cover of a month of school follows from their payments", counted, wrong)


def _months() -> Select[tuple[object, ...]]:
    """Each month of school with each sponsorship of its child on the day on which it is due, and whether a payment of
    that gift covers that day.
    """
    month, row, payment = SCHOOL_MONTH.c, SPONSORSHIP.c, PAYMENT.c
    then = and_(row.starts_on <= month.due_on, or_(row.ends_on.is_(None), row.ends_on >= month.due_on))
    covers = and_(
        payment.counts > 0, payment.covers_from <= month.due_on, payment.covers_until > month.due_on
    )
    paid = exists().where(payment.gift_id == row.gift_id, covers)
    columns = (month.id.label("month_id"), month.due_on, month.covered, SPONSORSHIP, paid.label("paid"))
    query = select(*columns).outerjoin(SPONSORSHIP, and_(row.child_id == month.child_id, then))
    return query.order_by(month.id)


_MONTHS = _months()
