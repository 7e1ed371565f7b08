"""Rules of purchases and shortages."""

from dataclasses import replace
from datetime import date
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.inventory.domain.items import Kind
from services.inventory.domain.purchases import (
    Appeal,
    Plan,
    Price,
    Purchase,
    fact_of,
    followed,
    planned,
    proposed,
)
from services.inventory.domain.shortages import Said, Shortage, is_news, told
from shared.contracts.inventory import PurchaseStatus

DAY, NEXT = date(2006, 11, 1), date(2006, 11, 2)
FUNDED = Appeal(UUID(int=1), "rice", 56_500, 22_600, "JPY", "funded")
RICE = Price(400, "JPY", 1_000)
PROPOSED = proposed(UUID(int=2), FUNDED, RICE)


@pytest.mark.parametrize(
    ("price", "quantity", "cost"),
    [
        (Price(2_000, "USD"), 300, 600_000),
        (RICE, 56_500, 22_600),
        (RICE, 1, 1),
        (RICE, 2_501, 1_001),
        (Price(1, "JPY", 10**12), 1, 1),
    ],
)
def test_a_cost_is_rounded_up_once_at_the_total(price: Price, quantity: int, cost: int) -> None:
    assert price.cost(quantity) == cost


@pytest.mark.parametrize(
    ("price", "cost"),
    [(RICE, 22_600), (Price(500, "JPY", 1_000), 28_250), (None, 22_600), (Price(4, "USD", 1_000), 22_600)],
)
def test_a_proposal_costs_by_the_price_in_the_appeals_currency(price: Price | None, cost: int) -> None:
    """Without one, it costs what the appeal asked for."""
    assert proposed(UUID(int=2), FUNDED, price).cost == cost


@pytest.mark.parametrize("status", list(PurchaseStatus))
@pytest.mark.parametrize(
    ("appeal", "proposal"),
    [
        ("open", PurchaseStatus.CANCELLED),
        ("withdrawn", PurchaseStatus.CANCELLED),
        ("closed_short", PurchaseStatus.CANCELLED),
        ("met", PurchaseStatus.CANCELLED),
        ("some_day", PurchaseStatus.CANCELLED),
        ("ordered", PurchaseStatus.PROPOSED),
        ("funded", PurchaseStatus.PROPOSED),
    ],
)
def test_a_proposal_lives_with_the_money_and_what_is_ordered_stays(
    status: PurchaseStatus, appeal: str, proposal: PurchaseStatus
) -> None:
    before = replace(PROPOSED, status=status)
    after = followed(before, replace(FUNDED, status=appeal), RICE)
    assert after.status is (proposal if status is PurchaseStatus.PROPOSED else status)


def test_a_proposal_follows_the_appeals_quantity() -> None:
    after = followed(replace(PROPOSED, version=4), replace(FUNDED, quantity=1_000, target=400), RICE)
    assert (after.quantity, after.cost, after.version) == (1_000, 400, 4)


@pytest.mark.parametrize(
    ("received", "over", "status"),
    [
        (0, False, "ordered"),
        (0, True, "cancelled"),
        (1, False, "arrived_part"),
        (1, True, "arrived"),
        (9, True, "arrived"),
    ],
)
def test_an_ordered_purchase_is_what_its_planned_delivery_says(
    received: int, over: bool, status: str
) -> None:
    after = planned(PROPOSED, Plan(9, received, NEXT, over))
    fact = fact_of(replace(after, version=1), "g", DAY)
    assert (fact.status, fact.due_on, fact.lines[0].quantity, fact.lines[0].arrived) == (
        status,
        NEXT,
        9,
        received,
    )


KIT = Shortage("first-aid-kit", Kind.KIT, "kit")


@pytest.mark.parametrize(
    ("before", "now", "same_day", "later"),
    [
        ((0, 0), (0, 5), False, False),
        ((0, 0), (1, 0), True, True),
        ((1, 0), (0, 0), True, True),
        ((4, 0), (7, 0), False, True),
        ((4, 0), (8, 0), True, True),
        ((8, 0), (7, 0), True, True),
        ((8, 0), (8, 0), False, False),
        ((8, 0), (8, 3), True, True),
    ],
)
def test_a_shortage_is_told_in_steps_within_a_day_and_exactly_on_the_next(
    before: tuple[int, int], now: tuple[int, int], same_day: bool, later: bool
) -> None:
    said, short = Said(3, *before, on_day=DAY), replace(KIT, missing=now[0], coming=now[1])
    assert (is_news(short, said, DAY), is_news(short, said, NEXT)) == (same_day, later)


@given(st.lists(st.integers(0, 40), max_size=60))
def test_many_changes_within_a_day_make_few_facts_and_the_last_is_near(changes: list[int]) -> None:
    said = Said()
    for missing in changes:
        now = replace(KIT, missing=missing)
        if is_news(now, said, DAY):
            said = told(now, said, DAY)
            assert (said.since is None) == (missing == 0)
        assert said.missing.bit_length() == missing.bit_length()


def test_a_shortage_that_grows_by_one_a_thousand_times_is_told_ten_times() -> None:
    said = told(KIT, Said(), DAY)
    for missing in range(1, 1_001):
        if is_news(replace(KIT, missing=missing), said, DAY):
            said = told(replace(KIT, missing=missing), said, DAY)
    assert said.version == 11


def test_a_purchase_is_told_without_a_place() -> None:
    fact = fact_of(Purchase(UUID(int=1), UUID(int=2), "rice", 5, 7, 5, "JPY", version=1), "g", DAY)
    assert "depot" not in fact.model_dump_json()
