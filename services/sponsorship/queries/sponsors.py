"""Sponsors as staff see them, and what of their children a sponsor may see."""

from collections import Counter
from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import RowMapping, exists, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.sponsorship.domain.gifts import PURPOSE
from services.sponsorship.domain.vetting import Vetting, WhyNot, why_not
from services.sponsorship.repository import donors
from services.sponsorship.repository.incidents import IS_OPEN
from services.sponsorship.repository.placing import FREE, HAS_INCIDENT, SHOWN, may_be_shown
from services.sponsorship.tables import CHILD, GIFT, INCIDENT, SPONSOR, SPONSORSHIP

FEW = 5
"""Where fewer children fit, their region is not shown: it would tell who they are."""


async def sponsors(session: AsyncSession, limit: int, after: UUID | None) -> list[RowMapping]:
    """Donors who have a monthly gift for children, by id, and who stands for each."""
    row = SPONSOR.c
    gives = exists().where(GIFT.c.donor_id == row.id, GIFT.c.purpose == PURPOSE)
    query = donors.SPONSORS.where(gives).order_by(row.id).limit(limit)
    if after:
        query = query.where(row.id > after)
    return list((await session.execute(query)).mappings())


async def children_of(session: AsyncSession, donor: UUID, today: date) -> list[RowMapping]:
    """All children whom gifts of this person support or supported, the oldest first; `shown` says whether the sponsor
    may be shown them today."""
    person = await donors.same_person(session, donor)
    row = SPONSORSHIP.c
    columns = (SPONSORSHIP, CHILD.c.alias, CHILD.c.left_reason, may_be_shown(today).label("shown"))
    query = select(*columns).join(CHILD, CHILD.c.id == row.child_id).join(GIFT, GIFT.c.id == row.gift_id)
    query = query.where(GIFT.c.donor_id.in_(person)).order_by(row.starts_on, row.id)
    return list((await session.execute(query)).mappings())


async def has_sponsored(session: AsyncSession, child: UUID, donor: UUID) -> bool:
    """Whether a gift of this person supports this child, or once did."""
    person = await donors.same_person(session, donor)
    row = SPONSORSHIP.c
    query = select(row.id).join(GIFT, GIFT.c.id == row.gift_id)
    query = query.where(row.child_id == child, GIFT.c.donor_id.in_(person)).limit(1)
    return await session.scalar(query) is not None


async def why_not_write(
    session: AsyncSession, child: UUID, donor: UUID, today: date, scope: str = SHOWN
) -> WhyNot | None:
    """Why this person and this child may not write to each other, or send so much of it; None if they may."""
    person = await donors.same_person(session, donor)
    row = await donors.sponsor(session, donor)
    query = select(func.count(), func.bool_or(GIFT.c.correspondence)).select_from(SPONSORSHIP)
    query = query.join(GIFT, GIFT.c.id == SPONSORSHIP.c.gift_id).where(GIFT.c.donor_id.in_(person))
    now = query.where(SPONSORSHIP.c.child_id == child, SPONSORSHIP.c.ends_on.is_(None))
    many, letters = (await session.execute(now)).one()
    shown = select(CHILD.c.id).where(CHILD.c.id == child, may_be_shown(today, scope))
    agreed = await session.scalar(shown) is not None
    vetting = vetting_in(row) if row else Vetting()
    open_one = select(INCIDENT.c.id).where(INCIDENT.c.donor_id.in_(person), IS_OPEN)
    no_incident = await session.scalar(open_one.limit(1)) is None
    told = {"sponsors": many > 0, "wants_letters": bool(letters), "consent": agreed}
    return why_not(vetting, **told, no_incident=no_incident)


def vetting_in(row: RowMapping) -> Vetting:
    return Vetting(row["declared_on"], row["code_on"], row["restricted"], row["declined"])


async def shown(session: AsyncSession, today: date, limit: int) -> Sequence[tuple[RowMapping, str]]:
    """Children who wait and may be shown to sponsors, in their order, with the region that may be told of each."""
    row = CHILD.c
    query = select(CHILD).where(row.status.in_(FREE), may_be_shown(today), ~HAS_INCIDENT)
    found = list((await session.execute(query.order_by(-row.points, row.waiting_since, row.id))).mappings())
    many = Counter(each["region"] for each in found)
    return [(each, each["region"] if many[each["region"]] >= FEW else "") for each in found[:limit]]
