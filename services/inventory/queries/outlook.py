"""All that a forecast needs of one food, read in one statement and so of one moment.

Goods that come in while they are looked at would otherwise be counted nowhere: not as a lot, because the lots were read
before, and not as goods to come, because these were read after it. A unit reads each statement of its own moment, so
two statements would not do there.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from pydantic import TypeAdapter
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from services.inventory.domain.forecast import (
    NOWHERE,
    Coming,
    Eaters,
    Outlook,
    Sack,
    Wanted,
    depot_for,
    ration_of,
)
from services.inventory.domain.larder import Dated
from services.inventory.domain.rules import Rules, period_of
from services.inventory.domain.stock import Depot
from shared.contracts.inventory import Why

_DEPOTS = "SELECT code, region, kind = 'shelter' AS shelter FROM depot ORDER BY code"
# The lots on each shelf of the item, and what is free of the shelf.
_SHELVES = f"""
    SELECT depot, on_hand - reserved AS free, (
        SELECT coalesce(json_agg(json_build_array(coalesce(until, '{date.max}'), grams) ORDER BY until), '[]')
        FROM (SELECT expires_on AS until, sum(on_hand) AS grams FROM lot
              WHERE lot.depot = shelf.depot AND lot.item = shelf.item AND on_hand > 0 GROUP BY 1) dated) AS lots
    FROM shelf WHERE item = :item ORDER BY depot
"""  # noqa: S608, nothing in it comes from outside
# What open rations still want, summed by depot, by the day on which that begins, and by its last day. What counts for
# days past is settled, or set aside and not fetched yet (`late`); what was set aside for them and is gone (`lost`) is
# asked for once more today, as dealing the shelf would, and lapses with today.
_WANTED = f"""
    SELECT coalesce(depot, '{NOWHERE}') AS depot, region,
           greatest(:today, first_day + CAST(base / per_day AS integer)) AS first, last_day AS last,
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
"""  # noqa: S608, the same
# What households that still eat have fetched for days that have not come. A member who left has taken it along.
_SACKS = f"""
    SELECT coalesce(depot, '{NOWHERE}') AS depot, first_day + CAST((delivered + lapsed) / per_day AS integer) AS until,
           sum(per_day) AS per_day, sum((delivered + lapsed) % per_day) AS rest
    FROM reservation JOIN household ON household.id = household_id
    WHERE kind = 'food' AND item = :item AND last_day >= :today AND delivered > 0
    AND first_day + CAST((delivered + lapsed) / per_day AS integer) >= :today
    AND active AND people > 0 AND 'food' = ANY(needs) AND reason <> '{Why.FEWER_PEOPLE}'
    GROUP BY 1, 2
"""  # noqa: S608, the same
# People who eat what rations are made of, by region and by the day from which on they are helped.
_EATERS = """
    SELECT region, greatest(registered_on, :today) AS since, sum(people) AS people
    FROM household WHERE :rations AND active AND people > 0 AND 'food' = ANY(needs)
    GROUP BY 1, 2
"""
# While rations are renewed, those who have none yet are to have one from today on.
_WITHOUT = """
    SELECT region, greatest(registered_on, :today) AS since, sum(people) AS people
    FROM household JOIN renewal ON true
    WHERE :rations AND active AND 'food' = ANY(needs) AND people > 0 AND NOT EXISTS (
        SELECT FROM reservation WHERE household_id = household.id AND kind = 'food' AND last_day >= renewal.first_day)
    GROUP BY 1, 2
"""
# What is still to come. What is late feeds nobody until it comes or has a new date.
_COMING = f"""
    SELECT depot, due_on AS day, quantity - received AS grams, coalesce(expires_on, '{date.max}') AS until
    FROM planned_delivery
    WHERE :planned AND item = :item AND received_on IS NULL AND closed_on IS NULL AND due_on >= :today
    ORDER BY due_on, id
"""  # noqa: S608, the same


@dataclass(frozen=True)
class _Shelf:
    depot: str
    free: int
    lots: list[Dated]


@dataclass(frozen=True)
class _Open(Wanted):
    late: int = 0


@dataclass(frozen=True)
class _Known:
    """What the statement finds, a list for each of the queries above."""

    depots: list[Depot]
    shelves: list[_Shelf]
    wanted: list[_Open]
    sacks: list[Sack]
    eaters: list[Eaters]
    without: list[Eaters]
    coming: list[Coming]


_QUERIES = {
    "depots": _DEPOTS,
    "shelves": _SHELVES,
    "wanted": _WANTED,
    "sacks": _SACKS,
    "eaters": _EATERS,
    "without": _WITHOUT,
    "coming": _COMING,
}
_LISTS = (
    f"'{name}', (SELECT coalesce(json_agg(found), '[]') FROM ({query}) found)"  # noqa: S608, the same
    for name, query in _QUERIES.items()
)
_ALL = text(f"SELECT CAST(json_build_object({', '.join(_LISTS)}) AS text)")
_READ = TypeAdapter(_Known)


async def outlook_of(
    session: AsyncSession, rules: Rules, item: str, today: date, *, planned: bool = True
) -> Outlook:
    """All that the store knows of one food; without what is to come if it is not `planned`."""
    values = {"item": item, "today": today, "planned": planned, "rations": item == rules.ration_item}
    known = _READ.validate_json((await session.execute(_ALL, values)).scalar_one())
    lots: Mapping[str, list[Dated]] = {each.depot: each.lots for each in known.shelves}
    wanted: list[Wanted] = [each for each in known.wanted if each.per_day]
    last = period_of(today, rules.ration_period)[1]
    wanted += [
        ration_of(each, depot_for(each.region, known.depots, lots), today, last, rules)
        for each in known.without
        if each.since <= last
    ]
    late: dict[str, int] = {}
    for each in known.wanted:
        if each.late:
            late[each.depot] = late.get(each.depot, 0) + each.late
    return Outlook(
        today=today,
        depots=known.depots,
        rules=rules,
        lots=lots,
        free={each.depot: each.free for each in known.shelves},
        late=late,
        wanted=wanted,
        sacks=known.sacks,
        eaters=known.eaters,
        coming=known.coming,
    )
