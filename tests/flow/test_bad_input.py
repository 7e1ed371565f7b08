"""Bad input is refused with a problem document in plain words that repeats nothing of it, and nothing changes."""

import functools
import json
import re
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
import pytest_asyncio
from starlette.routing import compile_path

from shared.cli.wiring import application
from shared.contracts import talking
from tests.support.databases import Templates, fresh_databases, fresh_vhost
from tests.support.people import person
from tests.support.servers import Servers
from tests.support.sheets import CSV, GOOD, XLSX, sheet, workbook, zipped
from tests.support.world import World

pytestmark = pytest.mark.asyncio(loop_scope="module")

MARK = "zzqxmark"
"""Stands in every bad value that can hold text; no answer may repeat it."""
# The same in every process of a run: the names of the tests are made with it.
ID = str(UUID(int=2006))
MEGABYTE = 1_000_000
NUL, SURROGATE = MARK + "\x00", MARK + "\ud800"


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def shared(servers: Servers, templates: Templates) -> AsyncIterator[World]:
    """One world for all of this file: as nothing ever changes in it, the tests do not disturb each other."""
    with fresh_databases(templates) as databases, fresh_vhost(servers) as vhost:
        async with AsyncExitStack() as stack:
            world = World(servers, vhost, databases, stack)
            await world.start(*talking())
            await world.inventory.load_catalogue()
            await world.inventory.stock(rice=100_000, first_aid_kit=1, soap=1)
            household = await world.intake.register(needs=["food"])
            case = await world.intake.open_case()
            await world.at_rest()
            PATHS["case"] = f"/cases/{case}"
            PATHS["visit"] = await world.intake.plan_visit(case, "2006-11-20")
            PATHS["household"] = f"/households/{household['household_id']}"
            PATHS["member"] = household["members"][0]["member_id"]
            PATHS["reservation"] = (await world.inventory.reservations(household))[0]["id"]
            movements = await world.inventory.get("/movements", kind="received")
            PATHS["movement"] = movements["items"][0]["id"]
            yield world


PATHS: dict[str, str] = {}


async def state(world: World) -> list[str]:
    return [await world.dump(name, besides=["outbox"]) for name in talking()]


@functools.cache
def documented() -> list[tuple[str, str, re.Pattern[str], set[str]]]:
    """Service, method, path and statuses of every route, as its service documents it."""
    return [
        (name, method.upper(), compile_path(path)[0], set(each["responses"]))
        for name in talking()
        for path, item in application(name).openapi()["paths"].items()
        for method, each in item.items()
    ]


def assert_documented(answer: httpx.Response, service: str) -> None:
    """By the service that answered; two services may have routes of one name."""
    asked = answer.request
    told = [
        statuses
        for name, method, path, statuses in documented()
        if name == service and method == asked.method and path.fullmatch(asked.url.path)
    ]
    assert not told or str(answer.status_code) in set().union(*told)


def assert_refused(
    answer: httpx.Response, service: str, statuses: tuple[int, ...] = (400, 404, 405, 409, 413, 415, 422)
) -> None:
    assert answer.status_code in statuses, answer.text[:500]
    if answer.status_code != 400:
        # What is no JSON or no form at all is told by FastAPI: "any other problem".
        assert_documented(answer, service)
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert problem["status"] == answer.status_code
    assert len(problem["detail"]) > 10
    assert MARK not in answer.text.lower()
    assert len(answer.content) < 20_000
    for words in ("traceback", "sqlalchemy", "asyncpg", "pydantic"):
        assert words not in answer.text.lower()


def receipt(**line: Any) -> dict[str, Any]:
    return {
        "depot": "depot-north",
        "reference": "w",
        "lines": [{"item": "rice", "quantity": 5, **line}],
    }


def household(**more: Any) -> dict[str, Any]:
    return {"region": "north", "arrived_on": "2006-10-20", "members": [person()], **more}


