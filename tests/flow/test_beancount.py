"""Beancount, which others wrote, reads the ledger, finds nothing wrong and comes to the same balances."""

import re
from collections.abc import AsyncIterator
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from uuid_utils.compat import uuid7

from services.donations.commands import advances, funds, in_kind
from services.donations.commands.advances import NewAdvance, Slip
from services.donations.commands.booking import Came
from services.donations.commands.funds import Move
from services.donations.commands.giving_back import WentBack, book_refund
from services.donations.commands.grants import Payout, pay
from services.donations.domain.advances import Advance
from services.donations.domain.days import Sure
from services.donations.domain.in_kind import GiftInKind, Goods
from services.donations.domain.money import Money
from services.donations.queries import beancount
from shared.contracts.base import Money as Said
from shared.contracts.inventory import PurchaseChanged, PurchaseLine
from tests.support.judge import agrees, judged, written_by
from tests.support.noticed import book_payment
from tests.support.till import Till, converting
from tests.support.world import World

DAY = date(2006, 11, 1)
EARLIER = date(2006, 10, 20)


@pytest.fixture
async def till(till_url: str) -> AsyncIterator[Till]:
    async with Till.open(till_url, DAY) as till:
        await live(till)
        yield till
        assert await till.breaches() == set()


async def live(till: Till) -> None:
    """Something of each kind is booked."""
    await till.gift(5_000, "family_visits", on=EARLIER)
    await till.lies(700, "cash")
    sale = Came(
        "paypal",
        "S",
        Money(10_05, "USD"),
        EARLIER,
        Money(60, "USD"),
        held=True,
        purpose="medical",
        sure=Sure.PAID,
    )
    await till.do(lambda unit: book_payment(unit, sale))
    back = WentBack("paypal", "R", "S", Money(5_00, "USD"), DAY)
    await till.do(lambda unit: book_refund(unit, back))
    await till.do(lambda unit: funds.close_month(unit, EARLIER), alone=True)
    await till.do(lambda unit: funds.move(unit, Move("family_visits", "protection", yen(2_000), "because")))
    await till.do(converting("protection", "bank", yen(117), Money(99, "USD"), EARLIER))
    asked = till.asked(300, kind="protection")
    await till.hears(asked)
    payout = Payout(yen(200), "bank", "clinic-02", "P-1")
    await till.do(lambda unit: pay(unit, till.settings.limits, asked.request_id, payout))
    wanted = NewAdvance("fw-07", "protection", yen(500), "cash", "A-1", DAY)
    advance = await till.do(lambda unit: advances.give(unit, till.settings.limits, wanted))
    assert isinstance(advance, Advance)
    slip = Slip("S-1", yen(40), DAY, "travel")
    await till.do(lambda unit: advances.settle(unit, till.settings.limits, advance.id, slip))
    (spent,) = await till.rows("SELECT id FROM slip")
    await till.do(lambda unit: advances.undo_slip(unit, spent["id"], "was wrong"))
    gift = GiftInKind(uuid7(), UUID(int=7), DAY, (Goods("rice", 1_000, "g"),))
    await till.do(lambda unit: in_kind.acknowledge(unit, gift))
    await till.do(lambda unit: in_kind.set_value(unit, gift.id, yen(300), "as on the bill"))
    await till.gift(900)
    line, cost = PurchaseLine(item="rice", quantity=1_000, unit="g"), Said(amount=400, currency="JPY")
    values: dict[str, Any] = {
        "purchase_id": uuid7(),
        "version": 1,
        "status": "ordered",
        "lines": (line,),
        "cost": cost,
    }
    await till.hears(PurchaseChanged(**values, on=DAY))


def yen(minor: int) -> Money:
    return Money(minor, "JPY")


async def test_beancount_finds_nothing_wrong_and_the_same_balances(till: Till) -> None:
    await agrees(till)
    written = await written_by(till)
    errors, balances = judged(written)
    assert errors == []
    assert balances["Assets:Advanced:Protection:Fw-07:JPY"] == 500
    assert balances["Income:Income:Medical:USD"] == Decimal("-5.05")
    assert balances["Assets:Goods:JPY"] == 300
    assert balances["Expenses:Purchases:General:JPY"] == 400
    # What became known after its month was closed, and what undid something.
    assert f"  happened: {EARLIER}" in written
    assert "  reverses: " in written


async def test_the_judge_sees_what_is_wrong(till: Till) -> None:
    """Or it would agree with anything."""
    written = await written_by(till)
    lines = written.splitlines()
    for pattern, change, words in (
        (r"^  Assets:Held:Medical:USD  ", lambda line: line.replace("USD  ", "USD  1"), "does not balance"),
        (r"^\S+ open Assets:Bank:JPY", lambda _: "", "Invalid reference to"),
        (r"^\S+ balance Assets:Cash:JPY", lambda line: line.replace(" 2", " 12"), "Balance failed"),
        (
            r"^\S+ balance Income:Income:Medical:USD",
            lambda line: line.replace("5.05", "5.06"),
            "Balance failed",
        ),
    ):
        place = next(number for number, line in enumerate(lines) if re.match(pattern, line))
        changed = "\n".join([*lines[:place], change(lines[place]), *lines[place + 1 :]])
        errors, _ = judged(changed)
        assert any(words in each for each in errors), (pattern, errors)


async def test_a_ledger_longer_than_a_part_is_written_whole(
    till: Till, monkeypatch: pytest.MonkeyPatch
) -> None:
    written = await written_by(till)
    for most in (1, 2, 3):
        monkeypatch.setattr(beancount, "AT_ONCE", most)
        assert await written_by(till) == written


async def test_the_ledger_of_an_earlier_day_is_written_too(till: Till) -> None:
    async with till.units.read() as session:
        early = "".join([piece async for piece in beancount.ledger(session, EARLIER)])
    errors, balances = judged(early)
    assert errors == []
    assert balances["Assets:Bank:JPY"] == 5_000
    assert f"{EARLIER + timedelta(days=1)} balance Assets:Bank:JPY 5000 ~ 0 JPY" in early


async def test_the_ledger_is_sent_as_text(bare_world: World) -> None:
    await bare_world.start("intake", "inventory", "donations")
    await bare_world.donations.gift("1,000", "food")
    answer = await bare_world.donations.client.get("/ledger.beancount")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/plain; charset=utf-8")
    errors, balances = judged(answer.text)
    assert errors == []
    assert balances["Assets:Bank:JPY"] == 1_000
