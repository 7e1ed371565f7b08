"""What came for an appeal is set aside for it: no grant, advance or other appeal is promised it."""

import asyncio
from collections.abc import AsyncIterator
from datetime import date
from functools import partial
from typing import Any
from uuid import UUID

import pytest

from services.donations.commands import advances, conversions, funds, gifts
from services.donations.commands import appeals as commands
from services.donations.commands.booking import Came
from services.donations.commands.disputes import cancel_reversal, close_dispute, open_dispute
from services.donations.commands.giving_back import WentBack, book_refund
from services.donations.commands.restoring import CameBack
from services.donations.domain.appeals import Appeal, Price
from services.donations.domain.days import Sure
from services.donations.domain.money import Money
from services.donations.domain.payments import Dispute
from shared.outcomes import Refused
from tests.support.noticed import book_payment
from tests.support.till import Till, converting

DAY = date(2006, 11, 1)
PRICES = {"kit": Price(400, "JPY", 1), "bandage": Price(10, "JPY", 1)}


@pytest.fixture
async def till(till_url: str) -> AsyncIterator[Till]:
    async with Till.open(till_url, DAY, pool_size=8) as till:
        for item, price in PRICES.items():
            await till.do(lambda unit, item=item, price=price: commands.set_price(unit, item, price))  # type: ignore[misc]
        for where in ("bank", "cash"):
            await till.lies(10_000, where)
        yield till
        await till.serve()
        assert await till.breaches() == set()


async def opened(till: Till, item: str = "kit", quantity: int = 1) -> UUID:
    done = await till.do(lambda unit: commands.open_appeal(unit, item, quantity, "medical"))
    assert isinstance(done, Appeal), done
    return done.id


async def give(till: Till, appeal: UUID | None, minor: int, name: str, *, held: bool = False) -> None:
    came = Came(
        "paypal",
        name,
        Money(minor, "JPY"),
        DAY,
        held=held,
        appeal_id=appeal,
        purpose="medical",
        sure=Sure.PAID,
    )
    await till.do(lambda unit: book_payment(unit, came))


async def kept(till: Till, appeal: UUID) -> tuple[str, int, int]:
    (row,) = await till.rows("SELECT status, raised, set_aside FROM appeal WHERE id = :id", id=appeal)
    return row["status"], row["raised"], row["set_aside"]


async def test_nobody_else_is_promised_what_came_for_an_appeal(till: Till) -> None:
    appeal, other = await opened(till), await opened(till, "bandage", 30)
    await give(till, appeal, 300, "S1")
    await till.gift(50, "medical")
    asked = till.asked(100)
    new = advances.NewAdvance("fw-1", "medical", Money(51, "JPY"), "cash", "A-1", DAY)
    move = funds.Move("medical", "general", Money(51, "JPY"), "because")
    for work in (
        lambda unit: advances.give(unit, till.settings.limits, new),
        lambda unit: funds.move(unit, move),
        converting("medical", "bank", Money(51, "JPY"), Money(1, "USD"), DAY),
    ):
        assert isinstance(await till.do(work), Refused)
    await till.hears(asked)
    await till.serve()
    assert (await till.grant(asked)).set_aside == 50
    assert (await kept(till, appeal), await kept(till, other)) == (("open", 300, 300), ("open", 0, 0))
    # Beyond its target an appeal keeps nothing: what is more than enough is the fund's.
    await give(till, appeal, 140, "S2")
    await till.serve()
    assert (await kept(till, appeal), await till.fund("medical")) == (("funded", 440, 400), (490, 0, 490))


