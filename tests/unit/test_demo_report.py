import json
from dataclasses import replace
from datetime import date
from io import StringIO

import pytest
from rich.console import Console

from shared.cli.demo.chapters.intake import Registered
from shared.cli.demo.chapters.inventory.figures import figures_of
from shared.cli.demo.chapters.inventory.promised import Late, Shortage
from shared.cli.demo.chapters.inventory.store import (
    Arrival,
    Filled,
    ItemFigures,
    Overdue,
    Store,
    filled_of,
)
from shared.cli.demo.command import PLAN
from shared.cli.demo.plan import Plan, load_plan
from shared.cli.demo.report import Report
from shared.cli.demo.results import Area, Found, as_json
from shared.cli.demo.tables import amount, measured

SHORT = ((date(2006, 12, 31), 56_500), (date(2007, 1, 31), 61_500))


@pytest.fixture(scope="module")
def plan() -> Plan:
    return load_plan(PLAN)


def results(plan: Plan, *, bad_rows: int = 0, parked: int = 0, actual: Shortage | None = None) -> Found:
    report = {"bad_rows": bad_rows, "errors": [], "error_count": 0}
    store = Store(
        plan=plan,
        items=[ItemFigures("rice", "rice", "food", "g", 1_500, 0, 70_000, 250)],
        arrivals=[
            Arrival(date(2006, 12, 1), "winter-rice", {"rice": 2_000_000}, [Filled("rice", 2_000, 1)]),
            Arrival(date(2006, 12, 2), "winter-clothing", {"winter-M": 2, "winter-L": 1}, []),
        ],
        forecast=Shortage(SHORT, 20_000, date(2006, 11, 1), 98_000),
        actual=actual or Shortage(SHORT[1:], 21_000),
        first=date(2006, 11, 1),
        last=date(2007, 5, 31),
    )
    areas = [
        Area(2, "clothing_sets", "sets of clothing", "sets", 500, 133),
        Area(8, "monthly_gifts_active", "monthly gifts", "gifts", None, None),
    ]
    return Found([Registered(2, 5, report), store], areas, 0.25, parked)


def printed(found: Found, plan: Plan) -> str:
    console = Console(file=StringIO(), width=120)
    Report(found, plan).show(console, "http://127.0.0.1:18100")
    return console.file.getvalue()  # type: ignore[attr-defined, no-any-return]


def row(text: str, words: str) -> str:
    """The line of a table that holds the words."""
    return next(line for line in text.splitlines() if words in line)


@pytest.mark.parametrize(
    ("quantity", "unit", "words"),
    [
        (56_500, "g", "56.5 kg"),
        (2_000_000, "g", "2,000 kg"),
        (10, "g", "0.01 kg"),
        (0, "g", "0 kg"),
        (1, "kit", "1 kit"),
        (1_200, "set", "1,200 sets"),
    ],
)
def test_amounts_are_written_for_people(quantity: int, unit: str, words: str) -> None:
    assert amount(quantity, unit) == words


def test_the_plans_units_are_left_as_they_are() -> None:
    assert measured(0, "children") == "0 children"
    assert measured(40_000_000, "g") == "40,000 kg"


def test_what_goods_filled_is_summed_by_item() -> None:
    lines = [
        {"item": "rice", "quantity": 500, "household_id": "a"},
        {"item": "rice", "quantity": 300, "household_id": "a"},
        {"item": "rice", "quantity": 200, "household_id": "b"},
        {"item": "winter-M", "quantity": 1, "household_id": "b"},
    ]
    assert filled_of(lines) == [Filled("rice", 1_000, 2), Filled("winter-M", 1, 1)]


def test_the_first_short_day_is_the_earliest() -> None:
    assert Shortage(SHORT[::-1], 0).first_short_day == date(2006, 12, 31)
    assert Shortage((), 0).first_short_day is None


def test_only_what_was_asked_for_is_shown_in_the_order_of_the_catalogue(plan: Plan) -> None:
    figures = {"unit": "set", "reserved": 1, "backordered": 2, "delivered": 3, "unmet": 0}
    items = [{"item": item, "wanted": wanted, **figures} for item, wanted in
             (("unheard-of", 1), ("bed", 6), ("winter-XL", 0), ("rice", 6))]  # fmt: skip
    found = figures_of(items, plan)
    assert [each.item for each in found] == ["rice", "bed", "unheard-of"]
    assert (found[0].reserved, found[0].backordered, found[0].delivered) == (1, 2, 3)


