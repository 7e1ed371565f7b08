import json
from datetime import date
from io import StringIO
from typing import Any

import pytest
from rich.console import Console

from shared.cli.demo.chapters.donations.figures import places_in
from shared.cli.demo.chapters.donations.recorded import Appeal, Fund, Grant, Place, Sum, Visits, written
from shared.cli.demo.chapters.donations.results import Money
from shared.cli.demo.command import PLAN
from shared.cli.demo.plan import Plan, load_plan

FIRST, LAST = date(2006, 11, 1), date(2007, 5, 31)


@pytest.fixture(scope="module")
def plan() -> Plan:
    return load_plan(PLAN)


def usd(minor: int) -> Sum:
    return Sum(minor, "USD", f"USD {written(minor, 'USD')}")


def found(plan: Plan, **changes: Any) -> Money:
    fund = Fund("medical", usd(0), {"income": usd(3_000), "fees": usd(-117), "moved": usd(10)}, usd(2_893))
    grant = Grant("hospital", "paid_part", usd(250_00), usd(150_00), usd(100_00), usd(0))
    values: dict[str, Any] = {
        "plan": plan,
        "first": FIRST,
        "last": LAST,
        "appeals": [
            Appeal("rice", 56_500, "met", Sum(2_543, "JPY", "JPY 2,543"), Sum(2_600, "JPY", "JPY 2,600"))
        ],
        "funds": [fund],
        "places": [Place("paypal.USD", usd(2_893))],
        "off": {},
        "monthly": {"": 1, "active": 5},
        "notices": {"booked": 40},
        "grants": [grant],
        "visits": Visits(1, 0, 2),
        **changes,
    }
    return Money(**values)


def printed(money: Money) -> str:
    console = Console(file=StringIO(), width=120)
    money.headlines(console)
    for shown in (*money.tables(), *money.closing_tables()):
        console.print(shown)
    return console.file.getvalue()  # type: ignore[attr-defined, no-any-return]


def row(text: str, *words: str) -> str:
    return next(line for line in text.splitlines() if all(word in line for word in words))


def test_money_is_shown_with_its_currency(plan: Plan) -> None:
    text = printed(found(plan))
    assert "met" in row(text, "rice", "56.5 kg", "JPY 2,543", "JPY 2,600")
    assert "USD 150.00" in row(text, "hospital", "paid part", "USD 250.00", "USD 100.00")
    assert "USD 28.93" in row(text, "medical", "USD 0.00", "USD 30.00", "USD -1.17", "USD 0.10")
    assert row(text, "family visits", "2 made, 0 planned")
    assert row(text, "gifts not begun", "1")
    assert "do not balance" not in text
    assert "by bank alone" not in text
    assert "by bank alone" in printed(found(plan, paypal=False))


@pytest.mark.parametrize(
    "changes",
    [
        {"off": {"USD": 1}},
        {"places": [Place("paypal.USD", usd(2_894))]},
        {"funds": [Fund("medical", usd(0), {"income": usd(2_892)}, usd(2_893))]},
        {"places": [Place("paypal.USD", Sum(2_893, "EUR", "EUR 28.93"))]},
    ],
)
def test_books_that_do_not_balance_end_the_demo_with_an_error(plan: Plan, changes: dict[str, Any]) -> None:
    wrong = found(plan, **changes)
    assert (wrong.errors, found(plan).errors) == (1, 0)
    assert "do not balance" in printed(wrong)
    assert wrong.as_json()["money"]["balances"] is False


def test_the_json_has_money_in_minor_units(plan: Plan) -> None:
    told = json.loads(json.dumps(found(plan).as_json()))["money"]
    assert told["appeals"] == [
        {
            "item": "rice",
            "quantity": 56_500,
            "status": "met",
            "currency": "JPY",
            "target": 2_543,
            "raised": 2_600,
        }
    ]
    assert told["funds"][0]["changes"] == {"income": 3_000, "fees": -117, "moved": 10}
    assert told["grants"][0]["paid"] == 10_000
    assert told["visits"] == {"planned": 0, "done": 2}
    assert told["balances"] is True


def test_money_on_its_way_between_two_places_is_shown_too() -> None:
    kinds = ("transit", "bank", "income")
    accounts = [
        {"account": f"{kind}.USD", "kind": kind, "amount": {"minor": 5, "currency": "USD", "words": ""}}
        for kind in kinds
    ]
    assert [each.account for each in places_in(accounts)] == ["transit.USD", "bank.USD"]