@pytest.mark.parametrize(
    ("met", "status"), [(True, "met"), (False, "closed_short")], ids=["met", "closed short"]
)
async def test_what_is_left_of_an_appeal_that_is_over_goes_to_those_who_wait(
    till: Till, met: bool, status: str
) -> None:
    appeal, asked = await opened(till), till.asked(500)
    await give(till, appeal, 300, "S1")
    await till.hears(asked)
    assert (await till.grant(asked)).set_aside == 0
    await till.do(lambda unit: commands.close(unit, appeal, met=met))
    assert await kept(till, appeal) == (status, 300, 0)
    assert (await till.grant(asked)).set_aside == 300
    # What comes late for it is the fund's.
    await give(till, appeal, 100, "S2")
    await till.serve()
    assert (await till.grant(asked)).set_aside == 400


async def test_a_refund_takes_from_the_appeal_that_it_was_for_and_from_no_grant(till: Till) -> None:
    appeal, asked = await opened(till), till.asked(100)
    await give(till, appeal, 400, "S1")
    await till.gift(100, "medical")
    await till.hears(asked)
    back = WentBack("paypal", "R", "S1", Money(150, "JPY"), DAY)
    await till.do(lambda unit: book_refund(unit, back))
    assert (await kept(till, appeal), (await till.grant(asked)).set_aside) == (("open", 250, 250), 100)
    assert await till.fund("medical") == (350, 0, 350)


async def test_a_slip_for_an_appeal_that_was_a_mistake_is_undone(till: Till) -> None:
    appeal, donor = await opened(till), (await till.donor()).id
    slip = gifts.Slip(donor, "bank", "x", Money(400, "JPY"), "medical", DAY, appeal_id=appeal)
    payment: Any = await till.do(lambda unit: gifts.receive(unit, slip))
    assert await kept(till, appeal) == ("funded", 400, 400)
    await till.do(lambda unit: gifts.correct(unit, payment.id, Money(100, "JPY"), None, "misread"))
    assert await kept(till, appeal) == ("open", 100, 100)
    await till.do(lambda unit: gifts.reverse(unit, payment.id, "bounced"))
    assert (await kept(till, appeal), await till.fund("medical")) == (("open", 0, 0), (0, 0, 0))


async def test_only_what_paypal_has_let_go_is_set_aside(till: Till) -> None:
    appeal = await opened(till)
    await give(till, appeal, 400, "S1", held=True)
    assert (await kept(till, appeal), await till.fund("medical")) == (("funded", 400, 0), (400, 400, 0))
    await give(till, appeal, 400, "S1")
    assert (await kept(till, appeal), await till.fund("medical")) == (("funded", 400, 400), (400, 0, 400))
    await till.do(lambda unit: open_dispute(unit, "paypal", "S1", DAY))
    assert (await kept(till, appeal), await till.fund("medical")) == (("funded", 400, 0), (400, 400, 0))
    await till.do(lambda unit: close_dispute(unit, "paypal", "S1", Dispute.WON, DAY))
    assert (await kept(till, appeal), await till.fund("medical")) == (("funded", 400, 400), (400, 0, 400))


async def test_a_target_that_rises_takes_what_is_free_and_one_that_falls_frees_it(till: Till) -> None:
    appeal = await opened(till)
    await give(till, appeal, 600, "S1")
    for minor, aside in ((500, 500), (700, 600), (300, 300)):
        price = Price(minor, "JPY", 1)
        await till.do(lambda unit, price=price: commands.set_price(unit, "kit", price))  # type: ignore[misc]
        await till.serve()
        assert (await kept(till, appeal))[2] == aside
        assert await till.breaches() == set()


async def test_in_any_order_grants_advances_and_appeals_are_promised_no_money_twice(till: Till) -> None:
    appeal, other = await opened(till), await opened(till, "bandage", 30)
    await till.gift(500, "medical")
    asked = [till.asked(100) for _ in range(6)]
    new = [advances.NewAdvance("fw-1", "medical", Money(90, "JPY"), "cash", f"A-{n}", DAY) for n in range(6)]
    await asyncio.gather(
        *(till.hears(each) for each in asked),
        *(till.do(lambda unit, each=each: advances.give(unit, till.settings.limits, each)) for each in new),  # type: ignore[misc]
        *(give(till, (appeal, other)[n % 2], 100, f"S{n}") for n in range(6)),
    )
    await till.serve()
    assert await kept(till, appeal) == ("open", 300, 300)
    assert await kept(till, other) == ("funded", 300, 300)
    balance, held, aside = await till.fund("medical")
    assert (balance, held + aside) == (1_100, 1_100)


