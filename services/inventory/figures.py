"""Totals for people, for the plan, for monitoring and for the doctor."""

from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from datetime import date, timedelta
from typing import Any

from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from services.inventory import forecasting, repository
from services.inventory.domain.food import lapse
from services.inventory.domain.forecast import days_left
from services.inventory.repository import HOUSEHOLD
from services.inventory.settings import Settings
from services.inventory.tables import Unmet
from shared.database.rows import columns
from shared.messaging.day import today_of
from shared.observability import Metrics

_TOTALS = text("""
    SELECT item.code AS item, item.unit,
           coalesce(asked.wanted, 0) AS wanted, coalesce(asked.reserved, 0) AS reserved,
           coalesce(asked.short, 0) AS backordered, coalesce(asked.delivered, 0) AS delivered,
           coalesce(asked.lapsed, 0) AS unmet, coalesce(asked.released, 0) AS released,
           coalesce(shelf.on_hand, 0) AS on_hand
    FROM item
    LEFT JOIN (
        SELECT asked AS code, sum(wanted) AS wanted, sum(reserved) AS reserved, sum(delivered) AS delivered,
               sum(lapsed) AS lapsed, sum(released) AS released,
               sum(wanted - reserved - delivered - lapsed - released) AS short
        FROM reservation GROUP BY asked
    ) asked USING (code)
    LEFT JOIN (SELECT item AS code, sum(on_hand) AS on_hand FROM shelf GROUP BY item) shelf USING (code)
    ORDER BY item.code
""")
_ACTUALS = text("""
    SELECT 'clothing_sets' AS measure, coalesce(sum(delivered), 0) AS actual FROM reservation WHERE kind = 'clothing'
    UNION ALL SELECT 'food_grams_year', coalesce(sum(delivered), 0) FROM reservation WHERE kind = 'food'
    UNION ALL SELECT 'first_aid_kits_delivered', coalesce(sum(delivered), 0) FROM reservation WHERE kind = 'kit'
    UNION ALL SELECT 'first_aid_kits_assembled', coalesce(sum(on_hand), 0) FROM movement WHERE kind = 'assembled'
    UNION ALL SELECT 'shelters_in_use', count(DISTINCT depot) FROM reservation WHERE kind = 'bed' AND reserved > 0
    UNION ALL SELECT 'people_fed', coalesce(sum(people), 0) FROM household WHERE active AND id IN
        (SELECT household_id FROM reservation WHERE kind = 'food' AND delivered > 0)
    UNION ALL SELECT 'rice_grams_month', coalesce(min(grams), 0) FROM
        (SELECT sum(on_hand) AS grams FROM movement
         JOIN item ON item.code = movement.item AND item.kind = 'food'
         WHERE movement.kind = 'received' GROUP BY date_trunc('month', on_day)) months
""")


async def item_totals(session: AsyncSession) -> list[dict[str, Any]]:
    """Totals of each item since the beginning."""
    return [dict(row) for row in (await session.execute(_TOTALS)).mappings()]


async def helped_now(session: AsyncSession) -> tuple[int, int]:
    """Active households, and people in them."""
    query = select(func.count(), func.coalesce(func.sum(HOUSEHOLD.people), 0)).where(HOUSEHOLD.active)
    households, people = (await session.execute(query)).one()
    return int(households), int(people)


async def unmet_by_day(session: AsyncSession, item: str, first: date, last: date) -> Counter[date]:
    """Grams that were missing on each day, and what is missing today, as if it were over."""
    unmet = columns(Unmet)
    query = select(unmet.on_day, func.sum(unmet.grams)).where(
        unmet.item == item, unmet.on_day.between(first, last)
    )
    days = Counter({day: int(grams) for day, grams in await session.execute(query.group_by(unmet.on_day))})
    today = await today_of(session)
    if first <= today <= last:
        rations = await repository.past_short(session, today)
        if grams := sum(lapse(ration, today).grams for ration in rations if ration.asked == item):
            days[today] += grams
    return days


async def actuals(session: AsyncSession) -> Mapping[str, int]:
    """What was reached of the plan's measures."""
    return {measure: int(actual) for measure, actual in await session.execute(_ACTUALS)}


def observe(settings: Settings) -> Callable[[Metrics], Callable[[AsyncSession], Awaitable[None]]]:
    """Gauges of stock, reservations, backorders and how long the food lasts."""

    def gauges(metrics: Metrics) -> Callable[[AsyncSession], Awaitable[None]]:
        on_hand = metrics.gauge("stock_on_hand", "On hand, in base units", "item")
        reserved = metrics.gauge("stock_reserved", "Set aside and not fetched, in base units", "item")
        short = metrics.gauge("stock_backordered", "Asked for and missing, in base units", "item")
        left = metrics.gauge(
            "stock_days_left", "Days from today on which all can eat, within the horizon", "item"
        )

        async def observing(session: AsyncSession) -> None:
            for row in await item_totals(session):
                on_hand.labels(row["item"]).set(row["on_hand"])
                reserved.labels(row["item"]).set(row["reserved"])
                short.labels(row["item"]).set(row["backordered"])
            today = await today_of(session)
            until = today + timedelta(days=settings.forecast_days)
            for item in await forecasting.food_items(session):
                left.labels(item).set(
                    days_left(await forecasting.make(session, settings.rules, item, today, until))
                )

        return observing

    return gauges
