"""The food forecast, against the figures of the action plan."""

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.inventory.domain.evening_out import Transfer, even_out
from services.inventory.domain.forecast import (
    Coming,
    Eaters,
    Forecast,
    Outlook,
    Sack,
    days_left,
    forecast,
    ration_of,
)
from services.inventory.domain.numbers import MOST
from services.inventory.domain.rules import period_of
from tests.unit.inventory.builders import DEPOTS, NOV_1, RULES

MAY_31 = date(2007, 5, 31)
WINTER = [(date(2006, 11, 1), 2_000_000), (date(2006, 12, 1), 2_000_000)] + [
    (date(2007, month, 1), 2_000_000) for month in range(1, 6)
]


def foretold(
    start: date,
    end: date,
    stock: int,
    at_home: int,
    eaters: int | dict[date, int],
    coming: list[tuple[date, int]],
) -> Forecast:
    """In one depot. People who have something at home have it for the first days."""
    heads = {start: eaters} if isinstance(eaters, int) else eaters
    changes = sorted(heads.items())
    people = [
        Eaters("border", max(day, start), now - before)
        for (day, now), before in zip(changes, [0, *(count for _, count in changes)], strict=False)
    ]
    last = period_of(start, RULES.ration_period)[1]
    a_day = sum(each.people for each in people) * 500
    full = start + timedelta(days=at_home // a_day if at_home else 0)
    return forecast(
        Outlook(
            start,
            DEPOTS,
            RULES,
            {"north": [(date.max, stock)]},
            wanted=[ration_of(each, "north", max(full, start), last, RULES) for each in people],
            sacks=[Sack("north", full, a_day, 0)] if at_home else [],
            eaters=people,
            coming=[Coming("north", *each) for each in coming],
        ),
        end,
    )


def test_the_plan_is_short_on_two_days_and_leaves_20_kg() -> None:
    found = foretold(NOV_1, MAY_31, 0, 0, 133, WINTER)
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
    found = foretold(NOV_1, NOV_1 + timedelta(days=1), 1_000, 0, 2, [(MAY_31, 10**6)])
    assert [(day.eaten, day.short, day.left) for day in found.days] == [(1_000, 0, 0), (0, 1_000, 0)]
    assert found.run_out_on == NOV_1


def test_food_at_home_is_eaten_too() -> None:
    found = foretold(NOV_1, NOV_1 + timedelta(days=3), 500, 1_000, 1, [])
    assert found.first_short_day == NOV_1 + timedelta(days=3)


def test_a_headcount_that_changes_holds_from_its_day_on() -> None:
    eaters = {NOV_1 - timedelta(days=9): 1, NOV_1 + timedelta(days=2): 3}
    found = foretold(NOV_1, NOV_1 + timedelta(days=3), 10_000, 0, eaters, [])
    assert [day.need for day in found.days] == [500, 500, 1_500, 1_500]


def test_nobody_to_feed_is_never_short() -> None:
    found = foretold(NOV_1, MAY_31, 0, 0, {}, [])
    assert found.short_days == ()
    assert days_left(found) == 212


def test_the_stock_of_several_depots_may_be_more_than_one_line_may_say() -> None:
    found = foretold(NOV_1, NOV_1, 2 * MOST, 0, 1, [])
    assert found.left_grams == 2 * MOST - 500


def test_nobody_has_less_than_nothing() -> None:
    with pytest.raises(ValueError, match="less than nothing"):
        foretold(NOV_1, NOV_1, -1, 0, 1, [])


def test_a_forecast_that_ends_before_it_starts_is_refused() -> None:
    with pytest.raises(ValueError, match="cannot end"):
        foretold(MAY_31, NOV_1, 0, 0, 1, [])


@given(
    st.integers(0, 50_000),
    st.integers(0, 9),
    st.lists(st.tuples(st.integers(0, 20), st.integers(0, 20_000)), max_size=5),
)
def test_all_that_comes_is_eaten_or_left(stock: int, people: int, coming: list[tuple[int, int]]) -> None:
    deliveries = [(NOV_1 + timedelta(days=offset), grams) for offset, grams in coming]
    found = foretold(NOV_1, NOV_1 + timedelta(days=20), stock, 0, people, deliveries)
    assert sum(day.eaten for day in found.days) + found.left_grams == stock + sum(g for _, g in coming)
    assert all(day.eaten + day.short == day.need == people * 500 for day in found.days)
    assert all(day.left == 0 for day in found.short_days)
    assert found.balance_grams == found.left_grams - sum(day.short for day in found.days)


DAY_4 = date(2006, 11, 4)
ONE = Eaters("border", NOV_1, 1)
TWO = Eaters("coast", NOV_1, 2)
END = date(2006, 11, 30)


def in_two_depots(north: list[tuple[date, int]], south: list[tuple[date, int]]) -> Outlook:
    """One eats from the north, two from the south; nothing is set aside."""
    lots = {"north": north, "south": south}
    return Outlook(
        NOV_1,
        DEPOTS,
        RULES,
        lots,
        free={depot: sum(grams for _, grams in each) for depot, each in lots.items()},
        wanted=[
            ration_of(each, depot, NOV_1, END, RULES) for each, depot in ((ONE, "north"), (TWO, "south"))
        ],
        eaters=[ONE, TWO],
    )


def test_lots_are_eaten_first_to_expire_first_and_what_is_past_its_date_feeds_nobody() -> None:
    until = date(2006, 11, 3)
    found = forecast(in_two_depots([(until, 15_000)], [(date.max, 30_000)]), END)
    assert found.first_short_day == DAY_4
    assert found.days[3].spoiled == 13_500
    assert found.depots["south"].short_days == ()
    mixed = forecast(in_two_depots([(date.max, 2_000), (until, 1_000)], []), END)
    assert mixed.depots["north"].first_short_day == date(2006, 11, 7)


def test_a_shortage_in_one_depot_is_one_in_total_and_a_surplus_elsewhere_proposes_a_transfer() -> None:
    outlook = in_two_depots([], [(date.max, 360_000)])
    made = forecast(outlook, END)
    assert (made.short_grams, made.first_short_day) == (30 * 500, NOV_1)
    proposal = even_out(outlook, made)
    assert proposal.transfers == (Transfer("south", "north", 30 * 500),)
    assert proposal.after.short_days == ()


@settings(deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 30), st.integers(0, 20_000)), max_size=3),
    st.lists(st.tuples(st.integers(0, 30), st.integers(0, 40_000)), max_size=3),
)
def test_a_proposed_transfer_leaves_less_missing_and_nobody_worse_off(
    north: list[tuple[int, int]], south: list[tuple[int, int]]
) -> None:
    lots = [[(NOV_1 + timedelta(days=days), grams) for days, grams in each] for each in (north, south)]
    outlook = in_two_depots(*lots)
    made = forecast(outlook, END)
    proposal = even_out(outlook, made)
    for depot, before in made.depots.items():
        assert proposal.after.depots[depot].short_grams <= before.short_grams
    assert (proposal.after.short_grams < made.short_grams) == bool(proposal.transfers)
