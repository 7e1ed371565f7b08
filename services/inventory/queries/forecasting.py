"""How long the food lasts, from what the store knows now."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import Row, func, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from services.inventory.domain.evening_out import Proposal, even_out
from services.inventory.domain.forecast import (
    NOWHERE,
    Coming,
    Eaters,
    Forecast,
    Outlook,
    Sack,
    Wanted,
    depot_for,
    forecast,
    ration_of,
    together,
)
from services.inventory.domain.items import Kind
from services.inventory.domain.larder import Dated
from services.inventory.domain.rules import Rules, period_of
from services.inventory.repository.catalogue import load_depots
from services.inventory.repository.households import WANTS_FOOD
from services.inventory.settings import Settings
from services.inventory.tables import HOUSEHOLD, ITEM, LOT, PLANNED_DELIVERY, SHELF
from shared.contracts.inventory import Why
from shared.outcomes import Refused, invalid, missing

LONGEST_FORECAST_DAYS = 732

# What open rations still want, summed by depot, by the day on which that begins, and by its last day. What counts for
# days past is settled, or set aside and not fetched yet (`late`); what was set aside for them and is gone (`lost`) is
# asked for once more today, as dealing the shelf would, and lapses with today.
_WANTED = text("""
    SELECT coalesce(depot, '') AS depot, region,
           greatest(:today, first_day + CAST(base / per_day AS integer)) AS first, last_day,
           sum(lost + CASE WHEN base < wanted THEN per_day - base % per_day ELSE 0 END) AS begun,
           sum(CASE WHEN base < wanted THEN per_day ELSE 0 END) AS per_day, sum(late) AS late
    FROM (
        SELECT depot, region, first_day, last_day, per_day, wanted, greatest(settled, past) AS base,
               greatest(0, least(reserved, past - settled)) AS late, greatest(0, past - settled - reserved) AS lost
        FROM (
            SELECT depot, region, first_day, last_day, per_day, wanted, reserved,
                   delivered + released + lapsed AS settled,
                   least(wanted, per_day * greatest(0, :today - first_day)) AS past
            FROM reservation
            WHERE kind = 'food' AND item = :item AND wanted > delivered + released + lapsed
        ) known
    ) open
    GROUP BY 1, 2, 3, 4
""")
# What households that still eat have fetched for days that have not come. A member who left has taken it along.
_SACKS = text(f"""
    SELECT coalesce(depot, '') AS depot, first_day + CAST((delivered + lapsed) / per_day AS integer) AS until,
           sum(per_day) AS per_day, sum((delivered + lapsed) % per_day) AS rest
    FROM reservation JOIN household ON household.id = household_id
    WHERE kind = 'food' AND item = :item AND last_day >= :today AND delivered > 0
    AND first_day + CAST((delivered + lapsed) / per_day AS integer) >= :today
    AND active AND people > 0 AND 'food' = ANY(needs) AND reason <> '{Why.FEWER_PEOPLE}'
    GROUP BY 1, 2
""")  # noqa: S608, nothing in it comes from outside
# While rations are renewed, those who have none yet are to have one from today on.
_WITHOUT = text("""
    SELECT region, greatest(registered_on, :today) AS since, sum(people) AS people
    FROM household JOIN renewal ON true
    WHERE active AND 'food' = ANY(needs) AND people > 0 AND NOT EXISTS (
        SELECT FROM reservation WHERE household_id = household.id AND kind = 'food' AND last_day >= renewal.first_day)
    GROUP BY 1, 2