def test_the_json_has_the_figures_in_base_units(plan: Plan) -> None:
    written = json.loads(json.dumps(as_json(results(plan))))
    assert written["households"] == 2
    assert written["people"] == 5
    assert written["items"]["rice"] == {
        "name": "rice", "unit": "g", "reserved": 1_500, "backordered": 0, "delivered": 70_000, "unmet": 250,
    }  # fmt: skip
    assert written["forecast"] == {
        "short_days": [{"date": "2006-12-31", "grams": 56_500}, {"date": "2007-01-31", "grams": 61_500}],
        "first_short_day": "2006-12-31",
        "left_grams": 20_000,
    }
    assert written["actual"]["first_short_day"] == "2007-01-31"
    assert written["areas"][0]["number"] == 2
    assert (written["areas"][0]["target"], written["areas"][0]["actual"]) == (500, 133)
    assert written["areas"][1]["actual"] is None
    assert written["settle_seconds"] == 0.25


def test_a_winter_without_a_gap_has_no_first_short_day(plan: Plan) -> None:
    assert as_json(results(plan, actual=Shortage((), 0)))["actual"] == {
        "short_days": [],
        "first_short_day": None,
        "left_grams": 0,
    }


def test_the_forecast_stands_beside_what_came_to_pass(plan: Plan) -> None:
    text = printed(results(plan), plan)
    assert "forecast of 2006-11-01" in text
    assert [word in row(text, "short on 2006-12-31") for word in ("56.5 kg", " 0 kg")] == [True, True]
    assert row(text, "short on 2007-01-31").count("61.5 kg") == 2
    assert [word in row(text, "left on 2007-05-31") for word in ("20 kg", "21 kg")] == [True, True]
    assert "98 kg" in row(text, "made up")


def test_what_came_late_stands_with_the_forecast_of_that_day(plan: Plan) -> None:
    found = results(plan)
    late = Late(
        date(2006, 12, 2),
        ["winter-rice of 2006-12-01"],
        Shortage(SHORT, 0, date(2006, 12, 2)),
        Shortage(SHORT, 0),
    )
    overdue = Overdue(date(2006, 12, 1), "main-store", "rice", 2_000_000)
    registered, store = found.chapters
    assert isinstance(store, Store)
    story = Found([registered, replace(store, late=[late], overdue=[overdue])], [], 0, 0)
    text = printed(story, plan)
    assert "from 2006-12-02, when winter-rice of 2006-12-01 became late" in " ".join(text.split())
    assert "forecast of 2006-12-02" in text
    assert "main-store" in row(text, "│ 2,000 kg of rice")
    written = as_json(story)
    assert written["late"][0]["forecast"] == written["late"][0]["actual"]
    assert written["overdue"] == [{"due_on": "2006-12-01", "item": "rice", "missing": 2_000_000}]


def test_the_plan_stands_beside_what_happened(plan: Plan) -> None:
    text = printed(results(plan), plan)
    assert [word in row(text, "sets of clothing") for word in ("2 protection", "500 sets", "133 sets")] == [
        True
    ] * 3
    assert "not recorded yet" in row(text, "monthly gifts")


def test_goods_and_what_they_filled_are_shown(plan: Plan) -> None:
    text = printed(results(plan), plan)
    assert "2 kg of rice for 1 household" in row(text, "winter-rice: 2,000 kg of rice")
    assert "nothing waited" in row(text, "winter-clothing: 3 sets of 2 kinds")


def test_the_last_line_is_the_time_to_settle(plan: Plan) -> None:
    assert (
        printed(results(plan), plan).splitlines()[-1]
        == "From the last registration to the last reservation: 0.250 s"
    )


def test_bad_rows_and_parked_messages_are_said(plan: Plan) -> None:
    text = printed(results(plan, bad_rows=3, parked=2), plan)
    assert "3 rows of the register could not be taken" in text
    assert "2 messages are parked" in text
