"""The demo lives through the plan's winter with gifts, and without."""

import json
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from shared.cli.demo.command import OFFICE, PLAN, REGISTER, Story
from shared.cli.demo.paypal import PayPal
from shared.cli.demo.plan import load_plan
from shared.cli.operate.doctor.kept import COMPARISONS
from shared.contracts import SERVICES
from tests.support.demo import services_of, told_by
from tests.support.demo_people import shows_what_people_did
from tests.support.looking import breaches, looked_at
from tests.support.paypal.sandbox import Sandbox
from tests.support.world import World

FORECAST = {
    "short_days": [{"date": "2006-12-31", "grams": 56_500}, {"date": "2007-01-31", "grams": 61_500}],
    "first_short_day": "2006-12-31",
    "left_grams": 20_000,
}
NET = 2_883
"""What a sale of 30 dollars brings: the fee is 1.17."""
FUNDS = {
    # One gift is paid eight times, as is each of two for children; the third of these three times.
    ("education", "USD"): 3 * 8 * NET + 3 * NET,
    ("education", "JPY"): 60_000 - 2 * 12_000,
    ("family_visits", "USD"): 8 * NET - 2 * 5_000,
    ("food", "JPY"): 2_600 + 2_800 - 2_543 - 2_768,
    # One gift was refunded once, which leaves its fee; the other one was paid four times.
    ("general", "USD"): 7 * NET - 117 + 4 * NET,
    ("medical", "USD"): 2 * 8 * NET - 10_000,
    ("resettlement", "JPY"): 50_000 - 45_000,
}
NONE_IN_THE_DEMO = {
    "contacts offered: events and donations know the same",
    "donors linked: donations and sponsorship know the same",
    "members: donations and events know the same",
    "persons linked: donations and events know the same",
}
LIVED = ("donations", "sponsorship", "events")
"""Services in which a second run writes nothing at all."""

pytestmark = pytest.mark.slow


@asynccontextmanager
async def believing(world: World, sandbox: Sandbox, folder: Path) -> AsyncIterator[PayPal]:
    """All services run, and donations believes the sandbox as it does in the local run."""
    paypal = PayPal(folder, sandbox)
    async with sandbox.serving() as base:
        settings = {name.removeprefix("RELIEF_").lower(): told for name, told in paypal.told(base).items()}
        await world.start(*(name for name in SERVICES if name != "donations"))
        await world.start("donations", **settings, grant_limits=json.loads(OFFICE["RELIEF_GRANT_LIMITS"]))
        yield paypal


def without_times(found: Mapping[str, Any]) -> dict[str, Any]:
    return {name: figure for name, figure in found.items() if name != "settle_seconds"}


async def rows(world: World) -> Counter[tuple[str, str]]:
    """Every row of these services' databases, in no order."""
    return Counter([(name, row) for name in LIVED for row in (await world.dump(name)).splitlines()])


async def movements(world: World) -> list[Any]:
    """Inventory's whole ledger."""
    async with services_of(world) as services:
        return [each async for each in services.each("inventory", "/movements")]


async def test_what_would_be_short_is_given_for_and_bought_in_time_and_the_books_balance(
    bare_world: World, sandbox: Sandbox, tmp_path: Path
) -> None:
    plan = load_plan(PLAN)
    assert plan.lives_until is not None
    story = Story(plan, REGISTER, plan.winter_from, plan.lives_until, gifts=True)
    async with believing(bare_world, sandbox, tmp_path) as paypal:
        found = await told_by(bare_world, story, paypal)
        shows_what_gifts_did(found)
        await shows_what_people_did(bare_world, found, gifts=True)
        await bare_world.at_rest()
        assert booked_by_paypal(bare_world) == {"held": 1, "released": 2, "refund": 1}
        said, moved = await rows(bare_world), await movements(bare_world)
        again = await told_by(bare_world, story, paypal)
        await bare_world.at_rest()
        assert without_times(again) == without_times(found)
        now = await rows(bare_world)
        assert (now - said, said - now) == (Counter(), Counter())
        assert await movements(bare_world) == moved
    await the_doctor_compares_what_it_says_with_what_is_kept(bare_world)


