"""The forecast is the store's promise: from the last change on it is what comes to pass, to the gram.

What the last change leaves behind is read once; then an oracle of its own, the forecast and the store live through the
same days. Everybody fetches each day's food on the day. `RELIEF_EXAMPLES=2000` makes it a long run.
"""

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from hypothesis import example, given
from hypothesis import strategies as st

from services.inventory.commands import handing_out
from services.inventory.domain.forecast import Forecast
from services.inventory.ledger import StockLedger, renewal
from services.inventory.queries import figures, forecasting
from shared.contracts.intake import NeedKind
from shared.messaging.unit import Unit
from tests.support.properties import tried_with
from tests.support.store_room import StoreRoom
from tests.support.store_story import REGIONS, Step, Story, done, lives, planned, told

FIRST_DAY = date(2006, 11, 25)
DAYS = 9
FOOD = frozenset({NeedKind.FOOD})
RICE = st.just("rice")
STEPS = st.lists(
    st.one_of(
        told(st.just(FOOD)),
        told(st.just(FOOD)),
        done(RICE, 40_000),
        planned(RICE, 30_000),
        lives().filter(lambda each: each != ("nights", (31,))),
    ),
    min_size=2,
    max_size=10,
)


# The oracle: nothing of the program is used in it.


@dataclass
class Lot:
    depot: str
    until: date
    grams: int


def oracle(known: dict[str, Any], first: date, many: int) -> list[tuple[int, int]]:
    """What is missing on each day, and what is left in store and homes in the evening."""
    lots, ends, out = list(known["lots"]), date(2006, 12, 1), []
    hungry: dict[tuple[str, date], int] = known["wants"]
    kept = {lot.depot for lot in known["shelves"]}
    for day in (first + timedelta(days=n) for n in range(many)):
        lots = [lot for lot in lots if lot.until >= day]
        comes = [lot for due, lot in known["coming"] if due == day]
        lots += comes
        if day.day == 1 and day > first:
            ends = (day + timedelta(days=40)).replace(day=1)
            hungry = {}
            for region, people in known["people"].items():
                order = sorted(REGIONS, key=lambda each: (each != region, each))
                depots = [f"depot-{each}" for each in order]
                depot = next((each for each in depots if each in kept), depots[0])
                for n in range((ends - day).days):
                    place = depot, day + timedelta(days=n)
                    hungry[place] = hungry.get(place, 0) + people * 500
        if comes and not kept:
            # Nobody kept any: all who wait turn to where it comes first.
            turned: Counter[tuple[str, date]] = Counter()
            for (_, when), grams in hungry.items():
                turned[comes[0].depot, when] += grams
            hungry = turned
        kept |= {lot.depot for lot in comes}
        short = 0
        for (depot, when), grams in hungry.items():
            if when == day:
                missing = grams
                for lot in sorted(lots, key=lambda each: each.until):
                    eaten = min(missing, lot.grams) if lot.depot == depot else 0
                    missing, lot.grams = missing - eaten, lot.grams - eaten
                short += missing
        home = sum(grams for when, grams in known["home"].items() if when > day)
        out.append((short, sum(lot.grams for lot in lots) + home))
    return out


# What there is when the last change is made.


async def known_of(room: StoreRoom, today: date) -> dict[str, Any]:
    """Lots, plans, people, and what rations want from which depot on which day, one by one."""
    wants: Counter[tuple[str, date]] = Counter()
    home: Counter[date] = Counter()
    eats = {row["id"]: row for row in await room.rows("SELECT * FROM household WHERE active AND people > 0")}
    for row in await room.rows("SELECT * FROM reservation WHERE kind = 'food'"):
        for n in range((row["last_day"] - row["first_day"]).days + 1):
            day, had = row["first_day"] + timedelta(days=n), row["delivered"] + row["lapsed"]
            covered = min(row["per_day"], max(0, had - n * row["per_day"]))
            if day >= today and row["household_id"] in eats and row["reason"] != "fewer_people":
                home[day] += covered
            if day >= today and not row["released"]:
                wants[row["depot"], day] += row["per_day"] - covered
            if day < today and not row["released"]:
                # Food of days past that nobody has fetched or written off is asked for today.
                wants[row["depot"], today] += row["per_day"] - covered
    people: Counter[str] = Counter()
    for row in eats.values():
        people[row["region"]] += row["people"]
    rows = await room.rows("SELECT * FROM lot WHERE on_hand > 0 ORDER BY id")
    plans = await room.rows(
        "SELECT * FROM planned_delivery WHERE received_on IS NULL AND closed_on IS NULL AND due_on >= :today",
        today=today,
    )
    return {
        "lots": [Lot(row["depot"], row["expires_on"] or date.max, row["on_hand"]) for row in rows],
        "shelves": [
            Lot(row["depot"], date.max, 0)
            for row in await room.rows("SELECT * FROM shelf WHERE item = 'rice'")
        ],
        "coming": [
            (
                row["due_on"],
                Lot(row["depot"], row["expires_on"] or date.max, row["quantity"] - row["received"]),
            )
            for row in sorted(plans, key=lambda row: (row["due_on"], row["id"]))
        ],
        "people": people,
        "wants": wants,
        "home": home,
    }


