import json
from datetime import date
from typing import Any

import httpx
import pytest

from shared.cli import Trouble
from shared.cli.client import Services
from shared.cli.demo.chapter import Stage
from shared.cli.demo.chapters.donations import Donations, bank
from shared.cli.demo.chapters.donations.bank import half
from shared.cli.demo.chapters.donations.recorded import written
from shared.cli.demo.command import PLAN, REGISTER
from shared.cli.demo.living import days
from shared.cli.demo.plan import Plan, load_plan
from shared.contracts import SERVICES

FIRST, LAST = date(2006, 11, 1), date(2007, 5, 31)


@pytest.fixture(scope="module")
def plan() -> Plan:
    return load_plan(PLAN)


@pytest.mark.parametrize(
    ("target", "gift"), [(2_543, 1_300), (2_768, 1_400), (1, 100), (200, 100), (201, 200)]
)
def test_two_round_gifts_are_enough_for_an_appeal(target: int, gift: int) -> None:
    assert half(target) == gift
    assert 2 * gift >= target


@pytest.mark.parametrize(
    ("minor", "currency", "words"),
    [
        (1_300, "JPY", "1300"),
        (1_300, "USD", "13.00"),
        (5, "EUR", "0.05"),
        (-117, "USD", "-1.17"),
        (9, "KRW", "9"),
    ],
)
def test_an_amount_is_written_with_the_decimals_of_its_currency(
    minor: int, currency: str, words: str
) -> None:
    assert written(minor, currency) == words


class Books:
    """Inventory and donations, as far as gifts by bank go: an appeal for rice, and the purchase that follows."""

    def __init__(self, missing: int, asked: int, raised: int = 0) -> None:
        self.missing, self.asked, self.raised = missing, asked, raised
        self.status = "open"
        self.gifts: list[tuple[dict[str, Any], str]] = []

    def answer(self, request: httpx.Request) -> httpx.Response:
        body: Any = json.loads(request.content) if request.content else None
        match (request.method, request.url.path):
            case ("GET", "/api/forecast"):
                short = [{"date": "2006-12-31", "grams": self.missing}] if self.missing else []
                return httpx.Response(200, json={"short_days_after_transfers": short})
            case ("GET", "/api/appeals"):
                return page([self.appeal(), {**self.appeal(), "item": "first-aid-kit", "status": "open"}])
            case ("GET", "/api/purchases"):
                return page([{"appeal_id": "a", "status": "proposed"}])
            case ("POST", "/api/donors"):
                return httpx.Response(201, json={"donor_id": f"donor of {body['contact']['name']}"})
            case ("POST", "/api/gifts"):
                self.gifts.append((body, request.headers["Idempotency-Key"]))
                return httpx.Response(201, json={})
        raise AssertionError(request.url.path)

    def appeal(self) -> dict[str, Any]:
        target = {"minor": 2_543, "currency": "JPY"}
        return {
            "appeal_id": "a",
            "item": "rice",
            "quantity": self.asked,
            "status": self.status,
            "target": target,
            "raised": {"minor": self.raised, "currency": "JPY"},
            "purpose": "food",
        }


class Untouched(Books):
    """Nobody may ask."""

    def __init__(self) -> None:
        super().__init__(0, 0)

    def answer(self, request: httpx.Request) -> httpx.Response:
        raise AssertionError(request.url.path)


def page(items: list[dict[str, Any]]) -> httpx.Response:
    return httpx.Response(200, json={"items": items, "next": None})


def chapter(books: Books, plan: Plan, *, gifts: bool = True) -> Donations:
    transport = httpx.MockTransport(books.answer)
    clients = {name: httpx.AsyncClient(base_url=f"http://{name}", transport=transport) for name in SERVICES}
    return Donations(Stage(Services(clients), plan, REGISTER, FIRST, LAST, FIRST, gifts=gifts))


async def test_donors_give_for_food_on_the_days_of_the_bank_alone(plan: Plan) -> None:
    books = Books(56_500, 56_500)
    told = chapter(books, plan)
    moved = {day for day in days(FIRST, date(2006, 11, 30)) if await told.money_moves(day)}
    assert moved == {date(2006, 11, 10), date(2006, 11, 20)}
    assert [(body["amount"], body["appeal_id"], body["received_on"]) for body, _ in books.gifts] == [
        ("1300", "a", "2006-11-10"),
        ("1300", "a", "2006-11-20"),
    ]
    assert len({body["reference"] for body, _ in books.gifts}) == 2


async def test_a_gift_has_the_same_key_in_each_run(plan: Plan) -> None:
    books = Books(56_500, 56_500)
    for _ in range(2):
        await chapter(books, plan).money_moves(date(2006, 11, 10))
    assert books.gifts[0] == books.gifts[1]


@pytest.mark.parametrize("status", ["funded", "ordered", "met", "withdrawn"])
async def test_nobody_gives_for_an_appeal_that_has_its_money(plan: Plan, status: str) -> None:
    books = Books(56_500 if status == "funded" else 0, 56_500)
    books.status = status
    assert not await chapter(books, plan).money_moves(date(2006, 11, 10))
    assert books.gifts == []


@pytest.mark.parametrize(("missing", "asked"), [(118_000, 56_500), (56_500, 2_056_500), (0, 56_500)])
async def test_a_gift_waits_until_the_appeal_is_for_what_is_foreseen(
    plan: Plan, missing: int, asked: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bank, "KNOWN_SECONDS", 0.05)
    books = Books(missing, asked)
    words = f"{missing:,} g of rice will be missing, and {asked:,} g are appealed for"
    with pytest.raises(Trouble, match=words):
        await chapter(books, plan).money_moves(date(2006, 11, 10))
    assert books.gifts == []


async def test_an_appeal_that_has_some_money_goes_on_when_nothing_is_missing(plan: Plan) -> None:
    books = Books(0, 56_500, raised=1_300)
    assert await chapter(books, plan).money_moves(date(2006, 11, 20))
    assert len(books.gifts) == 1


async def test_without_gifts_nobody_gives_and_without_a_price_nobody_gives_for_food(plan: Plan) -> None:
    bare = [item.model_copy(update={"price": None, "currency": None, "per": None}) for item in plan.items]
    told = chapter(Untouched(), plan, gifts=False)
    assert not [day for day in days(FIRST, LAST) if await told.money_moves(day)]
    books = Books(56_500, 56_500)
    told = chapter(books, plan.model_copy(update={"items": tuple(bare)}))
    assert len([day for day in days(FIRST, LAST) if await told.money_moves(day)]) == len(books.gifts)
    assert {body["purpose"] for body, _ in books.gifts} == {"education", "resettlement"}
    assert not (await chapter(Untouched(), plan, gifts=False).gather()).as_json()
