"""How long the food lasts, from what the store knows now."""

from datetime import date

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.inventory import repository
from services.inventory.domain.forecast import Delivery, Forecast, forecast
from services.inventory.domain.items import Kind
from services.inventory.domain.rules import Rules
from services.inventory.repository import ITEM, RESERVATION, SHELF
from services.inventory.tables import PlannedDelivery
from shared.database.rows import columns

PLANNED = columns(PlannedDelivery)


async def food_items(session: AsyncSession) -> list[str]:
    """Codes of all food."""
    return list(await session.scalars(select(ITEM.code).where(ITEM.kind == Kind.FOOD).order_by(ITEM.code)))


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
    stock = await session.scalar(select(func.coalesce(func.sum(SHELF.on_hand), 0)).where(SHELF.item == item))
    return forecast(
        start=today,
        end=until,
        stock_grams=int(stock or 0),
        at_home_grams=await _at_home(session, item, today),
        eaters=await repository.count_eaters(session) if item == rules.ration_item else 0,
        grams_per_person_day=rules.grams_per_person_day,
        deliveries=coming,
    )


async def _at_home(session: AsyncSession, item: str, today: date) -> int:
    """Grams that were fetched for days from `today` on."""
    row = RESERVATION
    past = func.greatest(0, func.least(today, row.last_day + 1) - row.first_day)
    left = func.greatest(0, row.delivered + row.lapsed - row.per_day * past)
    query = select(func.coalesce(func.sum(left), 0)).where(row.item == item, row.last_day >= today)
    return int((await session.execute(query)).scalar_one())


async def _planned(session: AsyncSession, item: str, today: date, until: date) -> list[Delivery]:
    """Deliveries that have not come; one that is late is counted for today."""
    plan = PLANNED
    query = select(plan.due_on, plan.quantity).where(
        plan.item == item, plan.received_on.is_(None), plan.due_on <= until
    )
    return [(max(due, today), quantity) for due, quantity in await session.execute(query)]
