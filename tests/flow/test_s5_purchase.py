"""S5: an appeal is funded; a purchase is proposed, ordered and comes, and the appeal is met."""

import asyncio
import itertools
import random
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from uuid_utils.compat import uuid7

from services.donations.commands import appeals as appealing
from services.donations.commands.booking import Came
from services.donations.commands.giving_back import WentBack, book_refund
from services.donations.domain.appeals import Price
from services.donations.domain.days import Sure
from services.donations.domain.money import Money
from shared.contracts.base import Money as Said
from shared.contracts.donations import AppealChanged
from shared.contracts.inventory import (
    ItemPriced,
    PurchaseChanged,
    PurchaseLine,
    ShortageChanged,
    ShortfallForecast,
)
from shared.outcomes import Refused
from tests.support.noticed import book_payment
from tests.support.paypal import notices
from tests.support.till import Till
from tests.support.told import Told
from tests.support.waiting import until
from tests.support.world import World

DAY = date(2006, 11, 1)
STORY = (("proposed", 400), ("ordered", 400), ("ordered", 450), ("arrived_part", 450), ("arrived", 440))
"""A purchase, version by version, with its cost."""
PURCHASE = UUID(int=7)


@pytest.fixture
async def till(till_url: str) -> AsyncIterator[Till]:
    async with Till.open(till_url, DAY, pool_size=8) as till:
        for currency in ("JPY", "USD"):
            await till.lies(10_000, "bank", currency)
        yield till
        assert await till.breaches() == set()


def priced(item: str, minor: int, version: int = 1, currency: str = "JPY", per: int = 1_000) -> ItemPriced:
    return ItemPriced(
        price_id=UUID(int=sum(item.encode())),
        version=version,
        item=item,
        price=Said(amount=minor, currency=currency),
        per=per,
        unit="g",
        on=DAY,
    )


def bought(
    appeal: UUID, version: int, status: str, cost: int = 400, purchase: UUID = PURCHASE
) -> PurchaseChanged:
    line = PurchaseLine(item="rice", quantity=1_000, unit="g")
    return PurchaseChanged(
        purchase_id=purchase,
        version=version,
        appeal_id=appeal,
        status=status,
        lines=(line,),
        cost=Said(amount=cost, currency="JPY"),
        on=DAY,
    )


def short(missing: int, version: int, coming: int = 0) -> ShortageChanged:
    return ShortageChanged(
        shortage_id=UUID(int=5),
        version=version,
        item="first-aid-kit",
        kind="kit",
        missing=missing,
        coming=coming,
        unit="kit",
        households=min(missing, 1),
        on=DAY,
    )


def forecast(grams: int, item: str = "rice", on: date = DAY) -> ShortfallForecast:
    days = ({"on": DAY, "grams": grams},) if grams else ()
    return ShortfallForecast.model_validate(
        {
            "forecast_id": UUID(int=1),
            "item": item,
            "made_on": on,
            "until": DAY,
            "runs_out_on": DAY,
            "short_days": days,
        }
    )


async def open_appeal(till: Till, raised: int, item: str = "rice", quantity: int = 1_000) -> UUID:
    """An appeal of staff for rice at 400 yen per kilo, and a gift for it."""
    await till.hears(priced(item, 400))
    appeal = await till.do(lambda unit: appealing.open_appeal(unit, item, quantity, "food"))
    assert not isinstance(appeal, Refused)
    await give(till, appeal.id, raised, f"{item} {appeal.id}")
    return appeal.id


async def give(till: Till, appeal: UUID, minor: int, name: str) -> None:
    came = Came("paypal", name, Money(minor, "JPY"), DAY, appeal_id=appeal, purpose="food", sure=Sure.PAID)
    await till.do(lambda unit: book_payment(unit, came))


async def appeal_of(till: Till, appeal: UUID) -> dict[str, Any]:
    return dict((await till.rows("SELECT * FROM appeal WHERE id = :id", id=appeal))[0])


async def spent(till: Till) -> int:
    """What the ledger has on all accounts of purchases."""
    query = "SELECT coalesce(sum(amount), 0) AS amount FROM posting WHERE account LIKE 'purchases.%'"
    return int((await till.rows(query))[0]["amount"])


