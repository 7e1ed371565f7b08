import json
from collections.abc import Sequence
from datetime import date
from typing import Any

import httpx
import pytest

from shared.cli.client import Services
from shared.cli.demo.chapter import Stage
from shared.cli.demo.chapters.intake.moving import Moving
from shared.cli.demo.command import PLAN, REGISTER
from shared.cli.demo.living import days
from shared.cli.demo.plan import Plan, load_plan
from shared.contracts import SERVICES

FROM, TO = date(2006, 11, 1), date(2007, 6, 30)


@pytest.fixture(scope="module")
def plan() -> Plan:
    return load_plan(PLAN)


class Desk:
    """Intake, as far as coming and leaving goes; its households have so many people each, children in the `young`."""

    def __init__(self, sizes: Sequence[int], young: Sequence[str] = ()) -> None:
        self.young = young
        self.homes = [
            {
                "household_id": f"home-{n}",
                "code": f"LF-{n}",
                "people": size,
                "registered_on": FROM.isoformat(),
            }
            for n, size in enumerate(sizes)
        ]
        self.posted: list[tuple[date, str, Any, str]] = []
        self.today = FROM

    def answer(self, request: httpx.Request) -> httpx.Response:
        if request.method == "GET":
            if home := next(
                (e for e in self.homes if request.url.path.endswith(f"/{e['household_id']}")), None
            ):
                band = "school" if home["household_id"] in self.young else "adult"
                members = [{"age_band": band, "left_on": None}] * 2
                return httpx.Response(200, json={"members": members})
            return httpx.Response(200, json={"items": self.homes, "next": None})
        path, body = request.url.path.removeprefix("/api"), json.loads(request.content)
        self.posted.append((self.today, path, body, request.headers["Idempotency-Key"]))
        if path == "/households":
            later = {"household_id": "home-9", "code": "LF-9", "people": 2, "registered_on": "2007-06-02"}
            self.homes.append(later)
        return httpx.Response(201, json={})


async def lived(desk: Desk, plan: Plan, last: date = TO) -> None:
    transport = httpx.MockTransport(desk.answer)
    known = Services(
        {name: httpx.AsyncClient(base_url=f"http://{name}", transport=transport) for name in SERVICES}
    )
    stage = Stage(known, plan, REGISTER, FROM, last, FROM)
    told = Moving(stage)
    for day in days(FROM, last):
        desk.today = stage.today = day
        await told.goes_on(day)


async def test_after_the_winter_as_many_people_come_as_leave(plan: Plan) -> None:
    desk = Desk([2, 6, 2, 1, 2, 2], young=["home-5"])
    await lived(desk, plan)
    assert [(on, path) for on, path, *_ in desk.posted] == [
        (date(2007, 6, 2), "/households"),
        (date(2007, 6, 15), "/households/home-4/close"),
        (date(2007, 6, 20), "/households/home-2/close"),
    ]
    (family, *left) = [body for _, _, body, _ in desk.posted]
    assert len(family["members"]) == 2 * len(left)
    assert family["arrived_on"] < "2007-06-02"
    assert len({once for *_, once in desk.posted}) == 3


@pytest.mark.parametrize(("last", "sizes"), [(date(2007, 5, 31), [2, 2]), (TO, [3, 1])])
async def test_nobody_leaves_before_the_winter_ends_nor_where_there_is_no_couple(
    plan: Plan, last: date, sizes: list[int]
) -> None:
    desk = Desk(sizes)
    await lived(desk, plan, last)
    assert not [path for _, path, *_ in desk.posted if path.endswith("/close")]
