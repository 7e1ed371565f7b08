"""What PayPal or a bank takes for its work, and what it changes: booked by hand once, and found by PayPal's list."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from uuid_utils.compat import uuid7

from services.donations.api.findings import advice
from services.donations.commands import charges, conversions
from services.donations.commands.booking import Came
from services.donations.commands.charges import Charged
from services.donations.commands.conversions import Converted
from services.donations.commands.giving_back import WentBack, book_refund
from services.donations.commands.matching import Match
from services.donations.commands.reconciling import ours, reconcile
from services.donations.domain.charges import Charge
from services.donations.domain.days import Sure
from services.donations.domain.money import Money
from services.donations.paypal.amounts import Amount
from services.donations.paypal.transactions import Kind, Row, kind_of
from shared.outcomes import Refused
from tests.support.judge import agrees
from tests.support.noticed import book_payment
from tests.support.till import Till, converting, staff

DAY = date(2006, 11, 10)
TAKEN = date(2006, 10, 20)
AT = datetime(2006, 10, 20, 3, tzinfo=UTC)
CHECK = "what places took for their work is what the ledger has of it"


def usd(minor: int) -> Money:
    return Money(minor, "USD")


@pytest.fixture
async def till(till_url: str) -> AsyncIterator[Till]:
    """PayPal has USD 94.00 of a gift S of 100.00 for medical help."""
    async with Till.open(till_url, DAY) as till:
        sale = Came(
            "paypal", "S", usd(100_00), TAKEN, usd(6_00), held=False, purpose="medical", sure=Sure.PAID
        )
        await till.do(lambda unit: book_payment(unit, sale))
        yield till
        assert await till.breaches() == set()
        await agrees(till)


def charge(minor: int = 20_00, **more: Any) -> Charge:
    """A chargeback fee of PayPal's."""
    return replace(Charge(uuid7(), "medical", "paypal", usd(minor), "F1", TAKEN), **more)


async def book(till: Till, wanted: Charge) -> Any:
    return await till.do(lambda unit: charges.charge(unit, wanted))


def row(code: str, minor: int, name: str, currency: str = "USD", of: str | None = "S") -> Row:
    gross = Amount(minor, currency)
    return Row(name, kind_of(code, gross), "completed", gross, AT, code=code, refers_to=of)


async def compared(till: Till, *rows: Row) -> dict[str, Match]:
    """How rows are found; those that are not the group's are left out."""
    kept = await ours(till.units, rows, frozenset())
    found = await reconcile(till.units, staff("treasurer"), ZoneInfo("Asia/Tokyo"), kept.rows)
    return {each.transaction_id: match for each, match in found}


async def test_a_charge_is_booked_once_borne_by_a_fund_and_undone(till: Till) -> None:
    done = await book(till, charge())
    assert isinstance(done, Charged), done
    assert isinstance(await book(till, charge()), Refused)
    assert await till.fund("medical", "USD") == (74_00, 0, 0)
    assert isinstance(await book(till, charge(5_00, reference="F2", back=True)), Charged)
    assert await till.fund("medical", "USD") == (79_00, 0, 0)
    assert isinstance(await till.do(lambda unit: charges.undo(unit, done.id, "typed twice")), Charged)
    assert isinstance(await till.do(lambda unit: charges.undo(unit, done.id, "again")), Refused)
    assert await till.fund("medical", "USD") == (99_00, 0, 0)
    assert isinstance(await book(till, charge()), Charged)


@pytest.mark.parametrize(
    "wrong",
    [
        charge(94_01),
        charge(fund="food"),
        charge(place="bank"),
        charge(happened_on=date(2006, 11, 11)),
        charge(amount=Money(1, "JPY")),
    ],
    ids=["more than there is", "another fund", "another place", "to come", "another currency"],
)
async def test_what_is_not_there_is_not_taken(till: Till, wrong: Charge) -> None:
    assert isinstance(await book(till, wrong), Refused)
    assert await till.fund("medical", "USD") == (94_00, 0, 0)


