"""Monthly gifts and their payments."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import date
from uuid import UUID

from sqlalchemy import RowMapping, select
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
from services.sponsorship.repository.among import among
from services.sponsorship.repository.donors import IS_DECLINED, IS_PAUSED, PERSON
from services.sponsorship.tables import GIFT, GIFT_TOLD, PAYMENT
from shared.contracts.donations import GiftState, MonthlyGiftChanged, MonthlyGiftStatus
from shared.database.writes import Writes


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
        row["paused"],
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
    for row in (await session.execute(select(GIFT_TOLD).where(among(GIFT_TOLD.c.gift_id, gifts)))).mappings():
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


async def paid_of(session: AsyncSession, gifts: Collection[UUID] | None = None) -> Mapping[UUID, list[Paid]]:
    """The payments of these gifts, or of all; an empty list for one that has none."""
    paid = defaultdict[UUID, list[Paid]](list)
    query = select(PAYMENT).where(
        PAYMENT.c.gift_id.is_not(None) if gifts is None else among(PAYMENT.c.gift_id, gifts)
    )
    for row in (await session.execute(query)).mappings():
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
    columns = (GIFT, IS_DECLINED.label("declined"), IS_PAUSED.label("paused"), PERSON.label("person"))
    query = select(*columns).where(among(GIFT.c.id, ids)).order_by(GIFT.c.id)
    return {row["id"]: row for row in (await session.execute(query)).mappings()}
