"""The food forecast, against the figures of the action plan."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.inventory.domain.forecast import days_left, forecast
from services.inventory.domain.numbers import MOST
from tests.unit.inventory.builders import NOV_1

MAY_31 = date(2007, 5, 31)
WINTER = [(date(2006, 11, 1), 2_000_000), (date(2006, 12, 1), 2_000_000)] + [
    (date(2007, month, 1), 2_000_000) for month in range(1, 6)
]


def test_the_plan_is_short_on_two_days_and_leaves_20_kg() -> None:
    found = forecast(NOV_1, MAY_31, 0, 0, 133, 500, WINTER)
    assert [(day.day, day.short) for day in found.short_days] == [
        (date(2006, 12, 31), 56_500),
        (date(2007, 1, 31), 61_500),
    ]
    assert found.first_short_day == found.run_out_on == date(2006, 12, 31)
    assert found.left_grams == 20_000
    assert found.missing_carried_forward_grams == 98_000
    assert days_left(found) == 60
    assert len(found.days) == 212


def test_stock_at_the_start_counts_and_late_deliveries_do_not() -> None:
    found = forecast(NOV_1, NOV_1 + timedelta(days=1), 1_000, 0, 2, 500, [(MAY_31, 10**6)])
    assert [(day.eaten, day.short, day.left) for day in found.days] == [(1_000, 0, 0), (0, 1_000, 0)]
    assert found.run_out_on == NOV_1


def test_food_at_home_is_eaten_too() -> None:
    found = forecast(NOV_1, NOV_1 + timedelta(days=3), 500, 1_000, 1, 500, [])
    assert found.first_short_day == NOV_1 + timedelta(days=3)


def test_a_headcount_that_changes_holds_from_its_day_on() -> None:
    eaters = {NOV_1 - timedelta(days=9): 1, NOV_1 + timedelta(days=2): 3}
    found = forecast(NOV_1, NOV_1 + timedelta(days=3), 10_000, 0, eaters, 500, [])
    assert [day.need for day in found.days] == [500, 500, 1_500, 1_500]


def test_nobody_to_feed_is_never_short() -> None:
    found = forecast(NOV_1, MAY_31, 0, 0, {}, 500, [])
    assert found.short_days == ()
    assert days_left(found) == 212


def test_the_stock_of_several_depots_may_be_more_than_one_line_may_say() -> None:
    found = forecast(NOV_1, NOV_1, 2 * MOST, 0, 1, 500, [])
    assert found.left_grams == 2 * MOST - 500


def test_nobody_has_less_than_nothing() -> None:
    with pytest.raises(ValueError, match="less than nothing"):
        forecast(NOV_1, NOV_1, -1, 0, 1, 500, [])


def test_a_forecast_that_ends_before_it_starts_is_refused() -> None:
    with pytest.raises(ValueError, match="cannot end"):
        forecast(MAY_31, NOV_1, 0, 0, 1, 500, [])


@given(
    st.integers(0, 50_000),
    st.integers(0, 9),
    st.lists(st.tuples(st.integers(0, 20), st.integers(0, 20_000)), max_size=5),
)
def test_all_that_comes_is_eaten_or_left(stock: int, people: int, coming: list[tuple[int, int]]) -> None:
    deliveries = [(NOV_1 + timedelta(days=offset), grams) for offset, grams in coming]
    found = forecast(NOV_1, NOV_1 + timedelta(days=20), stock, 0, people, 500, deliveries)
    assert sum(day.eaten for day in found.days) + found.left_grams == stock + sum(g for _, g in coming)
    assert all(day.eaten + day.short == day.need == people * 500 for day in found.days)
    assert all(day.left == 0 for day in found.short_days)
    assert found.balance_grams == found.left_grams - sum(day.short for day in found.days)
