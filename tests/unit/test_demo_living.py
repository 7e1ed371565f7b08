import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import httpx
import pytest

from shared.cli import Trouble, client
from shared.cli.client import Refused, Services
from shared.cli.demo import chapters
from shared.cli.demo.chapter import Chapter, Stage, key
from shared.cli.demo.chapters import chapters_of
from shared.cli.demo.chapters.intake import Intake
from shared.cli.demo.chapters.inventory import Inventory
from shared.cli.demo.chapters.inventory.fetching import to_fetch
from shared.cli.demo.chapters.inventory.figures import by_assembly
from shared.cli.demo.chapters.inventory.goods import receipt, take_in
from shared.cli.demo.command import PLAN, REGISTER
from shared.cli.demo.living import Winter, days
from shared.cli.demo.loading import stand_on
from shared.cli.demo.plan import Plan, load_plan
from shared.cli.demo.settle import Quiet, until
from shared.cli.operate.own.intake import import_register
from shared.contracts import SERVICES, talking

FIRST = date(2006, 11, 1)
CHAPTERS = Path(chapters.__file__).parent
Answer = Callable[[httpx.Request], httpx.Response]


@pytest.fixture(scope="module")
def plan() -> Plan:
    return load_plan(PLAN)


@pytest.fixture(autouse=True)
def _no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "PAUSE_SECONDS", 0)


def services(answer: Answer) -> Services:
    """All services, answered for by one function that sees their names as hosts."""
    transport = httpx.MockTransport(answer)
    return Services(
        {name: httpx.AsyncClient(base_url=f"http://{name}", transport=transport) for name in SERVICES}
    )


def stage_of(known: Services, plan: Plan) -> Stage:
    return Stage(known, plan, REGISTER, FIRST, plan.winter_until, FIRST)


async def stood_on(known: Services, plan: Plan) -> date:
    """The day on which the stage stands in the end."""
    stage = stage_of(known, plan)
    await stand_on(stage, chapters_of(stage))
    return stage.today


def test_a_chapter_is_found_by_its_services_name_and_a_service_without_one_has_none(plan: Plan) -> None:
    told = chapters_of(stage_of(services(lambda _: httpx.Response(404)), plan))
    written = {path.stem for path in CHAPTERS.iterdir()}
    found = [type(each).__name__.lower() for each in told]
    assert found == [name for name in SERVICES if name in written]
    assert found[:2] == ["intake", "inventory"]
    assert [name for name, each in zip(found, told, strict=True) if each.registers] == ["intake"]


def ration(**changes: Any) -> dict[str, Any]:
    """Three people's rice for December, all of it set aside."""
    whole = {
        "id": "r", "household_id": "h", "kind": "food", "wanted": 46_500, "reserved": 46_500, "delivered": 0,
        "lapsed": 0, "first_day": "2006-12-01", "last_day": "2006-12-31",
    }  # fmt: skip
    return whole | changes


def fetched(reservation: dict[str, Any], next_fetch_day: date) -> int:
    lines = to_fetch([reservation], next_fetch_day)
    return sum(line["quantity"] for line in lines.get("h", []))


def test_a_household_takes_home_rice_until_it_comes_again() -> None:
    assert fetched(ration(), date(2006, 12, 16)) == 15 * 1_500


def test_and_the_rest_the_next_time() -> None:
    second = ration(reserved=16 * 1_500, delivered=15 * 1_500)
    assert fetched(second, date(2007, 1, 1)) == 16 * 1_500


def test_nobody_takes_more_than_is_set_aside() -> None:
    assert fetched(ration(reserved=4_000), date(2006, 12, 16)) == 4_000


def test_what_was_fetched_for_these_days_is_not_fetched_twice() -> None:
    assert fetched(ration(reserved=16 * 1_500, delivered=15 * 1_500), date(2006, 12, 16)) == 0


def test_days_that_nobody_could_eat_on_are_not_fetched_for() -> None:
    assert fetched(ration(reserved=44_000, lapsed=2_500), date(2006, 12, 16)) == 15 * 1_500 - 2_500


