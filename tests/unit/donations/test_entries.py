"""Whatever happens to money, its lines balance, and no fund falls below zero."""

from datetime import date
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.donations.domain import entries
from services.donations.domain.funds import FUNDS, Fund, FundKey
from services.donations.domain.ledger import (
    Entry,
    EntryKind,
    Kind,
    Line,
    account,
    difference_of,
    lines_of,
    place,
    unbalanced,
)
from services.donations.domain.money import CURRENCIES, Money

AMOUNTS = st.integers(0, 10_000)
KEY = FundKey("food", "JPY")
BANK = place("bank", "JPY")


def yen(minor: int) -> Money:
    return Money(minor, "JPY")


@st.composite
def funds(draw: st.DrawFn) -> Fund:
    balance = draw(AMOUNTS)
    held = draw(st.integers(0, balance))
    return Fund(KEY, balance, held, draw(st.integers(0, balance - held)))


def after(fund: Fund, lines: entries.Lines) -> Fund:
    change = difference_of(lines, fund.key)
    return fund.changed(change.balance, change.held)


@given(AMOUNTS, AMOUNTS, st.booleans())
def test_a_gift_raises_its_fund_by_what_is_left_after_the_fee(net: int, fee: int, held: bool) -> None:
    gross = net + fee
    lines = entries.gift(BANK, "food", yen(gross), yen(fee), held=held)
    assert unbalanced(lines) == {}
    assert difference_of(lines, KEY) == (gross - fee, gross - fee if held else 0)


@given(funds(), AMOUNTS, AMOUNTS, AMOUNTS)
def test_a_refund_takes_no_fund_below_zero(fund: Fund, amount: int, fee_back: int, held: int) -> None:
    fee_back = min(fee_back, amount)
    lines = entries.refund(BANK, fund, yen(amount), yen(fee_back), yen(min(held, fund.held)))
    assert unbalanced(lines) == {}
    then = after(fund, lines)
    assert min(then.balance, then.held, then.available) >= 0
    lost = {line.account.kind: line.amount for line in lines}
    assert lost.get(Kind.INCOME, 0) + lost.get(Kind.UNCOVERED, 0) == amount
    if fund.available >= amount:
        assert Kind.UNCOVERED not in lost


@given(funds(), AMOUNTS, AMOUNTS)
def test_a_fee_that_is_learned_later_takes_no_fund_below_zero(fund: Fund, fee: int, held: int) -> None:
    lines = entries.fee_known(BANK, fund, yen(fee), yen(min(held, fund.held)))
    assert unbalanced(lines) == {}
    then = after(fund, lines)
    assert min(then.balance, then.held, then.available) >= 0
    paid = {line.account.kind: line.amount for line in lines}
    assert paid.get(Kind.FEES, 0) + paid.get(Kind.UNCOVERED, 0) == fee
    if fund.available >= fee:
        assert Kind.UNCOVERED not in paid


@given(funds(), AMOUNTS)
def test_what_a_dispute_holds_is_never_more_than_the_fund_has(fund: Fund, amount: int) -> None:
    lines = entries.taken_hold(BANK, fund, yen(amount))
    assert unbalanced(lines) == {}
    then = after(fund, lines)
    assert (then.balance, then.available) == (fund.balance, max(0, fund.available - amount))
    kept = then.held - fund.held
    assert after(then, entries.let_go(BANK, "food", yen(kept), yen(amount - kept))) == fund


@given(funds(), st.integers(1, 10_000), st.sampled_from([each for each in FUNDS if each != "food"]))
def test_moving_covering_and_paying_balance(fund: Fund, amount: int, other: str) -> None:
    moved = entries.moved("food", other, yen(amount))
    covered = entries.covered(other, "food", yen(amount))
    paid, back = entries.paid(BANK, "food", yen(amount)), entries.cover_back("food", yen(amount))
    assert [unbalanced(each) for each in (moved, covered, paid, back)] == [{}, {}, {}, {}]
    assert after(fund, back).balance == fund.balance + amount
    assert after(fund, moved).balance == after(fund, paid).balance == fund.balance - amount
    # Who covers pays; the fund that had spent the money has what it had.
    assert after(fund, covered) == fund
    assert difference_of(covered, FundKey(other, "JPY")).balance == -amount


@given(st.integers(1, 10_000), st.integers(1, 10_000), st.sampled_from(sorted({*CURRENCIES} - {"JPY"})))
def test_a_conversion_balances_in_each_currency(given_minor: int, got_minor: int, currency: str) -> None:
    got = Money(got_minor, currency)
    lines = entries.converted(BANK, place("bank", currency), "food", yen(given_minor), got)
    assert unbalanced(lines) == {}
    assert difference_of(lines, KEY).balance == -given_minor
    assert difference_of(lines, FundKey("food", currency)).balance == got_minor


def test_money_that_went_there_and_back_leaves_its_loss_in_the_exchange_account() -> None:
    there = entries.converted(place("bank", "EUR"), BANK, "food", Money(100_00, "EUR"), yen(15_000))
    back = entries.converted(BANK, place("bank", "EUR"), "food", yen(16_000), Money(100_00, "EUR"))
    left = {line.account.code: line.amount for line in lines_of(*there, *back)}
    assert left == {"bank.JPY": -1_000, "exchange.food.JPY": 1_000}


def test_an_entry_out_of_balance_cannot_be_made() -> None:
    day, income = date(2006, 11, 1), account(Kind.INCOME, "JPY", "food")
    for lines in ((Line(BANK, 5), Line(income, -4)), (Line(BANK, 5), Line(place("bank", "USD"), -5)), ()):
        with pytest.raises(ValueError, match=r"sum to zero|no lines"):
            Entry(UUID(int=1), EntryKind.GIFT, day, day, lines)


@pytest.mark.parametrize(
    ("kind", "currency", "fund"),
    [
        (Kind.INCOME, "JPY", ""),
        (Kind.BANK, "JPY", "food"),
        (Kind.BANK, "HUF", ""),
        (Kind.FEES, "JPY", "roof"),
    ],
)
def test_an_account_that_is_none_is_refused(kind: Kind, currency: str, fund: str) -> None:
    with pytest.raises(ValueError, match=r"no account"):
        account(kind, currency, fund)