def advocacy(**more: Any) -> dict[str, Any]:
    people = [{"given_name": "Given", "family_name": "Family", "role": "imprisoned"}]
    return {"people": people, "topics": [], **more}


def member(**more: Any) -> dict[str, Any]:
    return household(members=[{**person(), **more}])


QUANTITIES: list[Any] = [
    0,
    -1,
    10**13,
    10**400,
    1.5,
    "3",
    MARK,
    None,
    True,
    [],
    {},
    float("nan"),
    float("inf"),
]
TEXTS: list[Any] = [
    "",
    "  ",
    MARK * 200,
    MARK * (MEGABYTE // 8),
    NUL,
    SURROGATE,
    7,
    None,
    [MARK],
    {MARK: 1},
    MARK + "\n",
]
DATES: list[Any] = ["2006-13-01", "2006-02-30", MARK, "01.11.2006", 10**12, None, [], True]

INVENTORY: list[tuple[str, Any]] = [
    *(("/receipts", receipt(quantity=each)) for each in QUANTITIES),
    *(("/receipts", receipt(item=each)) for each in [*TEXTS, "no-such-item", "RICE", "rice;--"]),
    *(("/receipts", {**receipt(), "depot": each}) for each in [*TEXTS, "no-such-depot"]),
    *(("/receipts", {**receipt(), "reference": each}) for each in TEXTS if each not in ("  ", MARK + "\n")),
    *(
        ("/receipts", receipt(expires_on=each))
        for each in [*DATES, "1906-11-02", "2060-01-01"]
        if each is not None
    ),
    ("/receipts", {**receipt(), "lines": []}),
    ("/receipts", {**receipt(), "lines": [{"item": "rice", "quantity": 1}] * 501}),
    ("/receipts", {**receipt(), "lines": [{"item": "rice", "quantity": 1}] * 2}),
    ("/receipts", {**receipt(), "unknown": 1}),
    ("/receipts", {**receipt(), "unknown" * 100_000: 1}),
    ("/receipts", receipt(unknown=1)),
    ("/receipts", {**receipt(), "planned_delivery_id": ID}),
    ("/receipts", {**receipt(), "planned_delivery_id": MARK}),
    ("/receipts", MARK),
    ("/receipts", [receipt()]),
    ("/receipts", None),
    ("/receipts", {}),
    *(
        ("/adjustments", {"depot": "depot-north", "item": "rice", "quantity": each, "reason": "weighed"})
        for each in [-(10**13), 10**13, -100_001, 1.5, "3", MARK, None, True]
    ),
    *(
        ("/adjustments", {"depot": "depot-north", "item": "rice", "quantity": -1, "reason": each})
        for each in [*TEXTS, "no"]
        if each not in ("  ", MARK + "\n")
    ),
    *(
        (
            "/stocktakes",
            {"depot": "depot-north", "counts": [{"item": "rice", "counted": each}], "reason": "count"},
        )
        for each in [-1, 10**13, 1.5, "3", True, None]
    ),
    *(
        (
            "/transfers",
            {
                "from_depot": "depot-north",
                "to_depot": "depot-south",
                "item": "rice",
                "quantity": each,
                "reason": "moved",
            },
        )
        for each in [0, -1, 10**12, 1.5, "3"]
    ),
    (
        "/transfers",
        {
            "from_depot": "depot-north",
            "to_depot": "depot-north",
            "item": "rice",
            "quantity": 1,
            "reason": "in a circle",
        },
    ),
    ("/kits/assemble", {"depot": "depot-north", "kit": "rice", "quantity": 1}),
    ("/kits/assemble", {"depot": "depot-north", "kit": "no-such-kit", "quantity": 1}),
    ("/kits/assemble", {"depot": "no-such-depot", "kit": "first-aid-kit", "quantity": 1}),
    ("/kits/assemble", {"depot": "depot-north", "kit": "first-aid-kit", "quantity": 0}),
    *(
        ("/planned-deliveries", {"deliveries": [{**plan}]})
        for plan in (
            {"depot": "depot-north", "item": "rice", "quantity": 0, "due_on": "2006-12-01", "reference": "p"},
            {
                "depot": "depot-north",
                "item": "no-such-item",
                "quantity": 1,
                "due_on": "2006-12-01",
                "reference": "p",
            },
            *(
                {"depot": "depot-north", "item": "rice", "quantity": 1, "due_on": day, "reference": "p"}
                for day in (MARK, "1906-12-01", "2060-12-01")
            ),
            {"depot": "depot-north", "item": "rice", "quantity": 1, "due_on": "2006-12-01", "reference": NUL},
        )
    ),
    ("/planned-deliveries", {"deliveries": []}),
    ("/forecasts", {"item": "no-such-item"}),
    ("/forecasts", {"item": "rice", "until": "2006-10-31"}),
    ("/forecasts", {"item": "rice", "until": "9999-12-31"}),
    ("/catalogue", {"items": [{"code": "some-code", "name": "x", "kind": "clothing", "unit": "set"}]}),
    ("/catalogue", {"items": [{"code": "x", "name": "x", "kind": MARK, "unit": "set"}]}),
    ("/catalogue", {"items": [{"code": "x", "name": "x", "kind": "food", "unit": "g", "size": "M"}]}),
    ("/catalogue", {"items": [{"code": "x", "name": NUL, "kind": "food", "unit": "g"}]}),
    (
        "/catalogue",
        {
            "items": [
                {
                    "code": "some-code",
                    "name": "x",
                    "kind": "clothing",
                    "unit": "set",
                    "season": "winter",
                    "size": "M",
                }
            ]
        },
    ),
    ("/catalogue", {"kit_parts": [{"kit": "first-aid-kit", "part": "soap", "quantity": 0}]}),
    ("/households/" + ID + "/deliveries", {"received_by": ID}),
    ("/households/" + MARK + "/deliveries", {"received_by": ID}),
    ("{household}/deliveries", {"received_by": ID}),
    ("{household}/deliveries", {"received_by": MARK}),
    ("{household}/deliveries", {"received_by": "{member}", "lines": [{"reservation_id": ID}]}),
    *(
        (
            "{household}/deliveries",
            {
                "received_by": "{member}",
                "lines": [{"reservation_id": "{reservation}", "quantity": each}],
            },
        )
        for each in [0, -1, 15_001, 10**13, 1.5, "3", True]
    ),
    ("/reservations/" + ID + "/cancel", {"reason": "not wanted"}),
    ("/reservations/" + MARK + "/cancel", {"reason": "not wanted"}),
    ("/reservations/{reservation}/cancel", {"reason": "x"}),
    ("/reservations/{reservation}/cancel", {"reason": NUL}),
    ("/movements/" + ID + "/reverse", {"reason": "mistake"}),
    ("/movements/{movement}/reverse", {"reason": SURROGATE}),
    ("/clock", {"to": MARK}),
    ("/clock", {"to": None}),
    ("/clock", {}),
    ("/plan", {"targets": [{"area": 99, "measure": "x", "words": "x", "target": 1, "unit": "x"}]}),
    ("/plan", {"targets": [{"area": 2, "measure": "x", "words": "x", "target": -1, "unit": "x"}]}),
    ("/plan", {"targets": [{"area": 2, "measure": NUL, "words": "x", "target": 1, "unit": "x"}]}),
]

NO_LISTS: list[Any] = [[MARK], MARK, None, [7], {}]
NONSENSE: list[Any] = [MARK, None, 7, "", []]
INTAKE: list[tuple[str, Any]] = [
    *(
        ("/households", member(birth_date=each))
        for each in ["2006-11-02", "2099-01-01", "1880-10-01", *DATES]
    ),
    *(
        ("/households", household(members=[{**person(age=1), "age": each}]))
        for each in [-1, 121, 10**9, 3.5, "3", True, MARK, None, float("nan")]
    ),
    ("/households", member(age=3)),
    *(("/households", member(given_name=each)) for each in TEXTS if each != MARK + "\n"),
    *(("/households", member(family_name=each)) for each in TEXTS if each != MARK + "\n"),
    *(("/households", member(size=each)) for each in NONSENSE),
    *(("/households", member(sex=each)) for each in [MARK, None, 7]),
    *(("/households", member(relation=each)) for each in [MARK, None, 7]),
    *(("/households", member(languages=each)) for each in [[MARK], MARK, ["korean"], [7], ["ko"] * 21]),
    *(("/households", household(region=each)) for each in [*TEXTS, "North", "-north", "n" * 41]),
    *(
        ("/households", household(arrived_on=each))
        for each in ["2006-11-02", "9999-12-31", "0001-01-01", *DATES]
    ),
    *(("/households", household(needs=each)) for each in NO_LISTS),
    *(("/households", household(priorities=each)) for each in [[MARK], MARK, None, [7]]),
    *(("/households", household(register_ref=each)) for each in TEXTS if each not in (None, MARK + "\n")),
    *(("/households", household(members=each)) for each in [[], [person()] * 51, *NO_LISTS]),
    ("/households", household(unknown=MARK)),
    ("/households", member(unknown=MARK)),
    ("/households", MARK),
    ("/households", None),
    ("{household}/members", {**person(), "joined_on": "2006-11-02"}),
    ("{household}/members", {**person(), "birth_date": "2006-11-02"}),
    ("/households/" + ID + "/members", person()),
    ("/households/" + MARK + "/members", person()),
    ("{household}/members/" + ID + "/leave", {}),
    *(("{household}/members/{member}/leave", {"left_on": day}) for day in ("2006-11-02", "1906-11-01")),
    ("{household}/change", {}),
    ("{household}/change", {"region": MARK + " "}),
    ("{household}/close", {"outcome": MARK}),
    ("{household}/close", {}),
    ("{household}/reopen", None),
    ("/households/" + ID + "/close", {"outcome": "settled"}),
    ("/cases", {}),
    ("/cases", advocacy(people=[])),
    ("/cases", advocacy(people=advocacy()["people"] * 2)),
    ("/cases", advocacy(people=[{**advocacy()["people"][0], "given_name": NUL}])),
    ("/cases", advocacy(topics=[MARK])),
    ("/cases", advocacy(alias=MARK)),
    ("/cases/" + ID + "/close", {"reason": "released"}),
    ("{case}/close", {"reason": MARK}),
    ("{case}/reopen", None),
    ("{case}/topics", {"topics": MARK}),
    ("{case}/people", {"given_name": MARK, "family_name": ""}),
    ("{case}/people/" + ID + "/correct", {"given_name": MARK, "family_name": MARK}),
    *(("{case}/visits", {"planned_for": day}) for day in ("2006-10-31", "9999-12-31", MARK, 20061120, None)),
    *(("{case}/visits/{visit}/done", {"done_on": day}) for day in ("2006-11-02", "1906-11-01")),
    ("{case}/visits/" + ID + "/done", None),
    ("{case}/visits/{visit}/cancel", {"reason": "case_closed"}),
    ("{case}/grants", {"kind": "hospital", "amount": 1, "currency": "JPY"}),
    ("{case}/grants", {"kind": "family_visit", "amount": 0, "currency": "JPY"}),
]


def filled(text: str) -> str:
    for name, value in PATHS.items():
        text = text.replace("{" + name + "}", value)
    return text


def named(case: tuple[str, Any]) -> str:
    return ascii(case)[:90]


async def send_raw(world: World, service: str, path: str, content: bytes, **headers: str) -> httpx.Response:
    key = {"Idempotency-Key": str(uuid4()), "Content-Type": "application/json"}
    return await world.driver(service).client.post(filled(path), content=content, headers={**key, **headers})


@pytest.mark.parametrize(
    ("service", "case"),
    [*(("inventory", each) for each in INVENTORY), *(("intake", each) for each in INTAKE)],
    ids=[*(named(each) for each in INVENTORY), *(named(each) for each in INTAKE)],
)
async def test_a_bad_request_changes_nothing(shared: World, service: str, case: tuple[str, Any]) -> None:
    path, body = case
    before = await state(shared)
    content = filled(json.dumps(body)).encode()
    assert_refused(await send_raw(shared, service, path, content), service)
    assert await state(shared) == before


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"", "application/json"),
        (b"{", "application/json"),
        (b'{"region": "' + MARK.encode(), "application/json"),
        (b"\xff\xfe\x00" + MARK.encode(), "application/json"),
        (b"[" * 100_000, "application/json"),
        (json.dumps(household()).encode(), "text/plain"),
        (json.dumps(household()).encode(), "application/x-www-form-urlencoded"),
        (b"region=" + MARK.encode(), "application/x-www-form-urlencoded"),
        (b"<household/>", "application/xml"),
    ],
)
async def test_a_body_that_is_no_json_changes_nothing(shared: World, content: bytes, kind: str) -> None:
    before = await state(shared)
    assert_refused(
        await send_raw(shared, "intake", "/households", content, **{"Content-Type": kind}), "intake"
    )
    assert await state(shared) == before


