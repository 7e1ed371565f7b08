"""Shelves, lots, kits, sizes and rules."""

from datetime import date, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.inventory.domain.items import SIZES, Catalogue, Item, Kind, Season, next_size_up
from services.inventory.domain.kits import Assembled, MissingParts, assemble
from services.inventory.domain.rules import RationPeriod, Rules, period_of, season_of
from services.inventory.domain.stock import Depot, Lot, Shelf, pick
from shared.contracts.intake import ClothingSize
from tests.unit.inventory.builders import CATALOGUE, NOV_1

BILL = {"bandage": 4, "scissors": 1}

lots = st.lists(
    st.builds(
        Lot,
        id=st.uuids(),
        expires=st.none() | st.integers(-9, 30).map(lambda days: NOV_1 + timedelta(days=days)),
        on_hand=st.integers(0, 50),
    ),
    max_size=8,
    unique_by=lambda lot: lot.id,
)


@given(lots, st.integers(0, 200))
def test_the_first_to_expire_is_picked_first_and_nothing_expired(found: list[Lot], quantity: int) -> None:
    picked = dict(pick(found, quantity, NOV_1))
    usable = [lot for lot in found if lot.expires is None or lot.expires >= NOV_1]
    assert sum(picked.values()) == min(quantity, sum(lot.on_hand for lot in usable))
    assert set(picked) <= {lot.id for lot in usable}
    latest = max((lot.expires or date.max for lot in usable if lot.id in picked), default=date.min)
    for lot in usable:
        assert picked.get(lot.id, 0) <= lot.on_hand
        if (lot.expires or date.max) < latest:
            assert picked.get(lot.id, 0) == lot.on_hand


def test_a_lot_is_usable_on_its_last_day() -> None:
    lot = Lot(UUID(int=1), NOV_1, 5)
    assert pick([lot], 9, NOV_1) == [(lot.id, 5)]
    assert pick([lot], 9, NOV_1 + timedelta(days=1)) == []


@given(st.integers(0, 99), st.integers(0, 99))
def test_no_more_is_reserved_of_a_shelf_than_is_there(on_hand: int, reserved: int) -> None:
    if reserved > on_hand:
        with pytest.raises(ValueError, match="reserved of kit"):
            Shelf("north", "kit", on_hand, reserved)
    else:
        assert Shelf("north", "kit", on_hand, reserved).free == on_hand - reserved


@pytest.mark.parametrize("quantity", [-1, 10**13, True, 1.5, "3"])
def test_absurd_quantities_are_refused(quantity: int) -> None:
    with pytest.raises(ValueError, match="on hand must be a whole number"):
        Shelf("north", "kit", quantity)
    with pytest.raises(ValueError, match="reserved must be a whole number"):
        Shelf("north", "kit", 5, quantity)


def test_as_many_whole_kits_as_the_parts_allow_are_put_together() -> None:
    parts = [Shelf("north", "bandage", 11, 1), Shelf("north", "scissors", 9)]
    made = assemble(BILL, parts, 5)
    assert isinstance(made, Assembled)
    assert (made.kits, made.used) == (2, {"bandage": 8, "scissors": 2})
    assert made.reason == "2 of 5 kits put together; 10 bandage short"


def test_all_or_none_names_the_missing_parts() -> None:
    missing = assemble(BILL, [Shelf("north", "bandage", 10)], 5, partial=False)
    assert isinstance(missing, MissingParts)
    assert (missing.possible, missing.missing) == (0, {"bandage": 10, "scissors": 5})
    assert missing.reason == "No kit put together; 10 bandage, 5 scissors short"


def test_a_kit_of_nothing_or_of_two_depots_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one part"):
        assemble({}, [], 1)
    with pytest.raises(ValueError, match="one depot"):
        assemble(BILL, [Shelf("north", "bandage", 1), Shelf("south", "scissors", 1)], 1)


def test_the_next_size_up_stays_within_its_group() -> None:
    steps = {size: next_size_up(size) for size in ("6m", "24m", "98", "158", "S", "XXL", "huge")}
    assert steps == {"6m": "12m", "24m": None, "98": "110", "158": None, "S": "M", "XXL": None, "huge": None}
    assert set(SIZES) == {size.value for size in ClothingSize}


def test_the_family_of_an_item_is_what_can_stand_in_for_it() -> None:
    assert CATALOGUE.family("winter-M") == {"winter-S", "winter-M", "winter-L"}
    assert CATALOGUE.family("rice") == {"rice"}
    assert CATALOGUE.family("unheard-of") == {"unheard-of"}


@pytest.mark.parametrize(
    ("rule", "first", "last"),
    [
        ("month", date(2006, 12, 1), date(2006, 12, 31)),
        ("week", date(2006, 12, 11), date(2006, 12, 17)),
        (7, date(2006, 12, 11), date(2006, 12, 17)),
        (1, date(2006, 12, 13), date(2006, 12, 13)),
    ],
)
def test_ration_periods(rule: RationPeriod, first: date, last: date) -> None:
    assert period_of(date(2006, 12, 13), rule) == (first, last)


@given(
    st.dates(date(2000, 1, 1), date(2050, 1, 1)),
    st.sampled_from(["month", "week"]) | st.integers(1, 366),
)
def test_periods_follow_each_other_without_gap(day: date, rule: RationPeriod) -> None:
    first, last = period_of(day, rule)
    assert first <= day <= last
    assert period_of(last + timedelta(days=1), rule)[0] == last + timedelta(days=1)
    assert period_of(first, rule) == period_of(last, rule) == (first, last)


def test_winter_is_october_to_march_unless_set_otherwise() -> None:
    winter = [m for m in range(1, 13) if season_of(date(2007, m, 15), Rules()) is Season.WINTER]
    assert winter == [1, 2, 3, 10, 11, 12]
    assert season_of(NOV_1, Rules(winter_months=frozenset({1}))) is Season.SUMMER


@pytest.mark.parametrize("period", ["year", 0, 367, True])
def test_a_wrong_ration_period_is_refused(period: RationPeriod) -> None:
    with pytest.raises(ValueError, match="a ration period is"):
        Rules(ration_period=period)


def test_items_that_make_no_sense_are_refused() -> None:
    with pytest.raises(ValueError, match="needs a season and a size"):
        Item("coat", "Coat", Kind.CLOTHING, "set")
    with pytest.raises(ValueError, match="only clothing"):
        Item("rice", "Rice", Kind.FOOD, "g", size="M")
    with pytest.raises(ValueError, match="code must have"):
        Item(" ", "Rice", Kind.FOOD, "g")
    with pytest.raises(ValueError, match="the code rice"):
        Catalogue([Item("rice", "Rice", Kind.FOOD, "g")] * 2)
    with pytest.raises(ValueError, match="region must have"):
        Depot("north", "")