def test_rice_for_days_after_the_next_coming_stays() -> None:
    assert (
        fetched(ration(first_day="2006-12-20", wanted=12 * 1_500, reserved=12 * 1_500), date(2006, 12, 16))
        == 0
    )


def test_clothing_and_kits_are_taken_whole_and_beds_stay() -> None:
    whole = {"first_day": None, "last_day": None, "wanted": 1, "reserved": 1}
    assert fetched(ration(kind="kit", **whole), date(2006, 12, 16)) == 1
    assert fetched(ration(kind="bed", **whole), date(2006, 12, 16)) == 0


def test_kits_given_when_they_were_put_together_are_told_from_others() -> None:
    ledger: list[dict[str, Any]] = [
        {"kind": "assembled", "document_id": "a", "item": "kit", "reserved": 0, "household_id": None},
        {"kind": "reserved", "document_id": "a", "item": "kit", "reserved": 1, "household_id": "h"},
        {"kind": "reserved", "document_id": None, "item": "kit", "reserved": 1, "household_id": "i"},
    ]
    assert by_assembly(ledger) == [{"item": "kit", "quantity": 1, "household_id": "h"}]


def test_both_ends_of_the_winter_are_lived_through() -> None:
    assert list(days(FIRST, date(2006, 11, 3))) == [FIRST, date(2006, 11, 2), date(2006, 11, 3)]
    assert list(days(FIRST, FIRST)) == [FIRST]


def test_a_key_is_the_same_for_the_same_thing_and_new_for_another(plan: Plan) -> None:
    assert key(plan, "opening", {"a": 1, "b": 2}) == key(plan, "opening", {"b": 2, "a": 1})
    assert key(plan, "opening", {"a": 1}) != key(plan, "opening", {"a": 2})
    assert len(key(plan, "x" * 500, {})) <= 120


def test_rice_is_received_with_the_day_on_which_it_expires(plan: Plan) -> None:
    body = receipt(plan, "r", "main-store", [("rice", 5), ("bandage", 1)], FIRST)
    assert [line["expires_on"] for line in body["lines"]] == ["2007-11-01", None]


def clocks(today: dict[str, date], known: list[str], turned: list[tuple[str, str]]) -> Services:
    """Services that have these days and these planned deliveries."""

    def answer(request: httpx.Request) -> httpx.Response:
        name = request.url.host
        if request.url.path == "/status":
            return httpx.Response(200, json={"service": name, "today": today[name].isoformat()})
        if request.url.path == "/clock":
            turned.append((name, json.loads(request.content)["to"]))
            return httpx.Response(200, json={})
        items = [{"reference": each} for each in known]
        return httpx.Response(200, json={"items": items, "next": None})

    return services(answer)


async def test_every_service_is_turned_to_the_first_day(plan: Plan) -> None:
    turned: list[tuple[str, str]] = []
    today = dict.fromkeys(SERVICES, date(2006, 10, 30))
    assert await stood_on(clocks(today, [], turned), plan) == FIRST
    assert turned == [(name, "2006-11-01") for name in SERVICES]


async def test_a_used_stack_that_never_had_the_plan_is_refused_and_left_alone(plan: Plan) -> None:
    turned: list[tuple[str, str]] = []
    stack = clocks(dict.fromkeys(SERVICES, date(2006, 11, 2)), ["somebody-elses/rice"], turned)
    with pytest.raises(Trouble, match="past 2006-11-01"):
        await stood_on(stack, plan)
    assert turned == []


async def test_where_the_plan_was_started_it_goes_on_from_the_furthest_day(plan: Plan) -> None:
    turned: list[tuple[str, str]] = []
    today = dict.fromkeys(SERVICES, date(2006, 12, 1)) | {"intake": date(2006, 12, 2)}
    stack = clocks(today, [f"{plan.name}/winter-rice/2006-11-01/rice"], turned)
    assert await stood_on(stack, plan) == date(2006, 12, 2)
    assert ("inventory", "2006-12-02") in turned


