"""S5: food is forecast to run out; an appeal for its cost opens, gifts fill it, and a refund opens it again."""

import asyncio
from collections.abc import AsyncIterator
from datetime import date
from typing import Any
from uuid import UUID

import pytest

from services.donations.commands import appeals as commands
from services.donations.commands.booking import Came
from services.donations.commands.giving_back import WentBack, book_refund
from services.donations.domain.appeals import Appeal, Price
from services.donations.domain.days import Sure
from services.donations.domain.money import Money
from services.donations.handlers import on_shortfall_forecast
from shared.contracts.donations import AppealChanged, AppealStatus
from shared.contracts.inventory import DayShort, ShortfallForecast
from shared.outcomes import Refused
from tests.support.noticed import book_payment
from tests.support.till import Till
from tests.support.waiting import until
from tests.support.world import World

DAY = date(2006, 11, 1)
RICE = Price(400, "JPY", 1_000)


@pytest.fixture
async def till(till_url: str) -> AsyncIterator[Till]:
    async with Till.open(till_url, DAY, pool_size=8) as till:
        yield till
        assert await till.breaches() == set()


def short(grams: int, made_on: date = DAY, after: int | None = None) -> ShortfallForecast:
    """What inventory says; `after` is what would be missing still if depots helped each other out."""
    day = date(2006, 12, 31)

    def days(missing: int) -> tuple[DayShort, ...]:
        return (DayShort(on=day, grams=missing),) if missing else ()

    return ShortfallForecast(
        forecast_id=UUID(int=1),
        item="rice",
        made_on=made_on,
        until=day,
        runs_out_on=day,
        short_days=days(grams),
        short_days_after_transfers=None if after is None else days(after),
    )


async def foresee(till: Till, fact: ShortfallForecast) -> None:
    await till.do(lambda unit: on_shortfall_forecast([fact], unit))


async def appeals(till: Till) -> list[dict[str, Any]]:
    return [dict(row) for row in await till.rows("SELECT * FROM appeal ORDER BY id")]


async def test_an_appeal_follows_the_forecast_and_its_price(till: Till) -> None:
    await foresee(till, short(56_500))
    assert await appeals(till) == []
    await till.do(lambda unit: commands.set_price(unit, "rice", RICE))
    await foresee(till, short(60_000, after=56_501))
    (appeal,) = await appeals(till)
    assert (appeal["quantity"], appeal["target"], appeal["status"]) == (56_501, 22_601, "open")
    await foresee(till, short(10_000, date(2006, 11, 3)))
    await foresee(till, short(99_000, date(2006, 11, 2)))
    await till.do(lambda unit: commands.set_price(unit, "rice", Price(500, "JPY", 1_000)))
    (appeal,) = await appeals(till)
    assert (appeal["quantity"], appeal["target"], appeal["version"]) == (10_000, 5_000, 3)
    await foresee(till, short(0, date(2006, 11, 4)))
    assert (await appeals(till))[0]["status"] == "withdrawn"
    await foresee(till, short(1_000, date(2006, 11, 5)))
    assert [each["status"] for each in await appeals(till)] == ["withdrawn", "open"]


async def test_an_item_has_one_appeal_however_many_open_it_at_once(till: Till) -> None:
    await till.do(lambda unit: commands.set_price(unit, "rice", RICE))
    done = await asyncio.gather(
        *(till.do(lambda unit: commands.open_appeal(unit, "rice", 5_000, "food")) for _ in range(6)),
        *(foresee(till, short(7_000)) for _ in range(6)),
    )
    assert sum(isinstance(each, Refused) for each in done) in {5, 6}
    assert len(await appeals(till)) == 1
    assert isinstance(await till.do(lambda unit: commands.open_appeal(unit, "kit", 1, "medical")), Refused)


async def test_gifts_fund_an_appeal_and_a_refund_opens_it_again(till: Till) -> None:
    await till.do(lambda unit: commands.set_price(unit, "rice", RICE))
    appeal = await till.do(lambda unit: commands.open_appeal(unit, "rice", 5_000, "food"))
    assert isinstance(appeal, Appeal)

    async def give(name: str, minor: int, currency: str = "JPY", purpose: str = "food") -> None:
        came = Came(
            "paypal", name, Money(minor, currency), DAY, appeal_id=appeal.id, purpose=purpose, sure=Sure.PAID
        )
        await till.do(lambda unit: book_payment(unit, came))

    await asyncio.gather(*(give(f"S{number}", 250) for number in range(8)))
    await give("dollars", 9_000, "USD")
    await give("other", 9_000, purpose="general")
    (row,) = await appeals(till)
    assert (row["raised"], row["status"]) == (2_000, "funded")
    back = WentBack("paypal", "R", "S1", Money(1, "JPY"), DAY)
    await till.do(lambda unit: book_refund(unit, back))
    (row,) = await appeals(till)
    assert (row["raised"], row["status"]) == (1_999, "open")
    await foresee(till, short(0, date(2006, 11, 9)))
    assert (await appeals(till))[0]["status"] == "open"
    done = await till.do(lambda unit: commands.close(unit, appeal.id, met=False))
    assert isinstance(done, Appeal)
    assert done.status is AppealStatus.CLOSED_SHORT
    await give("late", 10)
    assert (await appeals(till))[0]["raised"] == 2_009
    assert isinstance(await till.do(lambda unit: commands.close(unit, appeal.id, met=True)), Refused)


async def test_rice_that_runs_out_opens_an_appeal_that_a_gift_fills(world: World) -> None:
    price = {"item": "rice", "amount": "400", "currency": "JPY", "per": 1_000}
    await world.donations.post("/prices", price)
    async with world.listen(AppealChanged) as heard:
        await world.intake.register(2, needs=["food"])
        await heard.until(bool)

        async def newest() -> Any:
            await world.settled()
            return (await world.donations.get("/appeals"))["items"][-1]

        appeal = await until(newest, lambda found: found["status"] == "open")
        gift = {"purpose": "food", "appeal_id": appeal["appeal_id"]}
        amount = f"{appeal['target']['minor']}"
        wrong = {**gift, "purpose": "medical"}
        donor = await world.donations.donor()
        slip = {"donor_id": donor, "way": "bank", "reference": "x", "amount": "1", "currency": "JPY"}
        refused = await world.donations.try_post("/gifts", {**slip, **wrong, "received_on": "2006-11-01"})
        assert refused.status_code == 422
        payment = await world.donations.gift(amount, **gift)
        facts = await heard.until(lambda found: found[-1].status == "funded")
        assert facts[-1].raised == facts[-1].target
        await world.donations.post(f"/payments/{payment['payment_id']}/reverse", {"note": "bounced"})
        facts = await heard.until(lambda found: found[-1].status == "open")
        assert facts[-1].raised.amount == 0