""")


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
    session: AsyncSession, settings: Settings, item: str, today: date, until: date | None
) -> Made | Refused:
    """The forecast that somebody asks for; as far ahead as the settings say if no end is given.

    Refused for what is no food, and for an end before today or too far ahead.
    """
    if isinstance(refused := await only_food(session, item), Refused):
        return refused
    until = until or today + timedelta(days=settings.forecast_days)
    if not today <= until <= today + timedelta(days=LONGEST_FORECAST_DAYS):
        return invalid(f"A forecast ends between today, {today}, and {LONGEST_FORECAST_DAYS} days from now.")
    return await make(session, settings.rules, item, today, until)


async def make(session: AsyncSession, rules: Rules, item: str, today: date, until: date) -> Made:
    """From rations, sacks, lots, headcount and planned deliveries. Days `today` to `until`."""
    outlook = await outlook_of(session, rules, item, today)
    made = forecast(outlook, max(until, today))
    shelters = frozenset(depot.code for depot in outlook.depots if depot.shelter)
    return Made(made, even_out(outlook, made), outlook.eating_now, shelters)


async def left_tonight(session: AsyncSession, rules: Rules, item: str, today: date) -> int:
    """Grams that store and households have left when today is eaten; what has not come yet is not counted."""
    outlook = await outlook_of(session, rules, item, today, planned=False)
    return forecast(outlook, today).left_grams


async def outlook_of(
    session: AsyncSession, rules: Rules, item: str, today: date, *, planned: bool = True
) -> Outlook:
    """All that the store knows of one food."""
    depots = await load_depots(session)
    lots, free = await _lots(session, item)
    values = {"item": item, "today": today}
    rows = (await session.execute(_WANTED, values)).all()
    late: dict[str, int] = defaultdict(int)
    for row in rows:
        late[row.depot] += int(row.late)
    wanted = [Wanted(*_place(row), row.first, row.last_day, int(row.begun), int(row.per_day)) for row in rows]
    eaters: list[Eaters] = []
    if item == rules.ration_item:
        eaters = await _eaters(session, today)
        last = period_of(today, rules.ration_period)[1]
        for row in await session.execute(_WITHOUT, {"today": today}):
            hungry = Eaters(row.region, row.since, int(row.people))
            if hungry.since <= last:
                wanted.append(ration_of(hungry, depot_for(row.region, depots, lots), today, last, rules))
    return Outlook(
        today=today,
        depots=depots,
        rules=rules,
        lots=lots,
        free=free,
        late={depot: grams for depot, grams in late.items() if grams},
        wanted=[each for each in wanted if each.per_day],
        sacks=[
            Sack(row.depot, row.until, int(row.per_day), int(row.rest))
            for row in await session.execute(_SACKS, values)
        ],
        eaters=eaters,
        coming=await _coming(session, item, today) if planned else (),
    )


def _place(row: Row[tuple[str, str]]) -> tuple[str, str]:
    return row.depot or NOWHERE, row.region


async def _lots(session: AsyncSession, item: str) -> tuple[dict[str, list[Dated]], dict[str, int]]:
    """The lots on each shelf of an item, and what is free of the shelf."""
    shelves = await session.execute(
        select(SHELF.c.depot, SHELF.c.on_hand - SHELF.c.reserved).where(SHELF.c.item == item)
    )
    free = {row[0]: int(row[1]) for row in shelves}
    lots: dict[str, list[Dated]] = {depot: [] for depot in free}
    row = LOT.c
    query = select(row.depot, row.expires_on, func.sum(row.on_hand)).where(row.item == item, row.on_hand > 0)
    for depot, until, grams in await session.execute(query.group_by(row.depot, row.expires_on)):
        lots[depot].append((until or date.max, int(grams)))
    return lots, free


async def count_eaters(session: AsyncSession) -> int:
    """People in active households that ask for food."""
    query = select(func.coalesce(func.sum(HOUSEHOLD.c.people), 0)).where(HOUSEHOLD.c.active, WANTS_FOOD)
    return int((await session.execute(query)).scalar_one())


async def _eaters(session: AsyncSession, today: date) -> list[Eaters]:
    """People who eat, by region and by the day from which on they are helped."""
    row = HOUSEHOLD.c
    since = func.greatest(row.registered_on, today)
    query = select(row.region, since, func.sum(row.people)).where(row.active, WANTS_FOOD, row.people > 0)
    found = await session.execute(query.group_by(row.region, since))
    return [Eaters(region, day, int(people)) for region, day, people in found]


async def _coming(session: AsyncSession, item: str, today: date) -> list[Coming]:
    """What is still to come. What is late feeds nobody until it comes or has a new date."""
    row = PLANNED_DELIVERY.c
    rest = row.quantity - row.received
    query = select(row.depot, row.due_on, rest, row.expires_on).where(
        row.item == item, row.received_on.is_(None), row.closed_on.is_(None), row.due_on >= today
    )
    found = await session.execute(query.order_by(row.due_on, row.id))
    return [Coming(depot, due, int(grams), until or date.max) for depot, due, grams, until in found]
