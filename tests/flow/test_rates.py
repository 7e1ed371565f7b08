"""Exchange rates that are entered together: the good ones are kept, and each bad one is told."""

from datetime import date
from decimal import Decimal

from services.donations.commands.funds import BadRate, Rate, keep_rates
from services.donations.queries import lists
from tests.support.till import Till

DAY = date(2006, 11, 1)


async def test_the_good_rates_of_a_list_are_kept_and_each_bad_one_is_told(till_url: str) -> None:
    rates = [
        Rate("USD", "JPY", DAY, Decimal("117.25")),
        Rate("USD", "JPY", date(2006, 11, 2), Decimal(117)),
        Rate("EUR", "EUR", DAY, Decimal(1)),
        Rate("EUR", "JPY", DAY, Decimal(0)),
        Rate("USD", "JPY", DAY, Decimal("117.3")),
    ]
    async with Till.open(till_url, DAY) as till:
        kept = await till.do(lambda unit: keep_rates(unit, rates))
        assert kept.rates == 1
        assert [(each.number, each.part) for each in kept.bad] == [(2, "on_day"), (3, "quote"), (4, "rate")]
        async with till.units.read() as session:
            (row,) = await lists.rates(session, "USD", "JPY", DAY)
        assert row["rate"] == Decimal("117.3")
        none = await till.do(lambda unit: keep_rates(unit, rates[2:3]))
        assert (none.rates, none.bad) == (0, (BadRate(1, "quote", "is the same currency"),))
