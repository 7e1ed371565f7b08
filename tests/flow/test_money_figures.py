"""The plan's figures of money: grants by their kind, and what was raised by fund, for appeals and in each currency."""

from collections.abc import AsyncIterator
from datetime import date
from functools import partial

import pytest

from services.donations.commands import appeals, grants, purposes
from services.donations.commands.booking import Came
from services.donations.commands.grants import Payout
from services.donations.domain.appeals import Appeal, Price
from services.donations.domain.days import Sure
from services.donations.domain.grants import FUND_OF, Grant
from services.donations.domain.money import Money
from services.donations.domain.payments import Payment
from services.donations.queries.figures import GRANTS_PAID, reached
from tests.support.noticed import book_payment
from tests.support.till import Till, staff

DAY = date(2006, 11, 1)


@pytest.fixture
async def till(till_url: str) -> AsyncIterator[Till]:
    async with Till.open(till_url, DAY) as till:
        yield till


async def figures(till: Till) -> dict[str, int]:
    """The measures that are not 0."""
    async with till.units.read() as session:
        return {name: many for name, many in (await reached(session)).items() if many}


async def test_each_kind_of_grant_has_a_measure_of_its_own(till: Till) -> None:
    assert GRANTS_PAID.keys() == FUND_OF.keys()
    served = dict[str, int]()
    for number, kind in enumerate(GRANTS_PAID, 1):
        for each in range(number):
            await till.gift(10, FUND_OF[kind].value)
            asked = till.asked(10, kind)
            await till.hears(asked)
            for name in ("one", "two"):
                agree = partial(
                    grants.approve, limits=till.settings.limits, grant_id=asked.request_id, version=1
                )
                await till.do(agree, staff(name))
            payout = Payout(Money(10, "JPY"), "bank", "payee-1", f"{kind} {each}")
            pay = partial(grants.pay, limits=till.settings.limits, grant_id=asked.request_id, payout=payout)
            assert isinstance(await till.do(pay, staff("treasurer")), Grant)
        served[GRANTS_PAID[kind]] = number
        found = await figures(till)
        assert {name: many for name, many in found.items() if name.endswith("_paid")} == served


async def test_what_was_raised_is_told_by_fund_for_appeals_and_by_currency(till: Till) -> None:
    await till.gift(1_000, "food")
    await till.gift(500, "medical", "USD")
    await till.do(lambda unit: appeals.set_price(unit, "rice", Price(400, "JPY", 1_000)))
    appeal = await till.do(lambda unit: appeals.open_appeal(unit, "rice", 1_000, "food"))
    assert isinstance(appeal, Appeal)
    came = Came("paypal", "S", Money(300, "JPY"), DAY, Money(10, "JPY"), sure=Sure.PAID)
    payment = await till.do(lambda unit: book_payment(unit, came))
    assert isinstance(payment, Payment)
    assert (await figures(till))["raised_unassigned_jpy"] == 300
    await till.do(lambda unit: purposes.give_purpose(unit, payment.id, "food", appeal.id))
    assert {name: many for name, many in (await figures(till)).items() if name.startswith("raised")} == {
        "raised_jpy": 1_300,
        "raised_usd": 500,
        "raised_food_jpy": 1_300,
        "raised_medical_usd": 500,
        "raised_appeals_jpy": 290,
    }
