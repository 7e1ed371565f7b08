"""While a month turns part by part, no part has the forecast made; it is made once, when all are done."""

import asyncio
from datetime import date

import pytest

from services.inventory import day as days
from services.inventory.ledger import stock_ledger
from services.inventory.ledger.posting import LATER
from shared.contracts.intake import NeedKind
from shared.messaging.timers import Timers
from shared.messaging.turning import Days
from shared.observability import Metrics
from tests.support.store_room import StoreRoom
from tests.support.store_story import Story

FOOD = frozenset({NeedKind.FOOD})
LAST, FIRST = date(2006, 11, 30), date(2006, 12, 1)
HOUSEHOLDS = 4
SOON = "soon"


async def asked(room: StoreRoom) -> set[str]:
    """When a forecast is to be made."""
    rows = await room.rows("SELECT key FROM timer WHERE name = 'forecast'")
    return {LATER if row["key"] == LATER else SOON for row in rows}


async def make_due(room: StoreRoom, name: str) -> None:
    """What waits is due, and comes first."""
    await room.rows("UPDATE timer SET ready_at = 'epoch' WHERE name = :name", name=name)
    await room.rows("UPDATE marked_shelf SET due_at = clock_timestamp()")


async def forget_forecasts(room: StoreRoom) -> None:
    await room.rows("DELETE FROM timer WHERE name = 'forecast'")


async def short(room: StoreRoom) -> Story:
    """Households of one, and rice for half of them today, still to be dealt; nobody fetches."""
    story = Story(room)
    await story.receives("north", "rice", HOUSEHOLDS // 2 * 500, None)
    for number in range(1, HOUSEHOLDS + 1):
        await story.registers(number, 1, "north", FOOD)
    assert await room.rows("SELECT item FROM marked_shelf")
    assert SOON in await asked(room)
    await forget_forecasts(room)
    return story


async def turn_alone(room: StoreRoom, to: date) -> None:
    """Turn the day and leave its timers."""
    no_timers = Timers(room.units, {}, (), Metrics("inventory"))
    await Days(room.units, no_timers, days.on_day(room.settings)).turn_to(to)


async def done_ahead(room: StoreRoom) -> int:
    """Do ahead of the turn what can be done; returns in how many parts."""
    parts = 0
    for ahead in days.ahead(room.settings):
        more = True
        while more:
            async with room.units.open() as unit:
                more = await ahead(FIRST, unit)
            parts += 1
            assert await asked(room) == {LATER}
    return parts


async def renewed(room: StoreRoom) -> list[set[str]]:
    """Renew the rations part by part; returns when a forecast was to be made after each."""
    found = []
    while await room.rows("SELECT first_day FROM renewal"):
        assert await room.timers.do_next()
        found.append(await asked(room))
    return found


def test_no_part_of_a_turn_asks_for_a_forecast_but_the_last(
    room_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(days, "PART", 1)
    monkeypatch.setattr(stock_ledger, "PART", 1)

    async def telling() -> None:
        async with StoreRoom.open(room_url, LAST) as room:
            story = await short(room)
            assert await done_ahead(room) > HOUSEHOLDS
            assert await asked(room) == {LATER}
            # If the parts stop here, the forecast is made all the same.
            await make_due(room, "forecast")
            assert await room.timers.do_next()
            assert (await asked(room), await room.rows("SELECT * FROM forecast_said") != []) == (set(), True)
            await turn_alone(room, FIRST)
            assert await asked(room) == {LATER}
            after_parts = await renewed(room)
            assert len(after_parts) > HOUSEHOLDS // 2
            assert after_parts == [{LATER}] * (len(after_parts) - 1) + [{SOON}]
            await forget_forecasts(room)
            await make_due(room, "deal")
            assert await room.timers.do_next()
            assert await asked(room) == {LATER}
            await story.receives("north", "rice", 500, None)
            assert await asked(room) == {LATER, SOON}
            await turn_alone(room, date(2006, 12, 2))
            assert await asked(room) == {SOON}

    asyncio.run(telling())
