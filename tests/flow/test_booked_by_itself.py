"""What PayPal took for its work, and what it changed, is booked from its list once, where nobody has to decide."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from services.donations.commands import appeals, by_itself, charges, conversions, funds
from services.donations.commands.booking import Came
from services.donations.commands.conversions import Converted
from services.donations.commands.giving_back import WentBack, book_refund
from services.donations.commands.matching import Match
from services.donations.domain.appeals import Appeal, Price
from services.donations.domain.days import Sure
from services.donations.domain.money import Money
from services.donations.paypal.pairs import NoPair
from services.donations.paypal.transactions import Row
from shared.outcomes import Refused
from tests.flow.test_charges import compared, row, usd
from tests.support.judge import agrees
from tests.support.noticed import book_payment
from tests.support.till import WITHOUT_PURPOSE, Till, converting

DAY, TAKEN = date(2006, 11, 10), date(2006, 10, 20)
EARLY = datetime(2006, 11, 9, 3, tzinfo=UTC)
FEE = row("T0106", -20_00, "F1")
GIVEN, GOT = row("T0200", -50_00, "C1"), row("T0200", 5_800, "C2", "JPY")
BACK = row("T0200", 49_00, "C2")
MISSING, MATCHED, UNKNOWN = Match.MISSING, Match.MATCHED, Match.UNKNOWN


@pytest.fixture
async def till(till_url: str) -> AsyncIterator[Till]:
    """PayPal has USD 94.00 of a gift S for medical help, of which R is a refund of 10.00; and 30.00 of nobody knows
    what for, U.
    """
    async with Till.open(till_url, DAY) as till:
        sale = Came("paypal", "S", usd(104_00), TAKEN, usd(0), held=False, purpose="medical", sure=Sure.PAID)
        for each in (sale, replace(sale, transaction_id="U", gross=usd(30_00), purpose="unassigned")):
            await till.do(lambda unit, each=each: book_payment(unit, each))  # type: ignore[misc]
        back = WentBack("paypal", "R", "S", usd(10_00), TAKEN)
        await till.do(lambda unit: book_refund(unit, back))
        yield till
        assert await till.breaches() - {WITHOUT_PURPOSE} == set()
        await agrees(till)


async def reasons(till: Till) -> dict[str, str]:
    found = await till.rows("SELECT transaction_id, reason FROM finding WHERE status = 'unknown'")
    return {each["transaction_id"]: each["reason"] for each in found}


BOOKED: dict[str, tuple[list[Row], int, int]] = {
    # Rows, and what the medical fund has then in USD and in JPY.
    "a fee for a chargeback": ([FEE], 74_00, 0),
    "a fee for a dispute": ([row("T0114", -20_00, "F1")], 74_00, 0),
    "a fee that names the refund": ([row("T0106", -20_00, "F1", of="R")], 74_00, 0),
    "a conversion": ([GIVEN, GOT], 44_00, 5_800),
    "its other row refers to the first": ([GIVEN, replace(GOT, refers_to="C1")], 44_00, 5_800),
    "its first row refers to the other": ([replace(GIVEN, refers_to="C2"), GOT], 44_00, 5_800),
    "a conversion of a refund": ([replace(each, refers_to="R") for each in (GIVEN, GOT)], 44_00, 5_800),
    "both": ([FEE, GIVEN, GOT], 24_00, 5_800),
}


@pytest.mark.parametrize("backwards", [False, True])
@pytest.mark.parametrize("name", BOOKED)
async def test_what_leaves_nothing_open_is_booked_once(till: Till, name: str, backwards: bool) -> None:
    rows, dollars, yen = BOOKED[name]
    in_order = rows[::-1] if backwards else rows
    found = await compared(till, *in_order)
    assert set(found.values()) <= {MISSING, MATCHED}
    for _ in range(2):
        assert set((await compared(till, *in_order)).values()) == {MATCHED}
        assert (await till.fund("medical", "USD"), await till.fund("medical")) == (
            (dollars, 0, 0),
            (yen, 0, 0),
        )


async def test_two_who_send_the_list_at_once_book_it_once(till: Till) -> None:
    rows = [FEE, GIVEN, GOT]
    both = await asyncio.gather(compared(till, *rows), compared(till, *rows[::-1]))
    assert {match for found in both for match in found.values()} <= {MISSING, MATCHED}
    assert (await till.fund("medical", "USD"), await till.fund("medical")) == ((24_00, 0, 0), (5_800, 0, 0))
    assert await reasons(till) == {}


LEFT: dict[str, tuple[Sequence[Row], str]] = {
    # Rows that stay a treasurer's, and why, as far as that is said.
    "a fee that may be the payment's": ([replace(FEE, code="T0107")], ""),
    "a fee that came back": ([row("T1108", 20_00, "F1")], ""),
    "a fee of money without a purpose": ([replace(FEE, refers_to="U")], by_itself.NOBODY_S),
    "more than is free": ([replace(FEE, gross=row("", -94_01, "").gross)], "not enough"),
    "a currency without accounts": ([row("T0106", -5_00, "F1", "GBP")], by_itself.NOT_KEPT),
    "a day that is not over": ([replace(FEE, at=EARLY)], ""),
    "one row of a conversion": ([GIVEN], NoPair.ALONE),
    "three rows about one payment": ([GIVEN, GOT, replace(GOT, transaction_id="C3")], NoPair.MANY),
    "both went the same way": ([GIVEN, row("T0200", -5_800, "C2", "JPY")], NoPair.UNFIT),
    "both in one currency": ([GIVEN, row("T0200", 50_00, "C2")], NoPair.UNFIT),
    "into a currency without accounts": ([GIVEN, row("T0200", 26_00, "C2", "GBP")], by_itself.NOT_KEPT),
    "of money without a purpose": (
        [replace(each, refers_to="U") for each in (GIVEN, GOT)],
        by_itself.NOBODY_S,
    ),
    "more than the fund has": ([row("T0200", -94_01, "C1"), GOT], "not enough"),
}


@pytest.mark.parametrize("name", LEFT)
async def test_what_leaves_something_open_stays_with_its_reason(till: Till, name: str) -> None:
    rows, reason = LEFT[name]
    for _ in range(2):
        assert set((await compared(till, *rows)).values()) == {UNKNOWN}
        assert all(reason in each if reason else not each for each in (await reasons(till)).values())
    assert await till.fund("medical", "USD") == (94_00, 0, 0)


async def test_of_a_closed_month_nothing_is_booked_by_itself(till: Till) -> None:
    await till.do(lambda unit: funds.close_month(unit, date(2006, 10, 1)), alone=True)
    assert set((await compared(till, FEE, GIVEN, GOT)).values()) == {UNKNOWN}
    assert set((await reasons(till)).values()) == {by_itself.CLOSED}
    assert await till.fund("medical", "USD") == (94_00, 0, 0)


async def test_what_staff_undid_is_not_booked_by_itself_again(till: Till) -> None:
    await compared(till, FEE, GIVEN, GOT)
    (charge,), (conversion,) = (
        await till.rows("SELECT id FROM charge"),
        await till.rows("SELECT id FROM conversion"),
    )
    await till.do(lambda unit: charges.undo(unit, charge["id"], "another fund's"))
    await till.do(lambda unit: conversions.undo(unit, conversion["id"], "another fund's"))
    assert set((await compared(till, FEE, GIVEN, GOT)).values()) == {UNKNOWN}
    assert set((await reasons(till)).values()) == {by_itself.UNDONE}


OF_APPEALS: dict[str, tuple[list[Row], str, int]] = {
    # Rows, the appeal's currency, and what it has raised once they are booked.
    "the payment's own, into the appeal's currency": ([GIVEN, GOT], "JPY", 5_800),
    "a refund's": ([replace(each, refers_to="RA") for each in (GIVEN, GOT)], "JPY", 0),
    "out of the appeal's currency": ([GIVEN, GOT], "USD", 50_00),
    "back into it, of what is raised already": ([row("T0200", -5_800, "C1", "JPY"), BACK], "USD", 50_00),
}


@pytest.mark.parametrize("name", OF_APPEALS)
async def test_what_was_changed_for_an_appeal_counts_once(till: Till, name: str) -> None:
    rows, currency, raised = OF_APPEALS[name]
    await till.do(lambda unit: appeals.set_price(unit, "kit", Price(20_000, currency, 1)))
    appeal: Any = await till.do(lambda unit: appeals.open_appeal(unit, "kit", 1, "food"))
    assert isinstance(appeal, Appeal)
    came = Came(
        "paypal",
        "A",
        usd(60_00),
        TAKEN,
        usd(0),
        held=False,
        appeal_id=appeal.id,
        purpose="food",
        sure=Sure.PAID,
    )
    also = replace(came, transaction_id="B", gross=usd(150_00), appeal_id=None)
    for each in (came, also):
        await till.do(lambda unit, each=each: book_payment(unit, each))  # type: ignore[misc]
    await till.do(lambda unit: book_refund(unit, WentBack("paypal", "RA", "A", usd(10_00), TAKEN)))
    yen = converting("food", "paypal", usd(60_00), Money(6_000, "JPY"), TAKEN, reference="other")
    await till.do(yen)
    pair = [replace(each, refers_to="A" if each.refers_to == "S" else each.refers_to) for each in rows]
    assert set((await compared(till, *pair)).values()) <= {MISSING, MATCHED}
    (found,) = await till.rows("SELECT raised FROM appeal")
    assert found["raised"] == raised


AFTER_C1 = [replace(GIVEN), replace(GOT, refers_to="C1")]
BY_HAND: dict[str, tuple[Sequence[Row], str | None]] = {
    # The rows of one conversion, and the reference under which staff book it.
    "under what both are about": ([GIVEN, GOT], "S"),
    "under its first row": ([GIVEN, GOT], "C1"),
    "under its other row": ([GIVEN, GOT], "C2"),
    "under the row that refers to the first": (AFTER_C1, "C2"),
    "under what the first is about": (AFTER_C1, "S"),
    "without a reference": ([GIVEN, GOT], None),
}


def by_hand(reference: str | None, days: int = 0) -> Any:
    on = TAKEN + timedelta(days=days)
    return converting("medical", "paypal", usd(50_00), Money(5_800, "JPY"), on, reference=reference)


@pytest.mark.parametrize("name", BY_HAND)
async def test_a_conversion_is_booked_once_by_staff_or_by_itself(till: Till, name: str) -> None:
    rows, reference = BY_HAND[name]
    more = Came("paypal", "B", usd(100_00), TAKEN, usd(0), held=False, purpose="medical", sure=Sure.PAID)
    await till.do(lambda unit: book_payment(unit, more))
    for order in ("staff first", "each row by itself", "list first", "at once"):
        await till.rows("DELETE FROM finding")
        work = [till.do(by_hand(reference, days=1))]
        if order == "each row by itself":
            for each in rows:
                assert await compared(till, each) == {each.transaction_id: UNKNOWN}
        if order == "at once":
            work.append(compared(till, *rows))
            await asyncio.gather(*work)
        elif order == "list first":
            assert set((await compared(till, *rows)).values()) <= {MISSING, MATCHED}
            assert isinstance(await work[0], Refused)
        else:
            assert isinstance(await work[0], Converted)
        found = await compared(till, *rows)
        (done,) = await till.rows("SELECT id, reference FROM conversion WHERE NOT undone")
        assert set(found.values()) == {UNKNOWN if done["reference"] is None else MATCHED}, order
        if done["reference"] is None:
            assert all("booked of 2006-10-21" in each for each in (await reasons(till)).values())
        for each in rows:
            # One row alone, too.
            assert set((await compared(till, each)).values()) == set(found.values()), order
        assert await till.fund("medical", "USD") == (144_00, 0, 0)
        await till.do(lambda unit, done=done: conversions.undo(unit, done["id"], "once more"))  # type: ignore[misc]
        await till.rows("DELETE FROM conversion RETURNING id")


WAY_BACK = [row("T0200", -5_800, "C3", "JPY"), row("T0200", 49_00, "C4")]


async def test_money_of_one_payment_is_changed_twice(till: Till) -> None:
    for pair, dollars, yen in (([GIVEN, GOT], 44_00, 5_800), (WAY_BACK, 93_00, 0)):
        for _ in range(2):
            assert set((await compared(till, *pair)).values()) <= {MISSING, MATCHED}
            assert (await till.fund("medical", "USD"))[0] == dollars
            assert (await till.fund("medical"))[0] == yen
    assert set((await compared(till, GIVEN, GOT, *WAY_BACK)).values()) == {MATCHED}


async def test_which_of_four_rows_belong_together_staff_say(till: Till) -> None:
    every = [GIVEN, GOT, *WAY_BACK]
    assert set((await compared(till, *every)).values()) == {UNKNOWN}
    assert isinstance(await till.do(by_hand("C1")), Converted)
    assert await compared(till, *every) == {"C1": MATCHED, "C2": MATCHED, "C3": UNKNOWN, "C4": UNKNOWN}
    back = converting("medical", "paypal", Money(5_800, "JPY"), usd(49_00), TAKEN, reference="C3")
    assert isinstance(await till.do(back), Converted)
    assert set((await compared(till, *every)).values()) == {MATCHED}