async def test_what_was_reversed_and_comes_back_is_the_appeal_s_again(till: Till) -> None:
    appeal = await opened(till)
    await give(till, appeal, 400, "S1")
    await till.do(
        lambda unit: book_refund(unit, WentBack("paypal", "reversal S1", "S1", Money(400, "JPY"), DAY))
    )
    assert await kept(till, appeal) == ("open", 0, 0)
    await till.do(lambda unit: cancel_reversal(unit, CameBack("paypal", "S1", Money(400, "JPY"), DAY)))
    assert (await kept(till, appeal), await till.fund("medical")) == (("funded", 400, 400), (400, 0, 400))


def changed(appeal: UUID | None, minor: int = 250, **more: Any) -> Any:
    """Dollars become yen, for an appeal."""
    own = {"appeal_id": appeal, **more}
    return converting("medical", "bank", Money(minor, "USD"), Money(minor, "JPY"), DAY, **own)


async def test_what_was_changed_for_an_appeal_counts_as_raised_until_it_is_undone(till: Till) -> None:
    appeal = await opened(till)
    await till.gift(600, "medical", "USD")
    first: Any = await till.do(changed(appeal))
    assert (await kept(till, appeal), await till.fund("medical")) == (("open", 250, 250), (250, 0, 250))
    second: Any = await till.do(changed(appeal))
    # Up to its target: 100 are the fund's.
    assert (await kept(till, appeal), await till.fund("medical")) == (("funded", 500, 400), (500, 0, 400))
    for which, stands in ((second, ("open", 250, 250)), (first, ("open", 0, 0))):
        undone = await till.do(partial(conversions.undo, conversion_id=which.id, note="typed twice"))
        assert isinstance(undone, conversions.Converted), undone
        assert await kept(till, appeal) == stands
        assert await till.breaches() == set()


async def test_a_conversion_is_for_an_appeal_of_its_fund_and_currency_alone(till: Till) -> None:
    await till.gift(600, "medical", "USD")
    dollars = await opened(till, "bandage", 1)
    await till.rows("UPDATE appeal SET currency = 'USD' WHERE id = :id", id=dollars)
    food: Any = await till.do(lambda unit: commands.open_appeal(unit, "kit", 1, "food"))
    for wrong in (dollars, food.id, UUID(int=7)):
        refused = await till.do(changed(wrong))
        assert isinstance(refused, Refused)
        assert "no such appeal" in refused.words
    assert isinstance(await till.do(changed(None)), conversions.Converted)


@pytest.mark.parametrize(
    ("change", "name"),
    [
        (
            "UPDATE appeal SET set_aside = 300",
            "what is set aside for grants and appeals is what the funds have set aside",
        ),
        ("UPDATE appeal SET held = 1", "what an appeal raised is what its payments and conversions brought"),
        ("UPDATE appeal SET spent = 1", "what an appeal has spent is what its purchases cost"),
        (
            "UPDATE appeal SET set_aside = 0; UPDATE fund_balance SET set_aside = 0",
            "what came for an appeal is set aside for it, up to its target, until it is over",
        ),
    ],
)
async def test_the_doctor_sees_money_of_an_appeal_that_is_free(till_url: str, change: str, name: str) -> None:
    async with Till.open(till_url, DAY) as till:
        await till.do(lambda unit: commands.set_price(unit, "kit", PRICES["kit"]))
        await give(till, await opened(till), 400, "S1")
        assert await till.breaches() == set()
        for each in change.split(";"):
            await till.rows(each)
        assert name in await till.breaches()
