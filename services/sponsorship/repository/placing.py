"""Children who may be offered to sponsors."""

from datetime import date
from uuid import UUID

from sqlalchemy import ColumnElement, and_, any_, literal, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.sponsorship.domain.children import ADULTS
from services.sponsorship.tables import CHILD, CONSENT, HOUSEHOLD, PRESENCE
from shared.contracts.sponsorship import ChildStatus

SHOWN = "alias"
"""The least that sponsors may be shown of a child; without it they are shown nothing."""
FREE = (ChildStatus.LISTED.value, ChildStatus.OFFERED_AGAIN.value)


def may_be_shown(today: date, scope: str = SHOWN) -> ColumnElement[bool]:
    """Whether the guardian of the child of this row agrees, today, that sponsors are shown so much of it.

    What a guardian agreed to ends on the day on which the child grows up, whatever end was chosen. Of who is not helped
    nobody tells that day, so it is over with the help, and holds again if they come back as a child.
    """
    row = CONSENT.c
    holds = and_(row.agreed, or_(row.until.is_(None), row.until >= today), is_child_in_care(CHILD.c.id))
    return (
        select(row.id).where(row.member_id == CHILD.c.id, holds, literal(scope) == any_(row.scopes)).exists()
    )


def is_child_in_care(member: ColumnElement[UUID] | UUID) -> ColumnElement[bool]:
    """Whether a household that is helped has this member, and no household's newest state as an adult.

    Intake says so on the birthday, of members whose household is helped. The member may be a column of whatever query
    this stands in, however deep: without `correlate_except` it would be any row of that column's table.
    """
    row = PRESENCE.c
    mine = select(row.member_id).where(row.member_id == member).correlate_except(PRESENCE, HOUSEHOLD)
    helped = mine.join(HOUSEHOLD, HOUSEHOLD.c.id == row.household_id).where(HOUSEHOLD.c.helped)
    return and_(helped.exists(), ~mine.where(row.band.in_(ADULTS)).exists())


async def free_children(session: AsyncSession, today: date, most: int) -> list[UUID]:
    """Children without a sponsor who may be shown, in the order in which they are to be served."""
    row = CHILD.c
    query = select(row.id).where(row.status.in_(FREE), may_be_shown(today))
    return list(await session.scalars(query.order_by(-row.points, row.waiting_since, row.id).limit(most)))


async def may_show(session: AsyncSession, today: date, child: UUID) -> bool:
    """Whether sponsors may be shown this child."""
    return (
        await session.scalar(select(CHILD.c.id).where(CHILD.c.id == child, may_be_shown(today))) is not None
    )