async def test_another_plan_of_the_same_name_is_refused(plan: Plan) -> None:
    reference = f"{plan.name}/winter-rice/2006-11-01/rice"
    for changed in (
        {"quantity": 1},
        {"depot": "elsewhere"},
        {"reference": f"{plan.name}/more/2006-11-01/rice"},
    ):
        there = {
            "reference": reference,
            "depot": "main-store",
            "item": "rice",
            "quantity": 2_000_000,
            **changed,
        }
        page = httpx.Response(200, json={"items": [there], "next": None, "today": "2006-12-01"})

        def answer(_: httpx.Request, page: httpx.Response = page) -> httpx.Response:
            return page

        stack = services(answer)
        with pytest.raises(Trouble, match="Another plan of the name"):
            await stood_on(stack, plan)


class Diary(Chapter):
    """Writes down what it is asked for."""

    def __init__(self, stage: Stage) -> None:
        super().__init__(stage)
        self.acted: list[date] = []
        self.ended: list[date] = []

    async def people_act(self, day: date) -> bool:
        self.acted.append(day)
        return False

    async def winter_ends(self) -> None:
        self.ended.append(self.stage.today)


@pytest.mark.parametrize(
    ("last", "today", "acts", "ends"),
    [
        (date(2006, 12, 5), FIRST, 35, date(2006, 12, 3)),
        # A demo that is begun again reads again what was left on that evening.
        (date(2006, 12, 5), date(2006, 12, 5), 1, date(2006, 12, 5)),
        # It ends before the winter does.
        (date(2006, 11, 4), FIRST, 4, date(2006, 11, 4)),
    ],
)
async def test_people_act_once_a_day_and_the_winter_ends_in_each_run(
    plan: Plan, last: date, today: date, acts: int, ends: date
) -> None:
    status = {"outbox_rows": 0, "put_off": {}, "said": 0, "handled": 0, "parked": {}}
    known = services(lambda request: httpx.Response(200, json=status | {"service": request.url.host}))
    short = plan.model_copy(update={"winter_until": date(2006, 12, 3)})
    stage = Stage(known, short, REGISTER, FIRST, last, today)
    diary = Diary(stage)
    await Winter(stage, [diary]).live(lambda: None)
    assert len(diary.acted) == len(set(diary.acted)) == acts
    assert diary.ended == [ends]


async def test_a_plan_without_deliveries_is_known_by_its_items(plan: Plan) -> None:
    bare = plan.model_copy(update={"deliveries": ()})
    for known, started in ((plan.items, True), (plan.items[1:], False)):
        codes = [{"code": each.code} for each in known]

        def answer(request: httpx.Request, codes: list[dict[str, str]] = codes) -> httpx.Response:
            items = request.url.path.endswith("/items")
            return httpx.Response(200, json=codes if items else {"items": [], "next": None})

        stage = Stage(services(answer), bare, Path(), FIRST, FIRST, FIRST)
        assert await Inventory(stage).started() is started


async def test_a_register_of_which_no_row_is_taken_ends_the_demo(plan: Plan, tmp_path: Path) -> None:
    fault = {"row": 2, "column": "name", "reason": "is missing"}
    report = {"rows": 1, "bad_rows": 1, "errors": [fault], "error_count": 1}

    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("/imports"):
            return httpx.Response(200, text=json.dumps({"report": report}))
        return httpx.Response(200, json={"households_by_status": {}})

    register = tmp_path / "register.csv"
    register.write_text("x")
    with pytest.raises(Trouble, match="Nobody was registered"):
        await Intake(Stage(services(answer), plan, register, FIRST, FIRST, FIRST)).people_come(
            lambda *_: None
        )


async def test_goods_that_came_in_long_ago_are_not_taken_in_again(plan: Plan) -> None:
    conflict = services(
        lambda _: httpx.Response(409, json={"title": "Conflict", "detail": "received before"})
    )
    assert await take_in(conflict, plan, {"reference": "r"}) == []
    wrong = services(lambda _: httpx.Response(422, json={"title": "No", "detail": "no such depot"}))
    with pytest.raises(Refused, match="no such depot"):
        await take_in(wrong, plan, {"reference": "r"})