@pytest.mark.parametrize("key", ["", "k" * 121])
async def test_a_key_that_is_none_changes_nothing(shared: World, key: str) -> None:
    before = await state(shared)
    content = json.dumps(household()).encode()
    assert_refused(
        await send_raw(shared, "intake", "/households", content, **{"Idempotency-Key": key}), "intake"
    )
    assert await state(shared) == before


LOOKED_FOR = [
    *(
        (service, path, {name: value})
        for service, path in (
            ("inventory", "/stock"),
            ("inventory", "/movements"),
            ("inventory", "/reservations"),
            ("inventory", "/households"),
            ("inventory", "/planned-deliveries"),
            ("intake", "/households"),
            ("intake", "{household}/timeline"),
            ("intake", "/cases"),
            ("intake", "{case}/history"),
            ("intake", "{case}/visits"),
        )
        for name, value in (
            ("limit", "0"),
            ("limit", "501"),
            ("limit", "-1"),
            ("limit", MARK),
            ("after", MARK * 30),
        )
    ),
    *(
        (service, path, {"after": MARK})
        for service, path in (
            ("inventory", "/movements"),
            ("inventory", "/reservations"),
            ("inventory", "/households"),
            ("inventory", "/planned-deliveries"),
            ("intake", "/households"),
            ("intake", "{household}/timeline"),
            ("intake", "/cases"),
            ("intake", "{case}/history"),
            ("intake", "{case}/visits"),
        )
    ),
    *(("inventory", "/stock", {name: MARK * 9}) for name in ("depot", "item", "kind")),
    *(("inventory", "/stock", {name: NUL}) for name in ("depot", "item", "after")),
    ("inventory", "/movements", {"household_id": MARK}),
    ("inventory", "/movements", {"kind": NUL}),
    ("inventory", "/reservations", {"state": MARK}),
    ("inventory", "/reservations", {"item": NUL}),
    ("inventory", "/forecast", {"item": "no-such-item"}),
    ("inventory", "/forecast", {"item": MARK + " "}),
    ("inventory", "/forecast", {"item": NUL}),
    ("inventory", "/forecast", {"item": "soap"}),
    ("inventory", "/forecast", {}),
    ("inventory", "/forecast", {"item": "rice", "until": "2006-10-01"}),
    ("inventory", "/forecast", {"item": "rice", "until": "9999-12-31"}),
    ("inventory", "/unmet", {"item": "rice"}),
    ("inventory", "/unmet", {"item": NUL, "from": "2006-11-01", "to": "2006-11-01"}),
    ("inventory", f"/households/{ID}/reservations", {}),
    ("inventory", f"/households/{MARK}/reservations", {}),
    ("inventory", f"/{MARK}", {}),
    ("inventory", "/receipts", {}),
    *(
        ("intake", "/households", {name: MARK})
        for name in ("status", "priority", "arrived_from", "arrived_to")
    ),
    ("intake", "/households", {"q": f"{MARK} OR 1=1"}),
    ("intake", "/households", {"q": "%"}),
    ("intake", "/households", {"unknown": MARK}),
    ("intake", "/households", {"region": NUL}),
    ("intake", f"/households/{ID}", {}),
    ("intake", f"/households/{MARK}", {}),
    ("intake", f"/households/{ID}/timeline", {}),
    ("intake", "/cases", {"status": MARK}),
    *(("intake", f"/cases/{ID}{path}", {}) for path in ("", "/history", "/visits")),
]