async def eat(story: Story) -> None:
    """What is due today comes, and everybody who is there fetches the food of the day."""
    room, today = story.room, await story.room.today()
    await renewal.finish(room.units, room.rules)
    due = (
        "SELECT id FROM planned_delivery WHERE received_on IS NULL AND closed_on IS NULL AND due_on = :today"
    )
    late = (
        "SELECT id FROM planned_delivery WHERE received_on IS NULL AND closed_on IS NULL AND due_on < :today"
    )
    while await room.rows(due, today=today):
        await story.comes(len(await room.rows(late, today=today)), None)
    await room.do(lambda unit: deal(room, unit))
    for number, home in story.homes.items():
        if home.active and home.members:
            rations = [each for each in await story.rows(number) if each.per_day and each.reserved]
            wanted = [
                handing_out.Wanted(each.id, grams)
                for each in rations
                if (grams := min(each.reserved, each.wanted_before(today + timedelta(days=1)) - each.settled))
                > 0
            ]
            if wanted:
                await story.hands(number, wanted)


async def deal(room: StoreRoom, unit: Unit) -> None:
    """As whoever locks the shelf does."""
    async with StockLedger.open(unit, room.rules, {"rice"}):
        pass


async def foretold(room: StoreRoom, today: date) -> Forecast:
    async with room.units.read() as session:
        until = today + timedelta(days=DAYS - 1)
        return (await forecasting.make(session, room.rules, "rice", today, until)).forecast


async def came_to_pass(room: StoreRoom, today: date) -> tuple[int, int]:
    async with room.units.read() as session:
        unmet = await figures.unmet_by_day(session, "rice", today, today)
        return unmet[today], await forecasting.left_tonight(session, room.rules, "rice", today)


def lived(room_url: str, steps: Sequence[Step]) -> None:
    async def telling() -> None:
        async with StoreRoom.open(room_url, FIRST_DAY) as room:
            story = Story(room)
            for each in steps:
                await story.tell(each)
            first = await room.today()
            made = await foretold(room, first)
            expected = oracle(await known_of(room, first), first, DAYS)
            assert [(day.short, day.left) for day in made.days] == expected
            total = [sum(part.days[n].short for part in made.depots.values()) for n in range(DAYS)]
            assert total == [day.short for day in made.days]
            for day in made.days:
                await eat(story)
                assert (day.day, await came_to_pass(room, day.day)) == (day.day, (day.short, day.left))
                assert await room.breaches() == set()
                await room.turn()

    asyncio.run(telling())


@tried_with(12)
@given(STEPS)
@example([("receives", ("north", "rice", 15_000, 3)), ("registers", (1, 1, "north", FOOD))])
@example(
    [("registers", (1, 1, "north", FOOD)), ("plans", ("north", "rice", 9_000, 2, None)), ("nights", (4,))]
)
@example(
    [
        ("receives", ("north", "rice", 9_500, None)),
        ("registers", (1, 1, "north", FOOD)),
        ("fetches", (1, 5_000)),
        ("registers", (2, 1, "north", FOOD)),
        ("closes", (1,)),
    ]
)
@example([("receives", ("south", "rice", 360_000, None)), ("registers", (1, 2, "north", FOOD))])
@example(
    [
        ("receives", ("north", "rice", 0, None)),
        ("registers", (1, 2, "north", FOOD)),
        ("receives", ("south", "rice", 36_000, 4)),
        ("plans", ("north", "rice", 40_000, 3, 5)),
        ("comes", (0, 10_000)),
    ]
)
@example(
    [
        ("receives", ("north", "rice", 9_000, None)),
        ("registers", (1, 1, "north", FOOD)),
        ("nights", (3,)),
        ("counts", ("north", {"rice": 500})),
        ("registers", (2, 1, "north", FOOD)),
    ]
)
@example([("registers", (1, 1, "south", FOOD)), ("plans", ("north", "rice", 1, 0, None))])
@example(
    [
        ("registers", (1, 1, "south", FOOD)),
        ("adjusts", ("north", "rice", 0)),
        ("plans", ("north", "rice", 1, 0, None)),
    ]
)
def test_the_forecast_comes_to_pass_to_the_gram(room_url: str, steps: list[Step]) -> None:
    lived(room_url, steps)
