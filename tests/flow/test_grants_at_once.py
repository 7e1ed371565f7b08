"""Many grants are asked for at once in intake, and two replicas of donations serve them; and two people decide at once,
each at a replica of their own.
"""

import asyncio
import random
import secrets
from collections import Counter
from collections.abc import Awaitable, Sequence
from typing import Any
from uuid import uuid4

import pytest

from services.donations.commands.booking import Came
from services.donations.domain.days import Sure
from services.donations.domain.funds import FundKey
from services.donations.domain.money import Money
from services.donations.ledger import MoneyLedger
from shared.contracts.donations import GrantChanged
from shared.contracts.intake import GrantAsked
from tests.support.noticed import book_payment
from tests.support.replica import Replica
from tests.support.waiting import until
from tests.support.world import FIRST_DAY, Heard, World

pytestmark = pytest.mark.runs("donations", "intake")

HELD = Money(9_000, "JPY")
BURSTS = (1, 2, 5, 9, 17)


async def tell_of_held(replica: Replica, *, held: bool) -> None:
    """PayPal tells of a payment that it holds, or has let go."""
    came = Came("paypal", "S", HELD, FIRST_DAY, Money(0, "JPY"), held, purpose="medical", sure=Sure.PAID)
    async with replica.service.units.open() as unit:
        await book_payment(unit, came)


async def ask(world: World, families: Sequence[Any], many: int, rng: random.Random) -> None:
    """So many grants of 100 are asked for, in bursts of any size and of any urgency."""
    while many:
        burst = min(many, rng.choice(BURSTS))
        many -= burst
        asking = ((rng.choice(families), rng.randrange(4)) for _ in range(burst))
        await asyncio.gather(
            *(world.intake.ask_for_money(family, 100, urgency=urgency) for family, urgency in asking)
        )


async def stands(world: World, families: Sequence[Any]) -> Counter[tuple[str, int, str]]:
    found = [each for family in families for each in await world.donations.grants(family)]
    return Counter((each["status"], each["set_aside"]["minor"], each["reason"]) for each in found)


def newest(heard: Heard[GrantChanged]) -> list[GrantChanged]:
    by_version = sorted(heard.facts, key=lambda each: each.version)
    return [*{each.grant_id: each for each in by_version}.values()]


async def test_of_fifty_grants_two_replicas_set_ten_aside_and_tell_forty_what_is_held_until_it_is_let_go(
    world: World,
) -> None:
    """Then PayPal lets the money go while fifty more are asked for, and there is exactly enough for all."""
    seed = secrets.randbelow(10**6)
    rng, fund = random.Random(seed), world.donations.fund
    families = [await world.intake.register(1, needs=[]) for _ in range(5)]

    async def known() -> int:
        return sum((await stands(world, families)).values())

    async def let_go(replica: Replica) -> None:
        await until(known, lambda many: many > 50)
        await tell_of_held(replica, held=False)

    async with world.another("donations") as other, world.listen(GrantChanged) as heard:
        first = world.donations.replica
        await world.donations.gift("1,000", "medical")
        await tell_of_held(first, held=True)
        await ask(world, families, 50, rng)
        await world.at_rest()
        served = {("set_aside", 100, "all_there"): 10, ("waiting", 0, "nothing_left"): 40}
        assert await stands(world, families) == served, seed
        now = {"balance": 10_000, "held": 9_000, "set_aside": 1_000, "free": 0}
        assert await fund("medical") == now, seed
        await heard.until(lambda facts: len({each.grant_id for each in facts}) == 50)
        waiting = [each for each in newest(heard) if each.status == "waiting"]
        assert Counter((each.missing.amount, each.held and each.held.amount) for each in waiting) == {
            (100, 9_000): 40
        }, seed
        told = [each["summary"] for family in families for each in await world.intake.timeline(family)]
        assert sum("money is set aside" in each for each in told) == 10
        assert sum("nothing free" in each for each in told) == 40
        await asyncio.gather(ask(world, families, 50, rng), let_go(other))
        await world.at_rest()
        for each in (first, other):
            assert await each.metric("relief_messages_handled_total", contract=GrantAsked.wire) > 0
    assert await stands(world, families) == {("set_aside", 100, "all_there"): 100}, seed
    assert await fund("medical") == {"balance": 10_000, "held": 0, "set_aside": 10_000, "free": 0}, seed


PAY = {"amount": "60,000", "currency": "JPY", "place": "bank", "payee": "clinic-02", "country": "JP"}
Decision = tuple[str, dict[str, Any]]
AGREE: Decision = ("approve", {"version": 1})
REFUSE: Decision = ("refuse", {"reason": "no_longer_needed"})


def pay(reference: str) -> Decision:
    return "pay", {**PAY, "reference": reference}


async def test_of_two_who_decide_at_two_replicas_at_once_one_decides(world: World) -> None:
    """Both wait for the fund, which somebody holds until they are there."""
    family = await world.intake.register(1, needs=[])
    await world.donations.gift("240,000", "medical")
    asked = [await world.intake.ask_for_money(family, 60_000) for _ in range(4)]
    await world.at_rest()
    async with world.another("donations") as other:
        replicas = (world.donations.replica, other)

        async def both(grant: Any, *what: Decision) -> list[int]:
            """The answers to two people, each at a replica of their own."""
            deciding: list[Awaitable[Any]] = []
            async with (
                replicas[0].service.units.open() as unit,
                MoneyLedger.open(unit, {FundKey("medical", "JPY")}),
            ):
                for number, (replica, (way, body)) in enumerate(zip(replicas, what, strict=True)):
                    who = {"X-Relief-As": f"treasurer-{number}", "Idempotency-Key": str(uuid4())}
                    path = f"/grants/{grant['request_id']}/{way}"
                    deciding.append(asyncio.ensure_future(replica.client.post(path, json=body, headers=who)))
                await until(world.donations.waiting_for_locks, lambda waiting: waiting >= 2)
            return sorted(answer.status_code for answer in await asyncio.gather(*deciding))

        for grant in asked:
            assert await both(grant, AGREE, AGREE) == [200, 409], "one has to agree, and no more"
        once, twice, either, turned = asked
        assert await both(once, pay("1"), pay("1")) == [200, 422]
        assert await both(twice, pay("2"), pay("3")) == [200, 422]
        for grant, what in ((either, (pay("4"), REFUSE)), (turned, (REFUSE, pay("5")))):
            done, refused = await both(grant, *what)
            assert (done, refused in (409, 422)) == (200, True), "it is paid, or it is refused"
    stands = Counter(each["status"] for each in await world.donations.grants(family))
    assert (stands["paid"] >= 2, stands["paid"] + stands["refused"]) == (True, 4)
    assert (await world.donations.fund("medical"))["balance"] == 240_000 - 60_000 * stands["paid"]
