"""What fieldworkers carry stays their fund's, can be promised to nobody, and always balances."""

from datetime import date
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.donations.domain import advances, entries, in_kind
from services.donations.domain.advances import Advance
from services.donations.domain.funds import FundKey
from services.donations.domain.ledger import (
    Account,
    Kind,
    account,
    difference_of,
    lines_of,
    place,
    unbalanced,
)
from services.donations.domain.money import Money
from services.donations.domain.pledges import Due, room_for

KEY = FundKey("protection", "JPY")
CASH = place("cash", "JPY")
ADVANCE = Advance(UUID(int=1), "fw-07", "protection", "JPY", 1_000, "cash", date(2006, 11, 1))
MINOR = st.integers(1, 10_000)


def yen(minor: int) -> Money:
    return Money(minor, "JPY")


@given(MINOR, MINOR, MINOR)
def test_an_advance_that_is_settled_and_brought_back_leaves_nothing_carried(
    spent: int, granted: int, back: int
) -> None:
    whole = spent + granted + back
    carried = ADVANCE.carried
    steps = (
        advances.given(CASH, carried, yen(whole)),
        advances.spent(carried, yen(spent)),
        entries.paid(carried, "protection", yen(granted)),
        advances.brought_back(CASH, carried, yen(back)),
    )
    assert [unbalanced(each) for each in steps] == [{}, {}, {}, {}]
    changes = [difference_of(each, KEY) for each in steps]
    assert changes == [(0, whole), (-spent, -spent), (-granted, -granted), (0, -back)]
    left = {line.account.code: line.amount for line in lines_of(*(line for each in steps for line in each))}
    assert left == {
        "cash.JPY": -spent - granted,
        "spent.protection.JPY": spent,
        "grants.protection.JPY": granted,
    }


def test_what_is_left_of_an_advance() -> None:
    assert ADVANCE.carried.code == "advanced.protection.fw-07.JPY"
    assert Advance(**{**vars(ADVANCE), "settled": 300, "returned": 200}).left == 500
    assert Advance(**{**vars(ADVANCE), "undone": True}).left == 0
    assert advances.overdue_before(date(2006, 11, 1), 30) == date(2006, 10, 2)


@pytest.mark.parametrize(
    ("kind", "fund", "holder"),
    [
        (Kind.ADVANCED, "protection", ""),
        (Kind.ADVANCED, "", "fw-07"),
        (Kind.HELD, "protection", "fw-07"),
        (Kind.CASH, "", "fw-07"),
        (Kind.GOODS, "food", ""),
    ],
)
def test_an_account_has_a_holder_where_somebody_carries_money_and_nowhere_else(
    kind: Kind, fund: str, holder: str
) -> None:
    with pytest.raises(ValueError, match="no account"):
        account(kind, "JPY", fund, holder)


@given(MINOR)
def test_goods_are_worth_something_and_of_no_fund(minor: int) -> None:
    lines = in_kind.worth(yen(minor))
    assert (unbalanced(lines), difference_of(lines, FundKey("", "JPY"))) == ({}, (0, 0))
    assert [line.account for line in lines] == [Account(Kind.GOODS, "JPY"), Account(Kind.IN_KIND, "JPY")]
    with pytest.raises(ValueError, match="no place"):
        place("goods", "JPY")


def test_a_payment_keeps_what_it_covers() -> None:
    part = Due(date(2006, 11, 1), yen(500))
    assert room_for(part, 1_000, 500)
    assert not room_for(part, 999, 500)
