"""Terms of school, their months, and what was asked of the education fund for them."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import RowMapping, exists, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from services.sponsorship.domain.gifts import Days
from services.sponsorship.domain.school import Home, Payment
from services.sponsorship.repository.among import among
from services.sponsorship.tables import (
    HOUSEHOLD,
    PAYMENT,
    REPORT_CARD,
    SCHOOL_MONTH,
    SCHOOL_PAYMENT,
    SCHOOL_TERM,
)
from shared.contracts.donations import GrantChanged
from shared.database.writes import Writes

Covers = tuple[UUID, Days]
"""A gift, and days that a payment of it covers."""

_TERM = SCHOOL_TERM.c
_MONTH = (SCHOOL_MONTH, _TERM.fee, _TERM.currency, _TERM.ends_on, _TERM.actor, _TERM.raised_by)


async def months_due(session: AsyncSession, children: Collection[UUID], today: date) -> Sequence[RowMapping]:
    """Months of these children whose day has come, or that were asked for before their term was cut short."""
    month, term = SCHOOL_MONTH.c, SCHOOL_TERM.c
    query = select(*_MONTH).join(SCHOOL_TERM, term.id == month.term_id)
    query = query.where(among(month.child_id, children), month.due_on <= today).order_by(month.id)
    return (await session.execute(query)).mappings().all()


async def payment(session: AsyncSession, payment_id: UUID) -> tuple[RowMapping, Payment] | None:
    """The month that a payment was asked for, as `months_due` gives it, and the payment; None if there is none."""
    query = select(SCHOOL_PAYMENT).where(SCHOOL_PAYMENT.c.id == payment_id)
    row = (await session.execute(query)).mappings().one_or_none()
    if row is None:
        return None
    month = select(*_MONTH).join(SCHOOL_TERM, SCHOOL_TERM.c.id == SCHOOL_MONTH.c.term_id)
    month = month.where(SCHOOL_MONTH.c.id == row["month_id"])
    return (await session.execute(month)).mappings().one(), _payment_in(row)


async def payments_of(session: AsyncSession, months: Iterable[UUID]) -> Mapping[UUID, list[Payment]]:
    """What was asked for each of these months, the oldest first."""
    row = SCHOOL_PAYMENT.c
    query = select(SCHOOL_PAYMENT).where(among(row.month_id, months)).order_by(row.id)
    found = defaultdict[UUID, list[Payment]](list)
    for each in (await session.execute(query)).mappings():
        found[each["month_id"]].append(_payment_in(each))
    return found


def _payment_in(row: RowMapping) -> Payment:
    home = Home(row["household_id"], row["household_version"])
    state = (row["said"], row["withdrawn"], row["status"], row["paid"])
    return Payment(row["id"], home, row["amount"], *state)


async def covers_of(session: AsyncSession, gifts: Collection[UUID]) -> list[Covers]:
    """The days that payments of these gifts cover now."""
    row = PAYMENT.c
    query = select(row.gift_id, row.covers_from, row.covers_until)
    query = query.where(among(row.gift_id, gifts), row.counts > 0, row.covers_from < row.covers_until)
    return [(gift, Days(start, end)) for gift, start, end in await session.execute(query)]


async def versions(session: AsyncSession, households: Collection[UUID]) -> Mapping[UUID, int]:
    """The version that is known of each of these households."""
    row = HOUSEHOLD.c
    query = select(row.id, row.version).where(among(row.id, households))
    return {key: int(version) for key, version in await session.execute(query)}


async def term(session: AsyncSession, term_id: UUID) -> RowMapping | None:
    """A term, locked."""
    query = select(SCHOOL_TERM).where(SCHOOL_TERM.c.id == term_id).with_for_update()
    return (await session.execute(query)).mappings().one_or_none()


async def overlaps(session: AsyncSession, child_id: UUID, starts_on: date, ends_on: date) -> bool:
    """Whether the child has a term within these days."""
    row = SCHOOL_TERM.c
    query = select(row.id).where(row.child_id == child_id, row.starts_on <= ends_on, row.ends_on >= starts_on)
    return await session.scalar(query.limit(1)) is not None


async def change_term(session: AsyncSession, term_id: UUID, **values: object) -> None:
    await session.execute(update(SCHOOL_TERM).where(SCHOOL_TERM.c.id == term_id).values(**values))


async def due_on(session: AsyncSession, day: date) -> set[UUID]:
    """The children of whose school a month begins on this day."""
    return set(await session.scalars(select(SCHOOL_MONTH.c.child_id).where(SCHOOL_MONTH.c.due_on == day)))


async def asked(session: AsyncSession, ids: Collection[UUID]) -> dict[UUID, RowMapping | None]:
    """Those of these grants that are payments of a school; whoever changes them holds the book."""
    query = select(SCHOOL_PAYMENT).where(among(SCHOOL_PAYMENT.c.id, ids))
    return {row["id"]: row for row in (await session.execute(query)).mappings()}


def save_answers(writes: Writes, facts: Mapping[UUID, GrantChanged]) -> None:
    """Write what donations says became of payments."""
    rows = [
        {"id": key, "version": each.version, "status": each.status, "reason": each.reason}
        | {name: getattr(each, name).amount for name in ("set_aside", "paid", "missing")}
        for key, each in facts.items()
    ]
    writes.change(SCHOOL_PAYMENT, rows)


async def report(session: AsyncSession, report_id: UUID) -> RowMapping | None:
    """A report card."""
    query = select(REPORT_CARD).where(REPORT_CARD.c.id == report_id)
    return (await session.execute(query)).mappings().one_or_none()


async def last_report(session: AsyncSession, term_id: UUID) -> UUID | None:
    """The report card of a term that counts: the one that none replaces."""
    row, later = REPORT_CARD.c, REPORT_CARD.alias()
    is_last = ~exists().where(later.c.replaces == row.id)
    found: UUID | None = await session.scalar(select(row.id).where(row.term_id == term_id, is_last))
    return found
