"""A conversion far from the day's rate is explained, and one that was a mistake is undone."""

from collections.abc import AsyncIterator
from datetime import date, timedelta
from decimal import Decimal
from functools import partial
from typing import Any

import pytest
from sqlalchemy import text

from services.donations.commands import conversions
from services.donations.commands.conversions import Converted
from services.donations.commands.rates import NewRate, keep_rates
from services.donations.domain.ledger import Kind, account
from services.donations.domain.money import Money
from services.donations.queries import balances
from shared.outcomes import Refused
from tests.support.till import Till, converting

DAY = date(2006, 11, 1)
CHECK = "what funds changed into other currencies is what their conversions say"
DOLLARS = Money(100_00, "USD")
"""A hundred dollars: 11,725 yen at the day's rate."""


@pytest.fixture
async def till(till_url: str) -> AsyncIterator[Till]:
    async with Till.open(till_url, DAY) as till:
        await till.lies(100_000, "bank", fund="medical")
        yield till
        assert await till.breaches() == set()


def bought(minor: int, note: str | None = None, on: date = DAY, dollars: Money = DOLLARS) -> Any:
    return converting("medical", "bank", Money(minor, "JPY"), dollars, on, note)


async def known(till: Till, *, turned: bool = False, on: date = DAY) -> None:
    usual = NewRate("USD", "JPY", on, Decimal("117.25"))
    other = NewRate("JPY", "USD", on, Decimal("0.0085287"))
    await till.do(lambda unit: keep_rates(unit, [other if turned else usual]))


@pytest.mark.parametrize("turned", [False, True])
async def test_one_that_is_more_than_ten_percent_off_says_why(till: Till, turned: bool) -> None:
    assert isinstance(await till.do(bought(1)), Converted), "no rate is known yet"
    await known(till, turned=turned)
    for minor in (10_660, 12_890):
        assert isinstance(await till.do(bought(minor)), Converted), minor
    for wrong in (bought(1_172), bought(13_100), bought(10_300)):
        refused = await till.do(wrong)
        assert isinstance(refused, Refused)
        assert "say why in `note`" in refused.words
    refused = await till.do(bought(1_172))
    there = (
        "of 2006-11-01 is 0.0085287" if turned else "11.72 JPY for one USD, and that of 2006-11-01 is 117.25"
    )
    assert isinstance(refused, Refused)
    assert there in refused.words
    assert isinstance(await till.do(bought(1_172, "an old debt, as agreed in May")), Converted)


async def test_the_rate_of_some_days_ago_counts_and_one_of_another_month_does_not(till: Till) -> None:
    await known(till, on=DAY - timedelta(days=8))
    assert isinstance(await till.do(bought(1_172)), Converted)
    await known(till, on=DAY - timedelta(days=7))
    assert isinstance(await till.do(bought(1_172)), Refused)


async def test_a_mistake_is_undone_once_while_its_money_is_there(till: Till) -> None:
    done = await till.do(bought(11_725))
    again = await till.do(bought(1_000, dollars=Money(10_00, "USD")))
    dollars = converting("medical", "bank", Money(105_00, "USD"), Money(100, "JPY"), DAY)
    spent = await till.do(dollars)

    def undo(which: Any) -> Any:
        return till.do(partial(conversions.undo, conversion_id=which.id, note="typed twice"))

    assert isinstance(refused := await undo(done), Refused)
    assert "has not enough USD free" in refused.words
    for which in (spent, again, done):
        assert isinstance(await undo(which), Converted)
        assert isinstance(await undo(which), Refused)
        assert await till.breaches() == set()
    async with till.units.read() as session:
        for currency, there in (("JPY", 100_000), ("USD", 0)):
            assert await balances.of_account(session, account(Kind.BANK, currency)) == there


async def test_the_doctor_sees_a_conversion_that_the_ledger_does_not_have(till: Till) -> None:
    await till.do(bought(11_725))
    for change, seen in (("got + 1", {CHECK}), ("got - 1", set[str]())):
        async with till.engine.begin() as connection:
            await connection.execute(text(f"UPDATE conversion SET got = {change}"))  # noqa: S608, ours
        assert await till.breaches() == seen
