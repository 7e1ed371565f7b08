from collections import Counter
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.cli.demo.chapters.inventory.buying import depot_of, ordered
from shared.cli.demo.chapters.inventory.promised import Met, Shortage, met_by
from shared.cli.demo.command import PLAN
from shared.cli.demo.plan import Plan, load_plan
from tests.support.properties import tried_with

SHORT = ((date(2006, 12, 31), 56_500), (date(2007, 1, 31), 61_500))
DAYS = st.dates(date(2006, 11, 1), date(2006, 11, 20))
GRAMS = st.integers(1, 100)


@pytest.fixture(scope="module")
def plan() -> Plan:
    return load_plan(PLAN)


@pytest.mark.parametrize(
    ("came", "met"),
    [
        ([], []),
        ([(date(2006, 12, 11), 56_500)], [Met(SHORT[0][0], 56_500, date(2006, 12, 11))]),
        ([(date(2006, 12, 31), 56_500)], [Met(SHORT[1][0], 56_500, date(2006, 12, 31))]),
        ([(date(2007, 1, 31), 61_500)], []),
        (
            [(date(2007, 1, 2), 50_000), (date(2006, 12, 5), 60_000)],
            [
                Met(SHORT[0][0], 56_500, date(2006, 12, 5)),
                Met(SHORT[1][0], 3_500, date(2006, 12, 5)),
                Met(SHORT[1][0], 50_000, date(2007, 1, 2)),
            ],
        ),
    ],
)
def test_a_short_day_is_met_by_what_came_before_it(came: list[tuple[date, int]], met: list[Met]) -> None:
    assert list(met_by(Shortage(SHORT, 0), came)) == met


def test_nothing_is_met_that_was_not_short_nor_by_more_than_came() -> None:
    @tried_with(100)
    @given(st.dictionaries(DAYS, GRAMS, max_size=5), st.dictionaries(DAYS, GRAMS, max_size=5))
    def holds(short: dict[date, int], came: dict[date, int]) -> None:
        met = met_by(Shortage(tuple(short.items()), 0), came.items())
        by_day, by_purchase = Counter[date](), Counter[date]()
        for each in met:
            assert each.grams > 0
            assert each.came_on < each.day
            by_day[each.day] += each.grams
            by_purchase[each.came_on] += each.grams
        assert all(grams <= short[day] for day, grams in by_day.items())
        assert all(grams <= came[day] for day, grams in by_purchase.items())
        for day, missing in short.items():
            # What is left of an earlier purchase has nothing to meet.
            left = sum(grams - by_purchase[on] for on, grams in came.items() if on < day)
            assert by_day[day] == missing or left == 0

    holds()


def test_a_purchase_is_what_its_planned_delivery_says(plan: Plan) -> None:
    planned: dict[str, dict[str, Any]] = {
        "a": {"depot": "main-store", "due_on": "2006-12-11", "received_on": "2006-12-11"},
        "c": {"depot": "main-store", "due_on": "2007-01-10", "received_on": None},
    }
    purchases = [
        {"item": "rice", "quantity": 5, "planned_id": planned_id, "status": status}
        for planned_id, status in (("a", "arrived"), ("b", "cancelled"), ("c", "ordered"), (None, "proposed"))
    ]
    found = ordered(plan, purchases, planned)
    assert [(each.reference, each.due_on, each.received_on) for each in found] == [
        (f"{plan.name}/bought/1", date(2006, 12, 11), date(2006, 12, 11)),
        (f"{plan.name}/bought/3", date(2007, 1, 10), None),
    ]


def test_goods_are_ordered_to_where_the_plan_has_them_come(plan: Plan) -> None:
    assert depot_of(plan, "rice") == "main-store"
    assert depot_of(plan, "gold") is None
