"""What gifts cover, by the rules that the service itself asks: nobody may be told of months that nobody pays for."""

from collections import defaultdict
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.sponsorship.domain.gifts import uncovered_months
from services.sponsorship.domain.holds import Sponsorship
from services.sponsorship.domain.school import covered
from services.sponsorship.repository import gifts, holds, school
from services.sponsorship.tables import GIFT, SCHOOL_MONTH
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
    """What gifts cover of each month of school that is due: the fund is asked for the rest alone."""
    row = SCHOOL_MONTH.c
    query = select(row.child_id, row.due_on, row.covered).where(row.due_on <= await today_of(session))
    due = (await session.execute(query)).all()
    supporting = defaultdict[UUID, list[Sponsorship]](list)
    for each in (await holds.sponsorships_of(session, {child for child, _, _ in due})).values():
        supporting[each.child_id].append(each)
    giving = {each.gift_id for some in supporting.values() for each in some}
    covers = defaultdict[UUID, list[school.Covers]](list)
    for one in await school.covers_of(session, giving):
        covers[one[0]].append(one)
    wrong = 0
    for child, due_on, share in due:
        of_it = supporting[child]
        wrong += share != covered(due_on, of_it, [one for each in of_it for one in covers[each.gift_id]])
    return Count("what gifts cover of a month of school follows from their payments", len(due), wrong)
