"""A household that was closed by mistake gets its sponsor back: a place is kept for the child for some days."""

from datetime import date
from typing import Any

import pytest

from tests.support.giving import gift, paid
from tests.support.world import FIRST_DAY, World

pytestmark = pytest.mark.runs("intake", "sponsorship")

AFTER = date(2006, 11, 15)
"""The day on which a place is kept no longer for a child who left on the first one."""


async def two_children_and_a_gift(world: World) -> tuple[dict[str, Any], dict[str, Any], Any]:
    """A child who is sponsored, one who waits and may be shown, and the gift, which is for one child."""
    start = gift(None, "active")
    first = await world.sponsorship.one_child()
    await world.sponsorship.hears(start, paid(start.gift_id, FIRST_DAY, FIRST_DAY.replace(month=12)))
    second = await world.sponsorship.one_child()
    await stand(world, first, "sponsored", second, "listed")
    return first, second, start


async def stand(world: World, one: dict[str, Any], this: str, two: dict[str, Any], that: str) -> None:
    """How both children stand once everything was heard."""
    await world.settled()
    found = [(await world.sponsorship.child(each["child_id"]))["status"] for each in (one, two)]
    assert found == [this, that]


async def do(world: World, child: dict[str, Any], what: str, body: object = None) -> None:
    await world.intake.post(f"/households/{child['household_id']}/{what}", body)


async def test_a_household_that_is_opened_again_has_its_sponsor_again_though_another_child_waits(
    world: World,
) -> None:
    first, second, start = await two_children_and_a_gift(world)
    await do(world, first, "close", {"outcome": "settled"})
    await stand(world, first, "left", second, "listed")
    await world.turn(AFTER.replace(day=14))
    await stand(world, first, "left", second, "listed")
    await do(world, first, "reopen")
    await stand(world, first, "sponsored", second, "listed")
    assert (await world.sponsorship.gift(start.gift_id))["placed"] == 1


async def test_after_some_days_the_next_child_has_the_sponsor_and_staff_see_why_the_first_one_has_not(
    world: World,
) -> None:
    first, second, start = await two_children_and_a_gift(world)
    await do(world, first, "close", {"outcome": "settled"})
    await world.settled()
    await world.turn(AFTER)
    await stand(world, first, "left", second, "sponsored")
    path = f"/children/{first['child_id']}/sponsorships"
    for what, body, why in (("reopen", None, "sponsor_has_another"), ("close", {"outcome": "settled"}, None)):
        await do(world, first, what, body)
        await world.settled()
        (shown,) = await world.sponsorship.get(path)
        assert (shown["reason"], shown["not_again"]) == ("child_left", why)
    # The place of the second child is kept too, also from the first one, until staff say where the second one went.
    await do(world, first, "reopen")
    await do(world, second, "close", {"outcome": "settled"})
    await stand(world, first, "offered_again", second, "left")
    assert [each["not_again"] for each in await world.sponsorship.get(path)] == ["place_kept"]
    await world.sponsorship.post(f"/children/{second['child_id']}/leave", {"reason": "settled"})
    # Whoever is free again takes it up by itself, and nothing is left to tell.
    await stand(world, first, "sponsored", second, "left")
    assert [each["not_again"] for each in await world.sponsorship.get(path)] == [None, None]
    assert (await world.sponsorship.gift(start.gift_id))["placed"] == 1
    await world.sound()


async def test_a_place_is_kept_for_nobody_of_whom_staff_say_where_they_went(world: World) -> None:
    first, second, start = await two_children_and_a_gift(world)
    await do(world, first, "close", {"outcome": "settled"})
    await stand(world, first, "left", second, "listed")
    await world.sponsorship.post(f"/children/{first['child_id']}/leave", {"reason": "settled"})
    await stand(world, first, "left", second, "sponsored")
    # Staff may give the sponsor to another child at once, by hand.
    await do(world, second, "close", {"outcome": "settled"})
    third = await world.sponsorship.one_child()
    await stand(world, second, "left", third, "listed")
    await world.sponsorship.hold(start.gift_id, third)
    await stand(world, second, "left", third, "sponsored")