async def test_a_purchase_is_booked_once_in_whatever_order_and_however_often_it_is_told(till: Till) -> None:
    ways = list(itertools.permutations(range(len(STORY))))
    total = 0
    for number, order in enumerate(random.Random(13).sample(ways, 12)):
        appeal, purchase = await open_appeal(till, 1_000, f"rice-{number}"), uuid7()
        facts = [bought(appeal, each + 1, *STORY[each], purchase) for each in order]
        batches = (
            [facts[:2], facts[1:4], facts[3:], facts] if number % 2 else [[each] for each in (*facts, *facts)]
        )
        for batch in batches:
            await till.hears(*batch)
        total += 440
        assert await spent(till) == total
        assert (await appeal_of(till, appeal))["status"] == "met"
    assert await till.fund("food") == (12 * 560, 0, 0)


async def test_every_state_of_a_purchase_shows_in_its_appeal_and_in_the_ledger(till: Till) -> None:
    appeal = await open_appeal(till, 500)
    seen = []
    for version, (status, cost) in enumerate((*STORY, ("ordered", 440), ("cancelled", 440)), 1):
        await till.hears(bought(appeal, version, status, cost))
        seen.append(((await appeal_of(till, appeal))["status"], await spent(till)))
        assert await till.breaches() == set()
    assert seen == [
        ("funded", 0),
        ("ordered", 400),
        ("ordered", 450),
        ("ordered", 450),
        ("met", 440),
        ("ordered", 440),
        ("funded", 0),
    ]
    # The goods are still to be bought, so what came for them is promised to nobody else.
    assert await till.fund("food") == (500, 0, 400)


@pytest.mark.parametrize(
    ("cost", "status", "raised", "uncovered"), [(300, "open", 300, 0), (400, "funded", 400, 100)]
)
async def test_a_refund_after_the_order_leaves_it_ordered(
    till: Till, cost: int, status: str, raised: int, uncovered: int
) -> None:
    """What was not spent goes back from the fund, and a cancelled order finds the appeal open. What was spent is to be
    covered by the treasurer, as after any refund of spent money, and counts as raised until then.
    """
    appeal = await open_appeal(till, 400)
    await till.hears(bought(appeal, 2, "ordered", cost))
    back = WentBack("paypal", "R", f"rice {appeal}", Money(100, "JPY"), DAY)
    await till.do(lambda unit: book_refund(unit, back))
    assert (await appeal_of(till, appeal))["status"] == "ordered"
    refused = await till.do(lambda unit: appealing.close(unit, appeal, met=True))
    assert isinstance(refused, Refused)
    await till.hears(bought(appeal, 3, "cancelled", cost))
    found = await appeal_of(till, appeal)
    assert (found["status"], found["raised"], await spent(till)) == (status, raised, 0)
    lost = await till.rows("SELECT sum(amount) AS amount FROM posting WHERE account = 'uncovered.food.JPY'")
    assert (lost[0]["amount"] or 0) == uncovered


async def test_what_a_fund_has_not_free_is_booked_when_it_comes(till: Till) -> None:
    """Never from what is promised to a grant; and before those who wait for one."""
    appeal = await open_appeal(till, 300)
    await till.hears(bought(appeal, 1, "ordered"))
    assert (await spent(till), await till.fund("food")) == (300, (0, 0, 0))
    await give(till, appeal, 150, "more")
    await till.serve()
    assert (await spent(till), await till.fund("food")) == (400, (50, 0, 0))
    await till.hears(bought(appeal, 2, "ordered", 430), bought(appeal, 3, "ordered", 470))
    assert (await spent(till), await till.fund("food")) == (450, (0, 0, 0))
    await till.hears(bought(appeal, 4, "cancelled", 470))
    assert (await spent(till), await till.fund("food")) == (0, (450, 0, 400))


async def test_two_purchases_of_one_appeal_at_once_leave_it_as_both_are(till: Till) -> None:
    """The first order was cancelled and another one placed; what is told of the two comes at the same time."""
    appeal = await open_appeal(till, 400)
    first, second = UUID(int=8), UUID(int=9)
    await till.hears(bought(appeal, 2, "ordered", purchase=first))
    await asyncio.gather(
        till.hears(bought(appeal, 3, "cancelled", purchase=first)),
        till.hears(bought(appeal, 2, "ordered", purchase=second)),
    )
    await till.serve()
    assert ((await appeal_of(till, appeal))["status"], await spent(till)) == ("ordered", 400)
    await till.hears(bought(appeal, 3, "arrived", purchase=second))
    assert (await appeal_of(till, appeal))["status"] == "met"


