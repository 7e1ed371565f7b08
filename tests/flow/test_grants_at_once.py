"""Many grants are asked for at once in intake, and two replicas of donations serve them."""

import asyncio
from collections import Counter

from tests.support.world import World


async def test_of_fifty_grants_asked_for_at_once_two_replicas_set_ten_aside_and_tell_forty_why(
    world: World,
) -> None:
    families = [await world.intake.register(1, needs=[]) for _ in range(5)]
    async with world.another("donations"):
        await world.donations.gift("1,000", "medical")
        await asyncio.gather(*(world.intake.ask_for_money(families[number % 5], 100) for number in range(50)))
        await world.at_rest()
    found = [each for family in families for each in await world.donations.grants(family)]
    stands = Counter((each["status"], each["set_aside"]["minor"], each["reason"]) for each in found)
    assert stands == {("set_aside", 100, "all_there"): 10, ("waiting", 0, "nothing_left"): 40}
    fund = {"balance": 1_000, "held": 0, "set_aside": 1_000, "free": 0}
    assert await world.donations.fund("medical") == fund
    told = [each["summary"] for family in families for each in await world.intake.timeline(family)]
    assert sum("money is set aside" in each for each in told) == 10
    assert sum("nothing free" in each for each in told) == 40
