"""Totals for people, for the plan and for monitoring. They are read from kept totals and current rows, never summed
from all history: a scrape costs the same after ten years.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import date

from sqlalchemy import RowMapping, func, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from services.inventory.domain.food import lapse
from services.inventory.domain.items import Kind
from services.inventory.repository.reservations import past_short
from services.inventory.settings import Settings
from services.inventory.tables import FORECAST_SAID, HOUSEHOLD, MARKED_SHELF, RENEWAL, UNMET
from shared.contracts.inventory import BED
from shared.messaging.day import today_of
from shared.observability import Metrics
from shared.service.parts import Actuals, Observe, PutOff

_TOTALS = text("""
    SELECT item.code AS item, item.kind, item.unit,
           coalesce(sums.wanted, 0) AS wanted, coalesce(sums.reserved, 0) AS reserved,
           coalesce(sums.short, 0) AS backordered, coalesce(sums.delivered, 0) AS delivered,
           coalesce(sums.lapsed, 0) AS unmet, coalesce(sums.released, 0) AS released,
           coalesce(shelf.on_hand, 0) AS on_hand
    FROM item
    LEFT JOIN (
        SELECT item AS code, sum(wanted) AS wanted, sum(reserved) AS reserved, sum(delivered) AS delivered,
               sum(lapsed) AS lapsed, sum(released) AS released,
               sum(wanted - reserved - delivered - lapsed - released) AS short
        FROM total GROUP BY item
    ) sums USING (code)
    LEFT JOIN (SELECT item AS code, sum(on_hand) AS on_hand FROM shelf GROUP BY item) shelf USING (code)
    ORDER BY item.code
""")
# LIMIT keeps the planner at one look into the index for each active household; without it, it reads all history.
_ACTUALS = text("""
    SELECT 'clothing_sets' AS measure, coalesce(sum(delivered), 0) AS actual FROM total WHERE kind = 'clothing'
    UNION ALL SELECT 'food_grams_year', coalesce(sum(delivered), 0) FROM total WHERE kind = 'food'
    UNION ALL SELECT 'first_aid_kits_delivered', coalesce(sum(delivered), 0) FROM total WHERE kind = 'kit'
    UNION ALL SELECT 'first_aid_kits_assembled', coalesce(sum(on_hand), 0) FROM month_total WHERE kind = 'assembled'
    UNION ALL SELECT 'rice_grams_month', coalesce(min(grams), 0) FROM day CROSS JOIN LATERAL (
        SELECT coalesce(sum(on_hand), 0) AS grams
        FROM generate_series((SELECT min(month) FROM month_total), day.processed, interval '1 month') months (month)
        LEFT JOIN (SELECT month_total.month, month_total.on_hand FROM month_total
                   JOIN item ON item.code = month_total.item
                   WHERE month_total.kind = 'received' AND item.kind = 'food') came
            ON came.month = CAST(months.month AS date)
        WHERE EXISTS (SELECT FROM month_total JOIN item ON item.code = month_total.item
                      WHERE month_total.kind = 'received' AND item.kind = 'food')
        GROUP BY months.month) months
    UNION ALL SELECT 'shelters_in_use', count(DISTINCT depot) FROM reservation WHERE kind = 'bed' AND reserved > 0
    UNION ALL SELECT 'people_fed', coalesce(sum(people), 0) FROM household CROSS JOIN LATERAL
        (SELECT FROM reservation WHERE household_id = household.id AND kind = 'food' AND delivered > 0 LIMIT 1) fed
        WHERE active
""")


_LATE = text("""
    SELECT count(*) FROM planned_delivery CROSS JOIN day
    WHERE received_on IS NULL AND closed_on IS NULL AND due_on < day.processed
""")


async def item_totals(session: AsyncSession) -> Sequence[RowMapping]:
    """Totals of each item since the beginning."""
    return (await session.execute(_TOTALS)).mappings().all()


async def helped_now(session: AsyncSession) -> tuple[int, int]:
    """Active households, and people in them."""
    people = func.coalesce(func.sum(HOUSEHOLD.c.people), 0)
    found = (await session.execute(select(func.count(), people).where(HOUSEHOLD.c.active))).one()
    return int(found[0]), int(found[1])


async def unmet_by_day(session: AsyncSession, item: str, first: date, last: date) -> Counter[date]:
    """Grams that were missing on each day, and what is missing today, as if it were over."""
    row = UNMET.c
    query = select(row.on_day, func.sum(row.grams)).where(row.item == item, row.on_day.between(first, last))
    days = Counter({day: int(grams) for day, grams in await session.execute(query.group_by(row.on_day))})
    today = await today_of(session)
    if first <= today <= last:
        rations = await past_short(session, today)
        if grams := sum(lapse(ration, today).grams for ration in rations if ration.requested_item == item):
            days[today] += grams
    return days


def actuals(_: Settings) -> Actuals:
    """What was reached of the plan's measures."""

    return reached


async def reached(session: AsyncSession) -> Mapping[str, int]:
    """The plan's measures, from kept totals and current rows."""
    return {measure: int(actual) for measure, actual in await session.execute(_ACTUALS)}


def put_off(_: Settings) -> PutOff:
    """Food shelves that are marked to be dealt, and the renewal of rations that is under way."""

    async def counted(session: AsyncSession) -> Mapping[str, int]:
        tables = {"marked_shelves": MARKED_SHELF, "renewals": RENEWAL}
        counts = {name: select(func.count()).select_from(table) for name, table in tables.items()}
        return {name: await session.scalar(query) or 0 for name, query in counts.items()}

    return counted


def _by_label(rows: Sequence[RowMapping]) -> dict[str, Counter[str]]:
    """Totals by the item's label. All beds have one: the code of a bed may name its shelter."""
    sums: dict[str, Counter[str]] = defaultdict(Counter)
    for row in rows:
        label = BED if row["kind"] == Kind.BED else row["item"]
        sums[label].update({name: int(row[name]) for name in ("on_hand", "reserved", "backordered")})
    return sums


def observe(_: Settings) -> Callable[[Metrics], Observe]:
    """Gauges of stock, reservations, backorders; and how long the food lasts, as reckoned after the last change."""

    def gauges(metrics: Metrics) -> Observe:
        on_hand = metrics.gauge("stock_on_hand", "On hand, in base units", "item")
        reserved = metrics.gauge("stock_reserved", "Set aside and not fetched, in base units", "item")
        short = metrics.gauge("stock_backordered", "Asked for and missing, in base units", "item")
        left = metrics.gauge(
            "stock_days_left", "Days from today on which all can eat, within the horizon", "item"
        )

        late = metrics.gauge(
            "late_deliveries", "Planned deliveries whose day is past and that did not come whole"
        )

        async def observing(session: AsyncSession) -> None:
            late.set(await session.scalar(_LATE) or 0)
            for label, sums in _by_label(await item_totals(session)).items():
                on_hand.labels(label).set(sums["on_hand"])
                reserved.labels(label).set(sums["reserved"])
                short.labels(label).set(sums["backordered"])
            for item, days in await session.execute(select(FORECAST_SAID.c.item, FORECAST_SAID.c.days_left)):
                left.labels(item).set(days)

        return observing

    return gauges