def booked_by_paypal(world: World) -> dict[str, int]:
    """One payment was held and released, one was held for a dispute until that was won, and one was refunded."""
    kinds = "SELECT kind, count(*) FROM entry WHERE kind IN ('held', 'released', 'refund') GROUP BY 1"
    lines = world.servers.sql(kinds, world.databases["donations"]).splitlines()
    return {kind: int(many) for kind, many in (line.split("|") for line in lines)}


async def the_doctor_compares_what_it_says_with_what_is_kept(world: World) -> None:
    """Nothing differs, and there is something of each kind that is compared."""
    report = await looked_at(world)
    assert report.ok, breaches(report)
    counted = {each.name: each.counted for each in report.findings}
    assert {each.name for each in COMPARISONS if not counted[each.name]} == NONE_IN_THE_DEMO


def shows_what_gifts_did(found: Mapping[str, Any]) -> None:
    assert found["forecast"] == FORECAST
    assert found["actual"] == {
        "short_days": [],
        "first_short_day": None,
        "left_grams": 20_000,
        "met": [
            {"date": "2006-12-31", "grams": 56_500, "came_on": "2006-12-11"},
            {"date": "2007-01-31", "grams": 61_500, "came_on": "2007-01-10"},
        ],
    }
    bought = [each for each in found["deliveries"] if each["name"] == "bought"]
    assert [(each["came"]["rice"], each["filled"][0]["quantity"]) for each in bought] == [
        (56_500, 56_500),
        (61_500, 61_500),
    ]

    money = found["money"]
    # What was foreseen for a moment, while goods came in, was withdrawn without a gift.
    rice = [each for each in money["appeals"] if each["item"] == "rice" and each["status"] != "withdrawn"]
    assert [(each["target"], each["raised"], each["status"]) for each in rice] == [
        (2_543, 2_600, "met"),
        (2_768, 2_800, "met"),
    ]
    assert money["monthly_gifts"] == {"active": 7, "lapsed": 2}
    assert set(money["notices"]) == {"booked", "kept", "waiting"}
    assert Counter(
        (each["kind"], each["status"], each["set_aside"], each["paid"]) for each in money["grants"]
    ) == {
        ("family_visit", "paid", 0, 5_000): 2,
        ("school", "paid", 0, 12_000): 2,
        ("hospital", "paid_part", 15_000, 10_000): 1,
        ("resettlement", "paid", 0, 45_000): 1,
    }
    assert money["visits"] == {"planned": 0, "done": 2}
    assert {(each["fund"], each["currency"]): each["after"] for each in money["funds"]} == FUNDS
    assert money["balances"]
    areas = {each["measure"]: each["actual"] for each in found["areas"]}
    assert (areas["gifts_active"], areas["gifts_lost"], areas["appeals_short"]) == (7, 2, 0)
    assert (areas["raised_jpy"], areas["raised_usd"]) == (5_400 + 110_000, (63 - 1) * 3_000)
    paid = {each.removesuffix("_paid"): areas[each] for each in areas if each.endswith("_paid")}
    assert paid == {
        "prison_support": 0,
        "family_visits": 2,
        "protection_grants": 0,
        "hospital_grants": 0,
        "school_grants": 2,
        "school_months": areas["school_months_paid"],
        "resettlement_grants": 1,
        "return_grants": 0,
    }
    assert areas["prison_visits_arranged"] == 2
    assert areas["raised_appeals_jpy"] == areas["raised_food_jpy"] == 5_400
    # After the winter a family of four came, and two couples left.
    assert (areas["people_registered"], areas["people_fed"]) == (133 + 4, 133)
    assert (areas["people_settled"], areas["people_moved_on"]) == (2, 2)


async def test_without_gifts_the_winter_is_as_the_plan_left_it(bare_world: World) -> None:
    await bare_world.start(*SERVICES)
    plan = load_plan(PLAN)
    found = await told_by(bare_world, Story(plan, REGISTER, plan.winter_from, date(2007, 2, 1)))
    assert found["forecast"]["short_days"] == FORECAST["short_days"]
    assert found["actual"] == found["forecast"]
    assert "money" not in found
