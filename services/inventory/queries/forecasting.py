"""How long the food lasts, from what the store knows now."""

from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.inventory.domain.evening_out import Proposal, even_out
from services.inventory.domain.forecast import NOWHERE, Forecast, forecast, together
from services.inventory.domain.items import Kind
from services.inventory.domain.rules import Rules
from services.inventory.queries.outlook import outlook_of
from services.inventory.repository.households import WANTS_FOOD
from services.inventory.settings import Settings
from services.inventory.tables import HOUSEHOLD, ITEM
from shared.outcomes import Refused, invalid, missing

LONGEST_FORECAST_DAYS = 732


async def food_items(session: AsyncSession) -> list[str]:
    """Codes of all food."""
    query = select(ITEM.c.code).where(ITEM.c.kind == Kind.FOOD).order_by(ITEM.c.code)
    return list(await session.scalars(query))


@dataclass(frozen=True)
class Made:
    """A forecast, with transfers that would help; `eaters` are the people who eat today."""

    forecast: Forecast
    proposal: Proposal
    eaters: int
    shelters: frozenset[str] = frozenset()

    @property
    def named(self) -> dict[str | None, Forecast]:
        """By depot; all shelters, and those who have no depot, are one and have no name."""
        hidden = {NOWHERE, *self.shelters}
        named: dict[str | None, Forecast] = {
            code: each for code, each in self.forecast.depots.items() if code not in hidden
        }
        if others := [each for code, each in self.forecast.depots.items() if code in hidden]:
            named[None] = together(others)
        return named


async def only_food(session: AsyncSession, item: str) -> str | Refused:
    """The item, if it is food."""
    known = item in await food_items(session)
    return item if known else missing(f"food with the code {item}; only food is forecast")


async def forecast_for(
    session: AsyncSession,
    settings: Settings,
    item: str,
    today: date,
    until: date | None,
    *,
    planned: bool = True,
) -> Made | Refused:
    """The forecast that somebody asks for; as far ahead as the settings say if no end is given.

    Refused for what is no food, and for an end before today or too far ahead.
    """
    if isinstance(refused := await only_food(session, item), Refused):
        return refused
    until = until or today + timedelta(days=settings.forecast_days)
    if not today <= until <= today + timedelta(days=LONGEST_FORECAST_DAYS):
        return invalid(f"A forecast ends between today, {today}, and {LONGEST_FORECAST_DAYS} days from now.")
    return await make(session, settings.rules, item, today, until, planned=planned)


async def make(
    session: AsyncSession, rules: Rules, item: str, today: date, until: date, *, planned: bool = True
) -> Made:
    """From rations, sacks, lots, headcount and planned deliveries, or without these. Days `today` to `until`."""
    outlook = await outlook_of(session, rules, item, today, planned=planned)
    made = forecast(outlook, max(until, today))
    shelters = frozenset(depot.code for depot in outlook.depots if depot.shelter)
    return Made(made, even_out(outlook, made), outlook.eating_now, shelters)


async def left_tonight(session: AsyncSession, rules: Rules, item: str, today: date) -> int:
    """Grams that store and households have left when today is eaten; what has not come yet is not counted."""
    outlook = await outlook_of(session, rules, item, today, planned=False)
    return forecast(outlook, today).left_grams


async def count_eaters(session: AsyncSession) -> int:
    """People in active households that ask for food."""
    query = select(func.coalesce(func.sum(HOUSEHOLD.c.people), 0)).where(HOUSEHOLD.c.active, WANTS_FOOD)
    return int((await session.execute(query)).scalar_one())
