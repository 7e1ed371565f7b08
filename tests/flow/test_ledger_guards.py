"""The database itself keeps the ledger: whoever writes into it by another way is refused too."""

from collections.abc import AsyncIterator
from datetime import date

import asyncpg
import pytest

from services.donations.commands.booking import Came
from services.donations.commands.giving_back import WentBack, book_refund
from services.donations.domain.funds import FUNDS
from services.donations.domain.ledger import OF_A_FUND, OF_THE_GROUP, account
from services.donations.domain.money import CURRENCIES, Money
from tests.support.noticed import book_payment
from tests.support.till import Till

DAY = date(2006, 11, 1)
ENTRY = """
    INSERT INTO entry (id, at, on_day, happened_on, kind, actor)
    VALUES ('00000000-0000-7000-8000-000000000001', now(), '{day}', '{day}', 'gift', 'somebody')
"""
NEW = "'00000000-0000-7000-8000-000000000001'"
LINE = "INSERT INTO posting (entry_id, line, account, amount) VALUES ({entry}, {line}, '{account}', {amount})"


@pytest.fixture
async def till(till_url: str) -> AsyncIterator[Till]:
    async with Till.open(till_url, DAY) as till:
        await till.gift(1_000)
        yield till
        assert await till.breaches() == set()


@pytest.fixture
async def raw(till: Till, till_url: str) -> AsyncIterator[asyncpg.Connection]:
    """As the service itself is connected: the owner of the tables."""
    connection = await asyncpg.connect(till_url.replace("+asyncpg", ""))
    yield connection
    await connection.close()


def lines(*pairs: tuple[str, int]) -> str:
    rows = (
        LINE.format(entry=NEW, line=place, account=code, amount=amount)
        for place, (code, amount) in enumerate(pairs)
    )
    return ";".join(rows)


@pytest.mark.parametrize(
    "pairs",
    [
        [("bank.JPY", 5)],
        [("bank.JPY", 5), ("income.food.JPY", -4)],
        [("bank.JPY", 5), ("income.food.USD", -5)],
        [("bank.JPY", 5), ("income.food.JPY", -5), ("bank.USD", 1), ("income.food.USD", -2)],
    ],
)
async def test_an_entry_out_of_balance_is_refused_at_commit(
    raw: asyncpg.Connection, pairs: list[tuple[str, int]]
) -> None:
    with pytest.raises(asyncpg.CheckViolationError, match="out of balance"):
        await raw.execute(f"{ENTRY.format(day=DAY)};{lines(*pairs)}")


async def test_lines_that_are_copied_in_are_looked_at_too(raw: asyncpg.Connection) -> None:
    entry, columns = NEW.strip("'"), ["entry_id", "line", "account", "amount"]
    records = [(entry, 0, "bank.JPY", 5), (entry, 1, "income.food.JPY", -6)]
    transaction = raw.transaction()
    await transaction.start()
    await raw.execute(ENTRY.format(day=DAY))
    await raw.copy_records_to_table("posting", records=records, columns=columns)
    with pytest.raises(asyncpg.CheckViolationError, match="out of balance"):
        await transaction.commit()


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE posting SET amount = amount + 1",
        "UPDATE posting SET amount = amount + 1 WHERE amount < 0",
        "DELETE FROM posting",
        "DELETE FROM posting WHERE false",
        "TRUNCATE posting",
        "UPDATE entry SET on_day = '2006-10-01'",
        "DELETE FROM entry",
        "UPDATE account SET fund = 'general' WHERE fund = 'food'",
    ],
)
async def test_the_ledger_is_append_only(raw: asyncpg.Connection, change: str) -> None:
    with pytest.raises(asyncpg.RaiseError, match="append-only"):
        await raw.execute(change)


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE posting SET amount = amount + 1 WHERE amount > 0",
        "DELETE FROM posting WHERE amount > 0",
        "INSERT INTO posting SELECT entry_id, 9, account, 1 FROM posting WHERE amount > 0",
    ],
)
async def test_without_that_wall_a_change_out_of_balance_is_still_refused(
    raw: asyncpg.Connection, change: str
) -> None:
    with pytest.raises(asyncpg.CheckViolationError, match="out of balance"):
        await raw.execute(f"ALTER TABLE posting DISABLE TRIGGER posting_append_only; {change}")


async def test_nothing_is_booked_in_a_closed_month(till: Till, raw: asyncpg.Connection) -> None:
    close = "INSERT INTO closed_month (month, on_day, actor) VALUES ('2006-10-01', '2006-11-01', 'somebody')"
    await raw.execute(close)
    right = [("bank.JPY", 5), ("income.food.JPY", -5)]
    for day in ("2006-10-31", "2006-09-01"):
        with pytest.raises(asyncpg.CheckViolationError, match="books are closed"):
            await raw.execute(f"{ENTRY.format(day=day)};{lines(*right)}")
    # What happened before comes under the first open day.
    await till.gift(500, "food", on=date(2006, 10, 20))
    (row,) = await till.rows("SELECT on_day, happened_on FROM entry ORDER BY id DESC LIMIT 1")
    assert dict(row) == {"on_day": date(2006, 11, 1), "happened_on": date(2006, 10, 20)}


@pytest.mark.parametrize(
    "change", ["balance = -1", "held = held + 1001", "set_aside = 1001", "held = 600, set_aside = 600"]
)
async def test_no_fund_is_below_zero_or_promises_more_than_it_has(
    raw: asyncpg.Connection, change: str
) -> None:
    statement = "UPDATE fund_balance SET {} WHERE fund = 'general' AND currency = 'JPY'"
    with pytest.raises(asyncpg.CheckViolationError):
        await raw.execute(statement.format(change))


async def test_the_accounts_of_the_rules_are_those_of_the_tables(till: Till) -> None:
    codes = {account(kind, currency).code for kind in OF_THE_GROUP for currency in CURRENCIES}
    codes |= {
        account(kind, currency, fund).code for kind in OF_A_FUND for currency in CURRENCIES for fund in FUNDS
    }
    assert {row["code"] for row in await till.rows("SELECT code FROM account")} == codes
    funds = {tuple(row.values()) for row in await till.rows("SELECT fund, currency FROM fund_balance")}
    assert funds == {(fund, currency) for fund in FUNDS for currency in CURRENCIES}


BROKEN = {
    "UPDATE fund_balance SET balance = balance + 1 WHERE fund = 'general' AND currency = 'JPY'": {
        "what a fund has is what its postings sum to"
    },
    "UPDATE account_month SET amount = amount + 1 WHERE account = 'bank.JPY'": {
        "the totals by month equal the sums of the ledger"
    },
    "UPDATE payment SET net = net + 1": {"what is left of a payment is what the ledger has of it"},
    "UPDATE refund SET entry_id = NULL": {
        "each refund is booked once, or waits for a payment that has not come"
    },
}


@pytest.mark.parametrize(("change", "names"), BROKEN.items())
async def test_the_doctor_sees_what_the_ledger_does_not_bear_out(
    till_url: str, change: str, names: set[str]
) -> None:
    async with Till.open(till_url, DAY) as till:
        await till.gift(1_000)
        await till.do(lambda unit: book_payment(unit, Came("paypal", "S", Money(10, "JPY"), DAY)))
        back = WentBack("paypal", "R", "S", Money(1, "JPY"), DAY)
        await till.do(lambda unit: book_refund(unit, back))
        assert await till.breaches() == set()
        await till.rows(change)
        assert await till.breaches() == names