@pytest.mark.parametrize(("service", "path", "params"), LOOKED_FOR, ids=lambda value: ascii(value)[:60])
async def test_a_bad_question_gets_a_problem_document(
    shared: World, service: str, path: str, params: dict[str, str]
) -> None:
    replica = shared.inventory if service == "inventory" else shared.intake
    assert_refused(await replica.client.get(filled(path), params=params), service)


WHOLE = workbook(*([f"R-{n}", *GOOD[1:]] for n in range(200)))
FILES: dict[str, tuple[str, bytes, str]] = {
    "an empty file": ("r.csv", b"", CSV),
    "an empty workbook": ("r.xlsx", b"", XLSX),
    "no workbook": ("r.xlsx", b"PK\x03\x04" + MARK.encode() * 50, XLSX),
    "text called xlsx": ("r.xlsx", sheet(GOOD), XLSX),
    "a workbook called csv": ("r.csv", WHOLE, CSV),
    "a workbook without its end": ("r.xlsx", WHOLE[: len(WHOLE) // 2], XLSX),
    "a workbook without its last bytes": ("r.xlsx", WHOLE[:-10], XLSX),
    "another zip": ("r.xlsx", zipped(**{MARK: b"hello"}), XLSX),
    "a zip bomb": ("r.xlsx", zipped(**{"xl/worksheets/sheet1.xml": b"0" * 300_000_000}), XLSX),
    "an old excel file": ("r.xlsx", b"\xd0\xcf\x11\xe0" + b"0" * 600, XLSX),
    "another type": ("r.csv", sheet(GOOD), "image/png"),
    "another ending": ("r.exe", sheet(GOOD), CSV),
    "no headings": ("r.csv", ",".join(GOOD).encode(), CSV),
    "unknown column": ("r.csv", b"household," + MARK.encode() + b"\n1,2", CSV),
    "missing columns": ("r.csv", b"household,given_name\n1,2", CSV),
    "a column twice": ("r.csv", sheet(GOOD).replace(b"region", b"household"), CSV),
    "semicolons": ("r.csv", sheet(GOOD).replace(b",", b";"), CSV),
    "utf-16": ("r.csv", sheet(GOOD).decode().encode("utf-16"), CSV),
}


@pytest.mark.parametrize("name", FILES)
async def test_a_file_that_is_no_register_changes_nothing(shared: World, name: str) -> None:
    before = await state(shared)
    file = FILES[name]
    assert_refused(await shared.intake.client.post("/imports", files={"file": file}), "intake")
    assert await state(shared) == before


@pytest.mark.parametrize(
    "request_of",
    [
        {"json": {"file": MARK}},
        {"content": MARK.encode(), "headers": {"Content-Type": "multipart/form-data"}},
        {"content": MARK.encode(), "headers": {"Content-Type": "multipart/form-data; boundary=x"}},
        {"data": {"file": MARK}},
        {"files": {"other": ("r.csv", sheet(GOOD), CSV)}},
        {"content": b""},
    ],
    ids=lambda value: ascii(value)[:60],
)
async def test_an_upload_that_is_none_changes_nothing(shared: World, request_of: dict[str, Any]) -> None:
    before = await state(shared)
    assert_refused(await shared.intake.client.post("/imports", **request_of), "intake")
    assert await state(shared) == before