async def test_pages_are_followed_to_the_end() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        second = request.url.params.get("after") == "1"
        item = {"code": "b" if second else "a"}
        return httpx.Response(200, json={"items": [item], "next": None if second else "1"})

    found = [each["code"] async for each in services(answer).each("intake", "/households")]
    assert found == ["a", "b"]


async def test_a_refusal_names_service_and_field_and_reason() -> None:
    problem = {"title": "No", "detail": "Not so.", "errors": [{"field": "size", "reason": "is not known"}]}
    with pytest.raises(Refused, match=r"(?s)intake: Not so.*size: is not known") as refused:
        await services(lambda _: httpx.Response(422, json=problem)).get("intake", "/")
    assert refused.value.status == 422


async def test_a_service_that_is_busy_or_away_for_a_moment_is_asked_again() -> None:
    asked = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        if len(asked) == 1:
            raise httpx.ReadError("gone")
        return httpx.Response(503 if len(asked) == 2 else 200, json={"ok": True})

    assert await services(answer).post("inventory", "/receipts", {}, "key") == {"ok": True}
    assert {request.headers["Idempotency-Key"] for request in asked} == {"key"}


async def test_a_service_that_stays_away_is_named() -> None:
    with pytest.raises(Trouble, match="inventory does not answer"):
        await services(lambda _: httpx.Response(503)).get("inventory", "/status")


async def test_a_wait_ends_when_nothing_is_missing_any_more() -> None:
    left = ["two", "one", None]

    async def condition() -> str | None:
        return left.pop(0)

    await until(condition, 5, every=0)
    assert left == []


async def test_a_wait_that_is_too_long_says_what_is_missing() -> None:
    async def condition() -> str:
        return "3 households"

    with pytest.raises(Trouble, match="3 households"):
        await until(condition, 0.02, every=0)


async def test_all_is_quiet_when_nothing_moves_and_both_know_the_same_households(plan: Plan) -> None:
    state = {"outbox": 1, "marked": 1, "handled": 0, "known": 1}

    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/api/counts":
            return httpx.Response(200, json={"households_by_status": {"active": 2, "closed": 5}})
        if request.url.path == "/api/summary":
            return httpx.Response(200, json={"households": state["known"]})
        status = {
            "service": request.url.host,
            "outbox_rows": state["outbox"],
            "put_off": {"marked_shelves": state["marked"]} if request.url.host == "inventory" else {},
            "said": 2,
            "handled": state["handled"],
        }
        return httpx.Response(200, json=status | {"parked": {"x": 1}})

    known = services(answer)
    quiet = Quiet(known, chapters_of(stage_of(known, plan)))
    assert "outbox of intake" in str(await quiet())
    state |= {"outbox": 0, "handled": 2}
    assert await quiet() == "1 marked shelves of inventory"
    state |= {"marked": 0, "handled": 3}
    assert await quiet() == "messages are still being handled"
    assert f"knows 1 of 2 households; {len(talking())} messages are parked" in str(await quiet())
    state["known"] = 2
    assert await quiet() is None


async def test_the_register_is_sent_as_a_file_and_its_report_comes_back(tmp_path: Path) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        assert b"household" in request.content
        lines = [{"rows": 100, "of": 133}, {"report": {"rows": 133}}]
        return httpx.Response(200, content="".join(json.dumps(line) + "\n" for line in lines))

    (tmp_path / "register.csv").write_text("household\n")
    read: list[tuple[int, int | None]] = []
    register = tmp_path / "register.csv"
    report = await import_register(services(answer), register, lambda *rows: read.append(rows))
    assert report == {"rows": 133}
    assert read == [(100, 133)]


async def test_an_import_that_breaks_off_is_trouble(tmp_path: Path) -> None:
    problem = json.dumps({"problem": {"status": 503, "detail": "The import broke off."}, "rows": 100}) + "\n"
    (tmp_path / "register.csv").write_text("household\n")
    for content in (problem, ""):
        with pytest.raises(Trouble, match="broke off"):
            await import_register(
                services(lambda _, content=content: httpx.Response(200, content=content)),  # type: ignore[misc]
                tmp_path / "register.csv",
                lambda *_: None,
            )