@pytest.mark.parametrize(("gift", "statuses"), [(0, ["funded", "withdrawn"]), (5, ["closed_short", "open"])])
async def test_of_a_reopened_appeal_and_one_that_opened_meanwhile_one_goes_on(
    till: Till, gift: int, statuses: list[str]
) -> None:
    appeal = await open_appeal(till, 400)
    await till.hears(bought(appeal, 2, "ordered"))
    await till.hears(forecast(2_000))
    second = (await till.rows("SELECT id FROM appeal WHERE status = 'open'"))[0]["id"]
    if gift:
        await give(till, second, gift, "small")
    await till.hears(bought(appeal, 3, "cancelled"))
    found = await till.rows("SELECT status FROM appeal ORDER BY id")
    assert [each["status"] for each in found] == statuses


async def test_the_price_that_inventory_says_wins_and_the_newest_of_those(till: Till) -> None:
    own = Price(9, "JPY", 1)
    await till.do(lambda unit: appealing.set_price(unit, "rice", own))
    await till.hears(forecast(1_000))
    assert (await till.rows("SELECT target FROM appeal"))[0]["target"] == 9_000
    await till.hears(priced("rice", 500, 3), priced("rice", 400, 2))
    await till.hears(priced("rice", 300, 1))
    assert (await till.rows("SELECT target FROM appeal"))[0]["target"] == 500
    assert isinstance(await till.do(lambda unit: appealing.set_price(unit, "rice", own)), Refused)


async def test_the_price_of_an_order_opens_no_second_appeal_for_what_is_ordered(till: Till) -> None:
    await till.hears(priced("rice", 400))
    await till.hears(forecast(1_000))
    (appeal,) = await till.rows("SELECT id FROM appeal")
    await give(till, appeal["id"], 400, "S")
    facts = [bought(appeal["id"], 2, "ordered"), priced("rice", 410, 2)]
    for each in facts:
        await till.hears(each)
    assert [each["status"] for each in await till.rows("SELECT status FROM appeal")] == ["ordered"]
    await till.hears(forecast(0))
    await till.hears(forecast(500))
    assert (await till.rows("SELECT target FROM appeal WHERE status = 'open'"))[0]["target"] == 205


async def test_what_is_missing_is_appealed_for_once_its_price_is_known(till: Till) -> None:
    await till.hears(short(3, 2))
    await till.hears(short(99, 1))
    assert await till.rows("SELECT id FROM appeal") == []
    await till.hears(priced("first-aid-kit", 2_000, 1, "USD", 1))
    await till.hears(short(8, 3, coming=4))
    (found,) = await till.rows("SELECT * FROM appeal")
    assert (found["quantity"], found["target"], found["currency"], found["fund"]) == (
        4,
        8_000,
        "USD",
        "medical",
    )
    await till.hears(short(8, 4, coming=8))
    assert (await till.rows("SELECT status FROM appeal"))[0]["status"] == "withdrawn"


async def test_a_price_of_nothing_or_without_accounts_opens_nothing(till: Till) -> None:
    await till.hears(short(3, 1))
    await till.hears(priced("first-aid-kit", 2_000, 1, "XAU", 1))
    await till.hears(priced("first-aid-kit", 0, 2, "USD", 1))
    assert await till.rows("SELECT id FROM appeal") == []


async def test_forecasts_and_shortages_at_once_leave_one_appeal_for_the_larger(till: Till) -> None:
    await till.hears(priced("first-aid-kit", 2_000, 1, "USD", 1))
    kit = "first-aid-kit"
    facts = [*(short(number, number) for number in range(1, 9)), *(forecast(each, kit) for each in (3, 9, 5))]
    await asyncio.gather(*(till.hears(each) for each in facts))
    await till.hears(forecast(5, kit))
    (found,) = await till.rows("SELECT * FROM appeal")
    assert (found["quantity"], found["status"]) == (8, "open")
    await asyncio.gather(till.hears(forecast(0, kit)), till.hears(short(0, 9)))
    assert (await till.rows("SELECT status FROM appeal"))[0]["status"] == "withdrawn"


async def test_staff_who_appealed_for_more_than_is_missing_keep_their_appeal(till: Till) -> None:
    await till.hears(priced("first-aid-kit", 2_000, 1, "USD", 1))
    await till.do(lambda unit: appealing.open_appeal(unit, "first-aid-kit", 300, "medical"))
    for version, missing in enumerate((1, 400, 0), 1):
        await till.hears(short(missing, version))
        (found,) = await till.rows("SELECT * FROM appeal")
        assert (found["quantity"], found["status"]) == (max(300, missing), "open")


