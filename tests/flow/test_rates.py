"""Exchange rates that are entered together: the good ones are kept, and each bad one is told."""

from datetime import date
from decimal import Decimal
from functools import partial
from typing import Any

from services.donations.commands.rates import BadRate, Kept, NewRate, keep_rates
from services.donations.queries import lists
from shared.outcomes import Refused
from tests.support.till import Till
from tests.support.told import Told

DAY = date(2006, 11, 1)


async def test_the_good_rates_of_a_list_are_kept_and_each_bad_one_is_told(till_url: str) -> None:
    rates = [
        NewRate("USD", "JPY", DAY, Decimal("117.25")),
        NewRate("USD", "JPY", date(2006, 11, 2), Decimal(117)),
        NewRate("EUR", "EUR", DAY, Decimal(1)),
        NewRate("EUR", "JPY", DAY, Decimal(0)),
        NewRate("USD", "JPY", DAY, Decimal("117.3")),
        NewRate("USD", "JPY", DAY, Decimal("117.250")),
    ]
    async with Till.open(till_url, DAY) as till:
        kept = await till.do(lambda unit: keep_rates(unit, rates))
        assert isinstance(kept, Kept)
        assert kept.rates == 1
        parts = [(each.number, each.part) for each in kept.bad]
        assert parts == [(2, "on_day"), (3, "quote"), (4, "rate"), (5, "rate")]
        async with till.units.read() as session:
            (row,) = await lists.rates(session, "USD", "JPY", DAY)
        assert row["rate"] == Decimal("117.25")
        none = await till.do(lambda unit: keep_rates(unit, rates[2:3]))
        assert none == Kept(0, (BadRate(1, "quote", "is the same currency"),))


async def test_a_rate_that_is_known_is_replaced_by_whoever_says_which_one(till_url: str) -> None:
    """What is there is told, and nothing of the list is kept."""

    def sent(rate: str, replaces: str | None = None) -> list[NewRate]:
        other = NewRate("EUR", "JPY", DAY, Decimal("149.5"))
        return [other, NewRate("USD", "JPY", DAY, Decimal(rate), Decimal(replaces) if replaces else None)]

    async with Till.open(till_url, DAY) as till:
        first = [NewRate("USD", "JPY", DAY, Decimal("117.25"))]
        assert await till.do(lambda unit: keep_rates(unit, first)) == Kept(1)
        assert await till.do(lambda unit: keep_rates(unit, first)) == Kept(1), (
            "the same again is no other one"
        )
        for wrong in (sent("11.725"), sent("11.725", "117.2")):
            refused = await till.do(partial(keep_rates, rates=wrong))
            assert isinstance(refused, Refused)
            assert "USD to JPY on 2006-11-01 is 117.25." in refused.words
            assert [row["rate"] for row in await till.rows("SELECT rate FROM rate")] == [Decimal("117.25")]
        assert await till.do(lambda unit: keep_rates(unit, sent("117.4", "117.25"))) == Kept(2)
        rates = [row["rate"] for row in await till.rows("SELECT rate FROM rate ORDER BY currency")]
        assert rates == [Decimal("149.5"), Decimal("117.4")]


async def test_a_list_of_rates_is_taken_in_from_a_spreadsheet(donations: Told) -> None:
    api = donations.world.donations
    rows = [
        "日付,currency,quote,rate",
        "2006-11-01,USD,JPY,117.25",
        "2006-10-31,eur,JPY,149.5",
        "2006-11-02,USD,JPY,117",
        "2006-11-01,USD,GBP,1",
        "2006-11-01,USD,EUR,about 1",
    ]

    async def sent(*lines: str) -> Any:
        file = ("rates.csv", "\n".join(lines).encode(), "text/csv")
        return await api.client.post("/rates/imports", files={"file": file})

    for _ in range(2):
        report = (await sent(*rows)).json()
        assert (report["rows"], report["rates"], report["bad_rows"]) == (5, 2, 3)
        assert [(each["row"], each["column"]) for each in report["errors"]] == [
            (4, "on_day"),
            (5, "quote"),
            (6, "rate"),
        ]
    found = await api.get("/rates", currency="USD", quote="JPY", until="2006-11-01")
    assert found == [{"on_day": "2006-11-01", "rate": "117.25"}]
    other = "2006-11-01,USD,JPY,117.3"
    assert (await sent(rows[0], other, "2006-11-01,KRW,JPY,0.125")).status_code == 409
    assert await api.get("/rates", currency="KRW", quote="JPY", until="2006-11-01") == [], (
        "nothing was changed"
    )
    assert (await sent(f"{rows[0]},replaces", f"{other},117.25")).json()["rates"] == 1