async def test_a_charge_that_came_back_and_is_spent_cannot_be_undone(till: Till) -> None:
    back = await book(till, charge(5_00, back=True))
    assert isinstance(await book(till, charge(99_00, reference="F2")), Charged)
    assert isinstance(await till.do(lambda unit: charges.undo(unit, back.id, "was none")), Refused)


async def test_the_list_finds_charges_by_their_reference(till: Till) -> None:
    # A fee that may be told with its payment too is booked by hand.
    fee, back = row("T0107", -20_00, "F1"), row("T1108", 5_00, "F2")
    for _ in range(2):
        assert await compared(till, fee, back) == {"F1": Match.UNKNOWN, "F2": Match.UNKNOWN}
    await book(till, charge())
    await book(till, charge(4_00, reference="F2", back=True))
    for _ in range(2):
        assert await compared(till, fee, back) == {"F1": Match.MATCHED, "F2": Match.DIFFERENT}
    # Of the account and no payment: PayPal's list finds it once it is booked.
    account = row("T0100", -1_00, "F3", of=None)
    assert await compared(till, account) == {}
    await book(till, charge(1_00, reference="F3"))
    assert await compared(till, account) == {"F3": Match.MATCHED}


async def test_a_fee_that_came_back_with_a_refund_is_that_one(till: Till) -> None:
    back = WentBack("paypal", "R", "S", usd(50_00), TAKEN, 3_00)
    await till.do(lambda unit: book_refund(unit, back))
    fees = [row("T1109", 3_00, "F4"), row("T1109", 3_00, "F5", of="R"), row("T1109", 2_00, "F6")]
    found = await compared(till, *fees)
    assert found == {"F4": Match.MATCHED, "F5": Match.MATCHED, "F6": Match.UNKNOWN}


@pytest.mark.parametrize("reference", ["S", "C1", "C2"])
async def test_two_rows_of_the_list_are_one_conversion(till: Till, reference: str) -> None:
    rows = [row("T0200", -50_00, "C1"), row("T0200", 5_800, "C2", "JPY")]
    # A list that has one of them says not what it was changed into.
    for each in rows:
        assert set((await compared(till, each)).values()) == {Match.UNKNOWN}

    def work() -> Any:
        return converting("medical", "paypal", usd(50_00), Money(5_800, "JPY"), TAKEN, reference=reference)

    done = await till.do(work())
    assert isinstance(done, Converted), done
    assert isinstance(await till.do(work()), Refused)
    for _ in range(2):
        assert await compared(till, *rows) == {"C1": Match.MATCHED, "C2": Match.MATCHED}
    wrong = [replace(rows[0], gross=Amount(-49_00, "USD")), replace(rows[1], gross=Amount(5_801, "JPY"))]
    assert await compared(till, *wrong) == {"C1": Match.DIFFERENT, "C2": Match.DIFFERENT}
    await till.do(lambda unit: conversions.undo(unit, done.id, "typed twice"))
    assert await compared(till, *rows) == {"C1": Match.UNKNOWN, "C2": Match.UNKNOWN}
    assert isinstance(await till.do(work()), Converted)


async def test_the_doctor_sees_a_charge_that_the_ledger_does_not_have(till: Till) -> None:
    await book(till, charge())
    for change, seen in (("amount + 1", {CHECK}), ("amount - 1", set[str]())):
        await till.rows(f"UPDATE charge SET amount = {change}")  # noqa: S608, ours
        assert await till.breaches() == seen


@pytest.mark.parametrize(
    ("kind", "minor", "words"),
    [
        ("fee", -1, "POST /charges, with the fund"),
        ("fee", 1, "with `back`"),
        ("conversion", 1, "POST /conversions"),
        ("withdrawal", -1, "POST /transfers"),
        ("refund", -1, "Look it up at PayPal"),
    ],
)
def test_what_to_do_about_an_unknown_row_is_said(kind: str, minor: int, words: str) -> None:
    assert words in advice(Kind(kind), Match.UNKNOWN, minor)
    assert advice(Kind(kind), Match.MATCHED, minor) == ""