async def test_rice_that_runs_short_is_bought_with_the_money_that_came_for_it(donations: Told) -> None:
    """Through all services that it touches; PayPal tells of the first gift, and of its refund."""
    world = donations.world
    await world.prepare()
    await world.inventory.post("/prices", {"item": "rice", "amount": 400, "currency": "JPY", "per": 1_000})
    await world.intake.register(2, needs=["food"])

    async def appeal() -> Any:
        await world.settled()
        found = (await world.donations.get("/appeals"))["items"]
        return found[-1] if found else {"status": ""}

    async def purchases() -> Any:
        await world.settled()
        return (await world.inventory.get("/purchases"))["items"]

    async with world.listen(AppealChanged) as heard:
        wanted = await until(appeal, lambda found: found["status"] == "open")
        quantity, cost = wanted["quantity"], wanted["target"]["minor"]
        assert cost == -(-quantity * 400 // 1_000)
        money, came = (str(cost + 50), "JPY"), datetime(2006, 10, 30, 3, tzinfo=UTC)
        sale = notices.sale("COMPLETED", came, "S-1", money=money, fee="0", subscription_id=None)
        await donations.tell(sale)
        (gift,) = (await world.donations.get("/payments"))["items"]
        meant = {"purpose": "food", "appeal_id": wanted["appeal_id"]}
        await world.donations.post(f"/payments/{gift['payment_id']}/assign", meant)
        (proposed,) = await until(purchases, bool)
        assert (proposed["status"], proposed["quantity"], proposed["cost"]) == ("proposed", quantity, cost)
        # A second gift for an appeal that is funded proposes nothing more; a refund withdraws the proposal.
        await world.donations.gift("1", purpose="food", appeal_id=wanted["appeal_id"])
        await donations.tell(
            notices.refund(came + timedelta(days=1), "R-1", "S-1", money=money, fee_back="0")
        )
        await until(purchases, lambda found: [each["status"] for each in found] == ["cancelled"])
        await world.donations.gift(f"{cost}", purpose="food", appeal_id=wanted["appeal_id"])
        proposed = (await until(purchases, lambda found: len(found) == 2))[-1]

        path = f"/purchases/{proposed['purchase_id']}"
        order = {"supplier": "mill-1", "depot": "depot-north", "due_on": "2006-11-01"}
        assert (await world.inventory.try_post(f"{path}/cancel")).status_code == 409
        assert (await world.inventory.try_post(f"{path}/order", {**order, "depot": "x"})).status_code == 422
        ordered = await world.inventory.post(f"{path}/order", order)
        assert (await world.inventory.try_post(f"{path}/order", order)).status_code == 409
        await until(appeal, lambda found: found["status"] == "ordered")
        assert (await world.inventory.get("/forecast", item="rice"))["short_days"] == []
        assert await world.donations.fund("food") == {"balance": 1, "held": 0, "set_aside": 0, "free": 1}

        plan = ordered["planned_id"]
        half = await receive(world, plan, quantity // 2)
        await until(purchases, lambda found: found[-1]["status"] == "arrived_part")
        await receive(world, plan, quantity - quantity // 2)
        await until(appeal, lambda found: found["status"] == "met")
        await world.inventory.post(f"/papers/{half['receipt_id']}/undo", {"reason": "counted twice"})
        await until(appeal, lambda found: found["status"] == "ordered")
        await receive(world, plan, quantity // 2)
        await until(appeal, lambda found: found["status"] == "met")
        await world.inventory.post(f"{path}/change", {"cost": cost - 1})
        await world.settled()
        assert (await world.donations.fund("food"))["free"] == 2
        await heard.until(lambda facts: [each.status for each in facts][-3:] == ["met", "ordered", "met"])
        await more_of_it_costs_what_was_paid(world, cost - 1, quantity)


async def more_of_it_costs_what_was_paid(world: World, cost: int, quantity: int) -> None:
    """More people are short: what is appealed for them has the price of the last purchase."""
    await world.intake.register(2, needs=["food"])

    async def newest() -> Any:
        return (await world.donations.get("/appeals"))["items"][-1]

    wanted = await until(newest, lambda found: found["status"] == "open")
    assert wanted["target"]["minor"] == -(-wanted["quantity"] * cost // quantity)


async def receive(world: World, plan: str, quantity: int) -> Any:
    lines = [{"item": "rice", "quantity": quantity}]
    return await world.inventory.receive("depot-north", lines, planned_delivery_id=plan)
