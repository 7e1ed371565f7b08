"""Entries of donors, which of them are one person, and what holds of whoever gives a gift."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import ColumnElement, RowMapping, func, select, true, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.sql.selectable import FromClause, LateralFromClause

from services.sponsorship.repository.among import among
from services.sponsorship.repository.incidents import IS_OPEN
from services.sponsorship.tables import GIFT, INCIDENT, SPONSOR


def _person() -> ColumnElement[UUID]:
    """The entry that stands for whoever gives the gift of a row."""
    row = SPONSOR.alias().c
    return func.coalesce(
        select(row.kept_id).where(row.id == GIFT.c.donor_id).scalar_subquery(), GIFT.c.donor_id
    )


def _is_declined() -> ColumnElement[bool]:
    """Whether any entry of the person who gives the gift of a row was declined."""
    mine, other = SPONSOR.alias(), SPONSOR.alias()
    found = select(other.c.id).select_from(mine.join(other, _same(mine, other)))
    return found.where(mine.c.id == GIFT.c.donor_id, other.c.declined).exists()


def _is_paused() -> ColumnElement[bool]:
    """Whether an incident of the person who gives the gift of a row is open."""
    mine, other = SPONSOR.alias(), SPONSOR.alias()
    of_them = mine.join(other, _same(mine, other)).join(INCIDENT, INCIDENT.c.donor_id == other.c.id)
    return select(other.c.id).select_from(of_them).where(mine.c.id == GIFT.c.donor_id, IS_OPEN).exists()


def _same(one: FromClause, other: FromClause) -> ColumnElement[bool]:
    """Whether two entries are one person."""
    return func.coalesce(other.c.kept_id, other.c.id) == func.coalesce(one.c.kept_id, one.c.id)


IS_DECLINED, IS_PAUSED, PERSON = _is_declined(), _is_paused(), _person()


async def make_sponsors(session: AsyncSession, donors: Collection[UUID]) -> None:
    """Have a row for each of these donors."""
    rows = [{"id": each} for each in sorted(donors)]
    if rows:
        await session.execute(insert(SPONSOR).values(rows).on_conflict_do_nothing())


def _of_person() -> LateralFromClause:
    """What was written down of the person of a sponsor's row, under whichever entry: what forbids something counts of
    any of them.
    """
    other = SPONSOR.alias()
    days = (func.max(other.c.declared_on).label("declared_on"), func.max(other.c.code_on).label("code_on"))
    flags = (
        func.bool_or(other.c.restricted).label("restricted"),
        func.bool_or(other.c.declined).label("declined"),
    )
    version = func.max(other.c.vetting_version).label("vetting_version")
    return select(version, *days, *flags).where(_same(SPONSOR, other)).lateral("of_person")


_VETTED = _of_person()
SPONSORS = select(SPONSOR.c.id, SPONSOR.c.kept_id, *_VETTED.c).select_from(SPONSOR.join(_VETTED, true()))
"""Sponsors, each with the vetting of the person, which all entries share."""


async def sponsor(session: AsyncSession, donor: UUID) -> RowMapping | None:
    """The entry of this donor, with the vetting of the person; whoever changes it holds the book."""
    return (await session.execute(SPONSORS.where(SPONSOR.c.id == donor))).mappings().one_or_none()


async def same_person(session: AsyncSession, donor: UUID) -> set[UUID]:
    """All entries of donors that are this person, by what donations linked."""
    row = SPONSOR.c
    kept = select(func.coalesce(row.kept_id, row.id)).where(row.id == donor).scalar_subquery()
    return {donor, *await session.scalars(select(row.id).where(func.coalesce(row.kept_id, row.id) == kept))}


async def change_sponsors(session: AsyncSession, ids: Collection[UUID], **values: object) -> None:
    await session.execute(update(SPONSOR).where(among(SPONSOR.c.id, ids)).values(**values))


async def entries_of(session: AsyncSession, gifts: Collection[UUID]) -> dict[UUID, list[UUID]]:
    """All entries of the person who gives each of these gifts, as donations linked them."""
    mine, other = SPONSOR.alias(), SPONSOR.alias()
    entries = GIFT.outerjoin(mine, mine.c.id == GIFT.c.donor_id).outerjoin(other, _same(mine, other))
    query = select(GIFT.c.id, GIFT.c.donor_id, other.c.id).select_from(entries).where(among(GIFT.c.id, gifts))
    found: dict[UUID, set[UUID]] = {}
    for gift, *people in await session.execute(query):
        found.setdefault(gift, set()).update(each for each in people if each)
    return {gift: sorted(people) for gift, people in found.items()}


async def gifts_of_people(session: AsyncSession, donors: Collection[UUID]) -> set[UUID]:
    """The gifts of the people who stand behind these entries, under whichever entry."""
    mine, other = SPONSOR.alias(), SPONSOR.alias()
    query = select(GIFT.c.id).join(other, other.c.id == GIFT.c.donor_id).join(mine, _same(mine, other))
    return set(await session.scalars(query.where(among(mine.c.id, donors)).distinct()))
