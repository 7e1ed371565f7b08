"""How long the food lasts, from what the store knows now."""

from datetime import date, timedelta

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.inventory.domain.forecast import Delivery, Forecast, forecast
from services.inventory.domain.items import Kind
from services.inventory.domain.rules import Rules
from services.inventory.repository.households import WANTS_FOOD
from services.inventory.settings import Settings
from services.inventory.tables import HOUSEHOLD, ITEM, PLANNED_DELIVERY, RESERVATION, SHELF
from shared.outcomes import Refused, invalid, missing

LONGEST_FORECAST_DAYS = 732


async def food_items(session: AsyncSession) -> list[str]:
    """Codes of all food."""
    query = select(ITEM.c.code).where(ITEM.c.kind == Kind.FOOD).order_by(ITEM.c.code)
    return list(await session.scalars(query))


async def forecast_for(
    session: AsyncSession, settings: Settings, item: str, today: date, until: date | None
) -> Forecast | Refused:
    """The forecast that somebody asks for; as far ahead as the settings say if no end is given.

    Refused for what is no food, and for an end before today or too far ahead.
    """
    if item not in await food_items(session):
        return missing(f"food with the code {item}; only food is forecast")
    until = until or today + timedelta(days=settings.forecast_days)
    if not today <= until <= today + timedelta(days=LONGEST_FORECAST_DAYS):
        return invalid(f"A forecast ends between today, {today}, and {LONGEST_FORECAST_DAYS} days from now.")
    return await make(session, settings.rules, item, today, until)


async def make(session: AsyncSession, rules: Rules, item: str, today: date, until: date) -> Forecast:
    """From headcount, stock, what households have at home, and planned deliveries. Days `today` to `until`."""
    coming = await _planned(session, item, today, until)
    return await _made(session, rules, item, today, max(until, today), coming)


async def left_tonight(session: AsyncSession, rules: Rules, item: str, today: date) -> int:
    """Grams that store and households have left when today is eaten; what has not come yet is not counted."""
    return (await _made(session, rules, item, today, today, [])).left_grams


async def _made(
    session: AsyncSession, rules: Rules, item: str, today: date, until: date, coming: list[Delivery]
) -> Forecast:
    on_hand = select(func.coalesce(func.sum(SHELF.c.on_hand), 0)).where(SHELF.c.item == item)
    return forecast(
        start=today,
        end=until,
        stock_grams=int(await session.scalar(on_hand) or 0),
        at_home_grams=await _at_home(session, item, today),
        eaters=await count_eaters(session) if item == rules.ration_item else 0,
        grams_per_person_day=rules.grams_per_person_day,
        deliveries=coming,
    )


async def count_eaters(session: AsyncSession) -> int:
    """People in active households that ask for food."""
    query = select(func.coalesce(func.sum(HOUSEHOLD.c.people), 0)).where(HOUSEHOLD.c.active, WANTS_FOOD)
    return int((await session.execute(query)).scalar_one())


async def _at_home(session: AsyncSession, item: str, today: date) -> int:
    """Grams that were fetched for days from `today` on."""
    row = RESERVATION.c
    past = func.greatest(0, func.least(today, row.last_day + 1) - row.first_day)
    left = func.greatest(0, row.delivered + row.lapsed - row.per_day * past)
    query = select(func.coalesce(func.sum(left), 0)).where(row.item == item, row.last_day >= today)
    return int((await session.execute(query)).scalar_one())


async def _planned(session: AsyncSession, item: str, today: date, until: date) -> list[Delivery]:
    """Deliveries that have not come; one that is late is counted for today."""
    row = PLANNED_DELIVERY.c
    query = select(row.due_on, row.quantity).where(
        row.item == item, row.received_on.is_(None), row.due_on <= until
    )
    return [(max(due, today), quantity) for due, quantity in await session.execute(query)]
