"""Rules of needs, and of appeals whose goods are bought."""

from dataclasses import replace
from datetime import date
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.donations.domain.appeals import Appeal, Need, Price, fund_for, needed, short_of
from services.donations.domain.entries import purchased
from services.donations.domain.funds import Fund, FundKey
from services.donations.domain.ledger import place, unbalanced
from services.donations.domain.money import Money
from services.donations.domain.purchases import OWED, Purchase, heard, stands, to_book
from shared.contracts.base import Money as Said
from shared.contracts.donations import AppealStatus
from shared.contracts.inventory import PurchaseChanged, PurchaseLine, PurchaseStatus, ShortageChanged

DAY = date(2006, 11, 1)
APPEAL = Appeal(UUID(int=1), "rice", 1_000, "food", "JPY", 400, raised=400, status=AppealStatus.FUNDED)
KEY = FundKey("food", "JPY")
FINAL = {AppealStatus.CLOSED_SHORT, AppealStatus.WITHDRAWN}


def told(version: int, status: str, cost: int, currency: str = "JPY") -> PurchaseChanged:
    return PurchaseChanged(
        purchase_id=UUID(int=9),
        version=version,
        appeal_id=APPEAL.id,
        status=status,
        lines=(PurchaseLine(item="rice", quantity=1_000, unit="g"),),
        cost=Said(amount=cost, currency=currency),
        on=DAY,
    )


@pytest.mark.parametrize(
    ("missing", "coming", "short"), [(0, 0, 0), (5, 0, 5), (5, 3, 2), (5, 5, 0), (5, 9, 0)]
)
def test_what_is_on_its_way_is_not_appealed_for(missing: int, coming: int, short: int) -> None:
    fact = ShortageChanged(
        shortage_id=UUID(int=3),
        version=1,
        item="first-aid-kit",
        kind="kit",
        missing=missing,
        coming=coming,
        unit="kit",
        households=1,
        on=DAY,
    )
    assert short_of(fact) == short


@given(st.integers(0, 100), st.integers(0, 100), st.integers(0, 100))
def test_an_appeal_is_for_the_larger_of_forecast_and_shortage_and_never_less_than_staff_asked(
    forecast: int, shortage: int, asked: int
) -> None:
    quantity = Need("rice", "food", forecast, DAY, shortage).quantity
    assert quantity == max(forecast, shortage)
    after = needed(
        replace(APPEAL, raised=0, status=AppealStatus.OPEN, asked=asked), quantity, Price(4, "JPY", 10)
    )
    if quantity or asked:
        assert after.quantity == max(forecast, shortage, asked)
    else:
        assert after.status is AppealStatus.WITHDRAWN


@pytest.mark.parametrize(
    ("kind", "fund"), [("food", "food"), ("clothing", "clothing"), ("kit", "medical"), ("boat", "general")]
)
def test_goods_of_a_kind_are_for_a_fund(kind: str, fund: str) -> None:
    assert fund_for(kind) == fund


@pytest.mark.parametrize("status", list(PurchaseStatus))
def test_what_is_ordered_is_owed_and_what_is_cancelled_is_not(status: PurchaseStatus) -> None:
    after = heard(None, told(1, status.value, 400), "food")
    assert (after.owed, after.key) == (400 if status in OWED else 0, KEY)


def test_a_status_that_nobody_knows_yet_changes_nothing_that_is_owed() -> None:
    before = replace(heard(None, told(1, "ordered", 400), "food"), spent=400)
    after = heard(before, told(2, "on_the_way", 500), "food")
    assert (after.owed, after.spent, after.cost) == (400, 400, 500)
    with pytest.raises(ValueError, match="somebody has to look"):
        heard(before, told(3, "ordered", 400, "USD"), "food")


@given(
    st.lists(st.tuples(st.sampled_from(list(PurchaseStatus)), st.integers(1, 500)), min_size=1),
    st.integers(0, 900),
)
def test_a_fund_spends_what_is_owed_as_far_as_it_can_and_is_never_overdrawn(
    story: list[tuple[PurchaseStatus, int]], has: int
) -> None:
    fund, purchase = Fund(KEY, balance=has), None
    for version, (status, cost) in enumerate(story, 1):
        purchase = heard(purchase, told(version, status.value, cost), "food")
        more = to_book(purchase, fund)
        if more:
            assert unbalanced(purchased(place("bank", "JPY"), "food", Money(more, "JPY"))) == {}
        purchase, fund = replace(purchase, spent=purchase.spent + more), fund.changed(balance=-more)
        assert fund.balance >= 0
        assert fund.balance + purchase.spent == has
        assert purchase.spent == min(purchase.owed, has)


def test_what_is_promised_to_grants_is_not_spent_on_purchases() -> None:
    purchase = Purchase(UUID(int=9), currency="JPY", fund="food", owed=400)
    assert to_book(purchase, Fund(KEY, balance=500, held=100, set_aside=300)) == 100
    assert to_book(purchase, Fund(KEY, balance=100, set_aside=300)) == 0


@pytest.mark.parametrize(
    ("appeal", "was", "purchases", "after"),
    [
        ("funded", "", ["proposed"], "funded"),
        ("funded", "proposed", ["ordered"], "ordered"),
        ("open", "", ["ordered"], "ordered"),
        ("funded", "", ["arrived"], "met"),
        ("ordered", "ordered", ["arrived_part"], "ordered"),
        ("ordered", "arrived_part", ["arrived"], "met"),
        ("ordered", "ordered", ["cancelled"], "funded"),
        ("ordered", "ordered", ["cancelled", "ordered"], "ordered"),
        ("ordered", "ordered", ["ordered", "cancelled"], "ordered"),
        ("met", "arrived", ["ordered"], "ordered"),
        ("met", "arrived", ["arrived_part"], "ordered"),
        ("met", "arrived", ["cancelled"], "funded"),
        ("met", "proposed", ["cancelled"], "met"),
        ("met", "", ["ordered"], "met"),
        ("funded", "proposed", ["cancelled"], "funded"),
    ],
)
def test_an_appeal_stands_as_its_purchases_do(
    appeal: str, was: str, purchases: list[str], after: str
) -> None:
    assert stands(replace(APPEAL, status=AppealStatus(appeal)), was, purchases).status == after


@given(
    st.sampled_from(sorted(FINAL)),
    st.sampled_from(["", *PurchaseStatus]),
    st.lists(st.sampled_from(list(PurchaseStatus))),
)
def test_what_staff_closed_stays_closed(
    status: AppealStatus, was: str, purchases: list[PurchaseStatus]
) -> None:
    appeal = replace(APPEAL, status=status)
    assert stands(appeal, was, purchases) == appeal


def test_a_cancelled_order_of_an_appeal_whose_gift_was_refunded_opens_it_again() -> None:
    appeal = replace(APPEAL, raised=399, status=AppealStatus.ORDERED)
    assert stands(appeal, "ordered", ["cancelled"]).status is AppealStatus.OPEN
