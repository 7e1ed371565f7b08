"""Monthly gifts, their payments and the sponsors who give them."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import date
from uuid import UUID

from sqlalchemy import ColumnElement, RowMapping, and_, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.sponsorship.domain.gifts import (
    PURPOSE,
    Days,
    Gift,
    Paid,
    Told,
    begun_on,
    failing_since,
    together,
    uncovered_months,
)
from services.sponsorship.tables import GIFT, GIFT_TOLD, HOLD, PAYMENT, SPONSOR
from shared.contracts.donations import GiftState, MonthlyGiftChanged, MonthlyGiftStatus
from shared.database.writes import Writes


def _person() -> ColumnElement[UUID]:
    """The entry that stands for whoever gives the gift of a row."""
    row = SPONSOR.alias().c
    return func.coalesce(
        select(row.kept_id).where(row.id == GIFT.c.donor_id).scalar_subquery(), GIFT.c.donor_id
    )


def _is_declined() -> ColumnElement[bool]:
    """Whether any entry of the person who gives the gift of a row was declined."""
    mine, other = SPONSOR.alias(), SPONSOR.alias()
    same = func.coalesce(other.c.kept_id, other.c.id) == func.coalesce(mine.c.kept_id, mine.c.id)
    found = select(other.c.id).select_from(mine.join(other, same))
    return found.where(mine.c.id == GIFT.c.donor_id, other.c.declined).exists()


_IS_DECLINED, PERSON = _is_declined(), _person()


def gift_in(row: RowMapping) -> Gift:
    """A gift as the rules see it; of one that was not told of yet nothing is known but that money came."""
    wanted = row["children"] if row["purpose"] == PURPOSE else 0
    return Gift(
        row["id"],
        row["status"],
        wanted,
        row["on_day"] or date.min,
        row["begun_on"],
        row["uncovered"],
        row["declined"],
        row["failing_since"],
        row["person"],
    )


def save_gifts(writes: Writes, facts: Iterable[MonthlyGiftChanged]) -> None:
    """Write the newest state of gifts; their rows are there and locked."""
    names = ("version", "donor_id", "purpose", "status", "children", "covered_until", "grace_until")
    rows = [
        {"id": each.gift_id, **{name: getattr(each, name) for name in names}}
        | {"correspondence": each.correspondence, "on_day": each.on}
        for each in facts
    ]
    writes.change(GIFT, rows)


async def save_told(session: AsyncSession, writes: Writes, facts: Collection[MonthlyGiftChanged]) -> None:
    """Keep what each fact said, and since when the gifts are at risk by all of them; the gifts are there and locked."""
    rows = [
        {"gift_id": each.gift_id, "version": each.version, "on_day": each.on}
        | {"at_risk": each.status == MonthlyGiftStatus.AT_RISK}
        for each in facts
    ]
    writes.add(GIFT_TOLD, rows)
    gifts = {each.gift_id for each in facts}
    told = defaultdict[UUID, list[Told]](list)
    for row in (await session.execute(select(GIFT_TOLD).where(GIFT_TOLD.c.gift_id.in_(gifts)))).mappings():
        told[row["gift_id"]].append(Told(row["version"], row["at_risk"], row["on_day"]))
    writes.change(GIFT, [{"id": each, "failing_since": failing_since(told[each])} for each in sorted(gifts)])


def save_payments(
    writes: Writes,
    rows: Mapping[UUID, RowMapping | None],
    news: Mapping[UUID, GiftState],
    ever: Mapping[UUID, Days],
) -> None:
    """Write the newest state of payments, and all days that any fact ever had them cover."""
    changed = []
    for key, each in news.items():
        covers = {"covers_from": each.covers_from, "covers_until": each.covers_until}
        state = {"version": each.version, "gift_id": each.gift_id, "counts": each.counts}
        changed.append({"id": key, **state, **covers})
    writes.change(PAYMENT, changed)
    wider = []
    for key, days in ever.items():
        row = rows[key]
        known = _days(row["ever_from"], row["ever_until"]) if row else None
        all_days = together([known, days])
        if all_days and all_days != known:
            wider.append({"id": key, "ever_from": all_days.start, "ever_until": all_days.end})
    writes.change(PAYMENT, wider)


def days_in(fact: GiftState) -> Days | None:
    """The days that a fact has its payment cover."""
    return _days(fact.covers_from, fact.covers_until)


def _days(start: date | None, end: date | None) -> Days | None:
    return Days(start, end) if start and end and start < end else None


async def paid_of(session: AsyncSession, gifts: Collection[UUID]) -> Mapping[UUID, list[Paid]]:
    """The payments of these gifts; an empty list for one that has none."""
    paid = defaultdict[UUID, list[Paid]](list)
    for row in (await session.execute(select(PAYMENT).where(PAYMENT.c.gift_id.in_(gifts)))).mappings():
        now = _days(row["covers_from"], row["covers_until"]) if row["counts"] else None
        paid[row["gift_id"]].append(Paid(now, _days(row["ever_from"], row["ever_until"])))
    return paid


async def save_paid(session: AsyncSession, writes: Writes, gifts: Collection[UUID]) -> None:
    """Write since when these gifts are paid, and how many months of them are covered no longer."""
    paid = await paid_of(session, gifts)
    rows = [
        {"id": each, "begun_on": begun_on(paid[each]), "uncovered": uncovered_months(paid[each])}
        for each in gifts
    ]
    writes.change(GIFT, rows)


async def known(session: AsyncSession, ids: Collection[UUID]) -> dict[UUID, RowMapping]:
    """These gifts; whoever changes them holds the book."""
    columns = (GIFT, _IS_DECLINED.label("declined"), PERSON.label("person"))
    query = select(*columns).where(GIFT.c.id.in_(ids)).order_by(GIFT.c.id)
    return {row["id"]: row for row in (await session.execute(query)).mappings()}


async def with_room(session: AsyncSession, begun: bool, most_uncovered: int, most: int) -> list[RowMapping]:
    """Gifts that have begun, or not, are not at risk, and have fewer children than they are for; the oldest first.

    Of those that have not begun only such as have not kept as many children already.
    """
    row = GIFT.c
    is_well = and_(row.status != MonthlyGiftStatus.AT_RISK.value, row.uncovered < most_uncovered)
    query = select(GIFT, PERSON.label("person"))
    query = query.where(row.placed < row.wanted, ~_IS_DECLINED, is_well).order_by(row.id).limit(most)
    tried = select(func.count(HOLD.c.child_id.distinct())).where(HOLD.c.gift_id == row.id).scalar_subquery()
    wanted = row.begun_on.is_not(None) if begun else and_(row.begun_on.is_(None), tried < row.wanted)
    return list((await session.execute(query.where(wanted))).mappings())


async def make_sponsors(session: AsyncSession, donors: Collection[UUID]) -> None:
    """Have a row for each of these donors."""
    rows = [{"id": each} for each in sorted(donors)]
    if rows:
        await session.execute(insert(SPONSOR).values(rows).on_conflict_do_nothing())


async def sponsor(session: AsyncSession, donor: UUID) -> RowMapping | None:
    """The entry of this donor; whoever changes it holds the book."""
    query = select(SPONSOR).where(SPONSOR.c.id == donor)
    return (await session.execute(query)).mappings().one_or_none()


async def same_person(session: AsyncSession, donor: UUID) -> set[UUID]:
    """All entries of donors that are this person, by what donations linked."""
    row = SPONSOR.c
    kept = select(func.coalesce(row.kept_id, row.id)).where(row.id == donor).scalar_subquery()
    return {donor, *await session.scalars(select(row.id).where(func.coalesce(row.kept_id, row.id) == kept))}


async def change_sponsors(session: AsyncSession, ids: Collection[UUID], **values: object) -> None:
    await session.execute(update(SPONSOR).where(SPONSOR.c.id.in_(ids)).values(**values))


async def of_donors(session: AsyncSession, donors: Collection[UUID]) -> set[UUID]:
    """The gifts of these donors."""
    return set(await session.scalars(select(GIFT.c.id).where(GIFT.c.donor_id.in_(donors))))
