"""Children who may be offered to sponsors."""

from collections.abc import Collection
from datetime import date
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, any_, func, literal, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.sponsorship.domain.children import ADULTS
from services.sponsorship.domain.together import Care
from services.sponsorship.repository.among import among
from services.sponsorship.repository.incidents import IS_OPEN
from services.sponsorship.tables import CHILD, CONSENT, HOUSEHOLD, INCIDENT, PRESENCE
from shared.contracts.sponsorship import ChildStatus

SHOWN = "alias"
"""The least that sponsors may be shown of a child; without it they are shown nothing."""
FREE = (ChildStatus.LISTED.value, ChildStatus.OFFERED_AGAIN.value)


def has_incident(child: ColumnElement[UUID]) -> ColumnElement[bool]:
    """Whether an incident of the child of a row is open."""
    return select(INCIDENT.c.id).where(INCIDENT.c.child_id == child, IS_OPEN).exists()


HAS_INCIDENT = has_incident(CHILD.c.id)


def may_be_shown(today: date, scope: str = SHOWN) -> ColumnElement[bool]:
    """Whether the guardian of the child of this row agrees, today, that sponsors are shown so much of it.

    What a guardian agreed to ends on the day on which the child grows up, whatever end was chosen. Of who is not helped
    nobody tells that day, so it is over with the help, and holds again if they come back as a child.
    """
    return and_(is_agreed(today, scope), _is_helped(CHILD.c.id))


def is_agreed(
    today: date, scope: str = SHOWN, child: ColumnElement[UUID] = CHILD.c.id
) -> ColumnElement[bool]:
    """Whether a guardian of the child of a row agrees to so much today, and it has not grown up; whether or not it is
    helped.
    """
    agreed = select(CONSENT.c.id).where(CONSENT.c.member_id == child, _holds(today, scope))
    return and_(agreed.exists(), ~_is_grown_up(child))


def _holds(today: date, scope: str) -> ColumnElement[bool]:
    row = CONSENT.c
    return and_(row.agreed, or_(row.until.is_(None), row.until >= today), literal(scope) == any_(row.scopes))


def is_child_in_care(member: ColumnElement[UUID] | UUID) -> ColumnElement[bool]:
    """Whether a household that is helped has this member, and no household's newest state as an adult.

    Intake says so on the birthday, of members whose household is helped.
    """
    return and_(_is_helped(member), ~_is_grown_up(member))


def _is_helped(member: ColumnElement[UUID] | UUID) -> ColumnElement[bool]:
    row, at = PRESENCE.c, HOUSEHOLD.c
    mine = _presences(member).join(HOUSEHOLD, at.id == row.household_id)
    return mine.where(at.helped).exists()


def _is_grown_up(member: ColumnElement[UUID] | UUID) -> ColumnElement[bool]:
    return _presences(member).where(PRESENCE.c.band.in_(ADULTS)).exists()


def _presences(member: ColumnElement[UUID] | UUID) -> Select[tuple[UUID]]:
    """Where a member is by the newest states. It may be a column of whatever query this stands in, however deep:
    without `correlate_except` it would be any row of that column's table.
    """
    row = PRESENCE.c
    return select(row.member_id).where(row.member_id == member).correlate_except(PRESENCE, HOUSEHOLD)


async def free_children(session: AsyncSession, today: date, most: int) -> list[UUID]:
    """Children without a sponsor who may be shown, in the order in which they are to be served."""
    row = CHILD.c
    query = select(row.id).where(row.status.in_(FREE), may_be_shown(today), ~HAS_INCIDENT)
    return list(await session.scalars(query.order_by(-row.points, row.waiting_since, row.id).limit(most)))


async def cares(session: AsyncSession, today: date, children: Collection[UUID]) -> dict[UUID, Care]:
    """What protects each of these children."""
    row = CONSENT.c
    last = func.max(func.coalesce(row.until, date.max))
    query = select(row.member_id, last).where(among(row.member_id, children), _holds(today, SHOWN))
    query = query.where(~_is_grown_up(row.member_id))
    until = dict((await session.execute(query.group_by(row.member_id))).all())
    looked_at = select(INCIDENT.c.child_id).where(among(INCIDENT.c.child_id, children), IS_OPEN)
    open_ones = set(await session.scalars(looked_at))
    return {each: Care(until.get(each), each in open_ones) for each in children}
