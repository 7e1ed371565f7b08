"""Who locks several payments, and then funds, does so in the order of the README, and nobody waits for ever."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from services.donations.commands import appeals as appealing
from services.donations.commands.booking import Came
from services.donations.commands.monthly import Monthly, register
from services.donations.domain.appeals import Appeal, Price
from services.donations.domain.days import Sure
from services.donations.domain.funds import FundKey
from services.donations.domain.money import Money
from services.donations.paypal import notices as reading
from services.donations.paypal.said import DisputeSaid
from services.donations.repository import appeals, books, payments
from shared.contracts.base import Contract
from shared.contracts.base import Money as Said
from shared.contracts.inventory import DayShort, ItemPriced, ShortageChanged, ShortfallForecast
from shared.messaging.unit import Unit
from tests.support.noticed import book_payment, effect
from tests.support.paypal import notices
from tests.support.till import Till
from tests.support.waiting import DEADLINE_SECONDS

DAY = date(2006, 11, 1)
Work = Callable[[Unit], Awaitable[Any]]


@pytest.fixture
async def till(till_url: str) -> AsyncIterator[Till]:
    async with Till.open(till_url, DAY) as till:
        yield till
        assert await till.breaches() == set()


def payment(name: str) -> Work:
    return lambda unit: payments.lock_or_make(unit.session, "paypal", name)


def fund(unit: Unit) -> Awaitable[Any]:
    return books.lock_funds(unit.session, {FundKey("unassigned", "USD")})


def sale(name: str) -> Work:
    came = Came(
        "paypal", name, Money(10_00, "USD"), DAY, Money(0, "USD"), subscription_id="I-1", sure=Sure.PAID
    )
    return lambda unit: book_payment(unit, came)


async def test_a_dispute_of_two_payments_and_a_refund_of_the_second(till: Till) -> None:
    for name in ("S1", "S2"):
        await till.do(sale(name))
    told = reading.read(notices.as_bytes(notices.dispute("CREATED", datetime(2006, 11, 1, tzinfo=UTC))))
    assert isinstance(told, DisputeSaid)
    said = replace(told, sale_ids=("S1", "S2"))
    work: Work = lambda unit: effect(unit, ZoneInfo("Asia/Tokyo"), said)  # noqa: E731
    await till.meets(lambda: till.do(work), payment("S2"), fund)
    assert await till.fund("unassigned", "USD") == (20_00, 20_00, 0)


async def test_a_look_at_a_gift_and_a_statement_of_its_payments(till: Till) -> None:
    """The second one came first, so its own id is the smaller one."""
    for name in ("S2", "S1"):
        await till.do(sale(name))
    await till.do(lambda unit: register(unit, Monthly("education", "I-1")))
    await till.meets(till.look, payment("S1"), payment("S2"))
    assert await till.fund("education", "USD") == (20_00, 0, 0)


ITEMS = ("bandage", "kit")


def priced(number: int, item: str) -> Contract:
    price = Said(amount=500, currency="JPY")
    return ItemPriced(price_id=UUID(int=number), version=1, item=item, price=price, per=1, unit="kit", on=DAY)


def short(number: int, item: str) -> Contract:
    more = {"kind": "kit", "missing": 2, "unit": "kit", "households": 1, "on": DAY}
    return ShortageChanged(shortage_id=UUID(int=number), version=1, item=item, **more)


def forecast(number: int, item: str) -> Contract:
    days = {"until": DAY, "runs_out_on": DAY, "short_days": (DayShort(on=DAY, grams=2),)}
    return ShortfallForecast(forecast_id=UUID(int=number), item=item, made_on=DAY, **days)


@pytest.mark.parametrize("told", [priced, short, forecast])
async def test_news_of_two_items_and_a_refund_that_takes_back_what_both_appeals_keep(
    till: Till, told: Callable[[int, str], Contract]
) -> None:
    ids = []
    for item in ITEMS:
        price = Price(400, "JPY", 1)
        await till.do(lambda unit, item=item, price=price: appealing.set_price(unit, item, price))  # type: ignore[misc]
        done = await till.do(lambda unit, item=item: appealing.open_appeal(unit, item, 1, "medical"))  # type: ignore[misc]
        assert isinstance(done, Appeal)
        came = Came(
            "bank",
            item,
            Money(300, "JPY"),
            DAY,
            appeal_id=done.id,
            purpose="medical",
            place="bank",
            sure=Sure.PAID,
        )
        await till.do(lambda unit, came=came: book_payment(unit, came))  # type: ignore[misc]
        ids.append(done.id)
    medical = FundKey("medical", "JPY")

    async def of_the_kit(unit: Unit) -> None:
        await books.lock_funds(unit.session, {medical})
        await appeals.find(unit.session, ids[1], lock=True)

    facts: Sequence[Contract] = [told(number, item) for number, item in enumerate(ITEMS)]
    await till.meets(
        lambda: till.hears(*facts), of_the_kit, lambda unit: appeals.keeping(unit.session, medical)
    )
    assert await till.fund("medical") == (600, 0, 600)


async def test_money_that_an_appeal_does_not_count_does_not_wait_for_the_appeal(till: Till) -> None:
    """Money in another currency has another fund than the appeal, whose fund nobody locks for it."""
    await till.do(lambda unit: appealing.set_price(unit, "kit", Price(400, "JPY", 1)))
    appeal = await till.do(lambda unit: appealing.open_appeal(unit, "kit", 1, "medical"))
    assert isinstance(appeal, Appeal)
    more: dict[str, Any] = {"appeal_id": appeal.id, "purpose": "medical", "sure": Sure.PAID}
    came = Came("paypal", "S1", Money(10_00, "USD"), DAY, Money(0, "USD"), **more)
    async with till.units.open() as unit, asyncio.timeout(DEADLINE_SECONDS):
        await appeals.find(unit.session, appeal.id, lock=True)
        await till.do(lambda other: book_payment(other, came))
    assert await till.fund("medical", "USD") == (10_00, 0, 0)
