"""The database itself keeps the ledger: whoever writes into it by another way is refused too."""

from collections.abc import AsyncIterator
from datetime import date

import asyncpg
import pytest

from services.donations.commands.booking import Came
from services.donations.commands.giving_back import WentBack, book_refund
from services.donations.domain.days import Sure
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


PAST_THE_SERVICE = {
    # Lines, and what the fund for food has after them: balance and held.
    "a gift": ([("bank.JPY", 5), ("income.food.JPY", -5)], (5, 0)),
    "a gift with a fee, and of another fund": (
        [("bank.JPY", 7), ("fees.food.JPY", 1), ("income.food.JPY", -5), ("income.clothing.JPY", -3)],
        (4, 0),
    ),
    "a gift that is held": ([("held.food.JPY", 5), ("income.food.JPY", -5)], (5, 5)),
    "money for another fund": ([("moved.general.JPY", 9), ("moved.food.JPY", -9)], (9, 0)),
    "nothing of a fund": ([("bank.JPY", 5), ("paypal.JPY", -5)], (0, 0)),
}


@pytest.mark.parametrize("copied", [False, True])
@pytest.mark.parametrize("name", PAST_THE_SERVICE)
async def test_what_is_posted_past_the_service_is_in_what_the_fund_has(
    till: Till, raw: asyncpg.Connection, name: str, copied: bool
) -> None:
    pairs, (balance, held) = PAST_THE_SERVICE[name]
    if copied:
        records = [(NEW.strip("'"), line, *pair) for line, pair in enumerate(pairs)]
        async with raw.transaction():
            await raw.execute(ENTRY.format(day=DAY))
            columns = ["entry_id", "line", "account", "amount"]
            await raw.copy_records_to_table("posting", records=records, columns=columns)
    else:
        # The database looks at a fund with each statement, so an entry's lines are of one.
        rows = ", ".join(f"({NEW}, {line}, '{code}', {amount})" for line, (code, amount) in enumerate(pairs))
        await raw.execute(f"{ENTRY.format(day=DAY)}; INSERT INTO posting VALUES {rows}")  # noqa: S608
    assert await till.fund("food") == (balance, held, 0)
    names = {
        "what a fund has is what its postings sum to",
        "the totals by month equal the sums of the ledger",
    }
    assert not names & await till.breaches()


@pytest.mark.parametrize(
    "pairs",
    [
        [("bank.JPY", -5), ("grants.food.JPY", 5)],
        [("moved.general.JPY", 1_001), ("moved.food.JPY", -1_001)],
        [("held.general.JPY", 1_001), ("bank.JPY", -1_001)],
    ],
)
async def test_what_takes_more_than_a_fund_has_is_refused_past_the_service_too(
    raw: asyncpg.Connection, pairs: list[tuple[str, int]]
) -> None:
    with pytest.raises(asyncpg.CheckViolationError, match="fund_balance"):
        await raw.execute(f"{ENTRY.format(day=DAY)};{lines(*pairs)}")


A_NEW_FUND = """
    INSERT INTO account (code, kind, currency, fund) VALUES ('income.other.JPY', 'income', 'JPY', 'other');
    INSERT INTO account (code, kind, currency, fund) VALUES ('held.other.JPY', 'held', 'JPY', 'other');
"""
ITS_ROW = "INSERT INTO fund_balance (fund, currency) VALUES ('other', 'JPY')"
TO_THE_NEW_FUND = f"""
    {ENTRY.format(day=DAY)};
    INSERT INTO posting VALUES ({NEW}, 0, 'held.other.JPY', 5), ({NEW}, 1, 'income.other.JPY', -5)
"""  # noqa: S608, the ids are ours


@pytest.mark.parametrize("has_row", [False, True])
async def test_a_new_fund_begins_empty_and_nothing_is_posted_to_one_that_has_no_row(
    raw: asyncpg.Connection, has_row: bool
) -> None:
    transaction = raw.transaction()
    await transaction.start()
    await raw.execute(A_NEW_FUND)
    if has_row:
        await raw.execute(ITS_ROW)
        await raw.execute(TO_THE_NEW_FUND)
        found = await raw.fetchrow("SELECT balance, held FROM fund_balance WHERE fund = 'other'")
        assert tuple(found) == (5, 5)
    else:
        with pytest.raises(asyncpg.IntegrityConstraintViolationError, match="no fund other in JPY"):
            await raw.execute(TO_THE_NEW_FUND)
    await transaction.rollback()


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE fund_balance SET balance = balance + 1",
        "UPDATE fund_balance SET held = 1 WHERE fund = 'general' AND currency = 'JPY'",
        "UPDATE fund_balance SET fund = 'other' WHERE fund = 'food'",
        "INSERT INTO fund_balance (fund, currency, balance) VALUES ('other', 'JPY', 1)",
        "INSERT INTO fund_balance (fund, currency, held) VALUES ('other', 'JPY', 1)",
        "DELETE FROM fund_balance",
        "TRUNCATE fund_balance",
        "UPDATE account_month SET amount = amount + 1",
        "INSERT INTO account_month VALUES ('income.food.JPY', '2006-01-01', 1)",
        "DELETE FROM account_month",
        "TRUNCATE account_month",
    ],
)
async def test_what_follows_the_postings_is_changed_by_nothing_else(
    raw: asyncpg.Connection, change: str
) -> None:
    with pytest.raises(asyncpg.IntegrityConstraintViolationError, match="follows the postings"):
        await raw.execute(change)


@pytest.mark.parametrize("change", ["set_aside = 1001", "set_aside = -1"])
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
    "ALTER TABLE fund_balance DISABLE TRIGGER fund_balance_follows;"
    "UPDATE fund_balance SET balance = balance + 1 WHERE fund = 'general' AND currency = 'JPY';"
    "ALTER TABLE fund_balance ENABLE TRIGGER fund_balance_follows": {
        "what a fund has is what its postings sum to"
    },
    "ALTER TABLE account_month DISABLE TRIGGER account_month_follows;"
    "UPDATE account_month SET amount = amount + 1 WHERE account = 'bank.JPY';"
    "ALTER TABLE account_month ENABLE TRIGGER account_month_follows": {
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
        await till.do(
            lambda unit: book_payment(unit, Came("paypal", "S", Money(10, "JPY"), DAY, sure=Sure.PAID))
        )
        back = WentBack("paypal", "R", "S", Money(1, "JPY"), DAY)
        await till.do(lambda unit: book_refund(unit, back))
        assert await till.breaches() == set()
        for each in change.split(";"):
            await till.rows(each)
        assert await till.breaches() == names
