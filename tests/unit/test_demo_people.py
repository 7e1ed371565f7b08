import json
from datetime import date
from typing import Any

import httpx
import pytest

from shared.cli.client import Services
from shared.cli.demo.chapter import Stage
from shared.cli.demo.chapters.events import Events, hearing, seminar
from shared.cli.demo.chapters.sponsorship import Sponsorship, children, settling
from shared.cli.demo.command import PLAN, REGISTER
from shared.cli.demo.living import days
from shared.cli.demo.plan import Plan, load_plan
from shared.contracts import SERVICES

FROM, TO = date(2006, 11, 1), date(2007, 6, 30)


@pytest.fixture(scope="module")
def plan() -> Plan:
    return load_plan(PLAN)


class World:
    """All services, as far as the two chapters ask them: what is made bears its key, and lists have what is `there`."""

    def __init__(self, couples: int = 5) -> None:
        homes = [
            {"household_id": f"home-{n}", "code": f"LF-{n}", "people": 2, "registered_on": FROM.isoformat()}
            for n in range(couples)
        ]
        young = {"status": "listed", "household_id": "home-0", "since": FROM.isoformat()}
        seat = {"seat_id": "s", "party_id": "p", "role": "guest", "member": False, "came": None}
        need = {"need_id": "n", "task": "accompany", "status": "offered", "source": "settlement"}
        self.there: dict[str, list[dict[str, Any]]] = {
            "/households": homes,
            "/children": [
                {**young, "child_id": "c-1", "waiting_since": FROM.isoformat()},
                {**young, "child_id": "c-2", "waiting_since": "2007-05-03"},
            ],
            "/terms": [],
            "/payments": [],
            "/sponsors": [],
            "/letters": [],
            "/holds": [{"hold_id": "h-1", "state": "held"}],
            "/learners": [{"member_id": "home-2-a", "status": "placed"}],
            "/needs": [{**need, "assignments": [{"assignment_id": "a-1", "state": "offered"}]}],
            "/seats": [{**seat, "state": "offered"}, {**seat, "seat_id": "t", "state": "seated"}],
        }
        self.posted: dict[str, tuple[date, str, Any]] = {}
        self.today = FROM

    def answer(self, request: httpx.Request) -> httpx.Response:
        path = request.url.path.removeprefix("/api")
        if request.method == "GET":
            return httpx.Response(200, json=self._listed(path))
        body: Any = json.loads(request.content) if request.content else None
        once = request.headers["Idempotency-Key"]
        known = self.posted.setdefault(once, (self.today, path, body))
        assert known[1:] == (path, body)
        names = (
            "case_id",
            "gathering_id",
            "party_id",
            "volunteer_id",
            "speaker_id",
            "slot_id",
            "consent_id",
            "term_id",
        )
        made = dict.fromkeys((*names, "request_id"), once.split("/")[1] + once[-4:])
        return httpx.Response(201, json={**made, "course_ids": ["course-1"]})

    def _listed(self, path: str) -> Any:
        if path.startswith("/cases/"):
            return {"topics": ["arrest"]}
        if path.startswith("/households/"):
            name = path.split("/")[2]
            both = [{"member_id": f"{name}-{each}", "age_band": "adult", "left_on": None} for each in "ab"]
            return {"members": both}
        if path.endswith("/lessons"):
            return [{"lesson_id": f"l-{self.today}", "version": 0, "on_day": self.today.isoformat()}]
        return {"items": self.there["/" + path.rsplit("/", 1)[-1]], "next": None}

    def days_of(self, end: str) -> list[date]:
        return [day for day, path, _ in self.posted.values() if path.endswith(end)]


async def lived(world: World, plan: Plan, last: date = TO, *, twice: bool = False) -> None:
    """Live through all days; with `twice` each of them again by a demo that was broken off in it."""
    transport = httpx.MockTransport(world.answer)
    known = Services(
        {name: httpx.AsyncClient(base_url=f"http://{name}", transport=transport) for name in SERVICES}
    )
    stage = Stage(known, plan, REGISTER, FROM, last, FROM)
    parts = (Sponsorship(stage), Events(stage))
    for day in days(FROM, last):
        world.today = stage.today = day
        for each in parts:
            await each.people_act(day)
            if twice:
                await each.people_act(day)


def day(number: int) -> date:
    return FROM.fromordinal(FROM.toordinal() + number)


async def test_children_are_shown_once_somebody_agreed_and_held_until_the_day_that_staff_chose(
    plan: Plan,
) -> None:
    world = World()
    await lived(world, plan)
    assert world.days_of("/members/c-1/consents") == [day(children.AGREED)]
    # Who became six in May is asked after that.
    assert world.days_of("/members/c-2/consents") == [day(children.LATER)]
    (held,) = [body for _, path, body in world.posted.values() if path == "/holds/h-1/extend"]
    assert held == {"until_on": "2006-11-30"}


async def test_a_couple_settles_and_comes_to_every_lesson(plan: Plan) -> None:
    world = World()
    await lived(world, plan)
    ((asked, path),) = [(on, p) for on, p, _ in world.posted.values() if p.endswith("/settlements")]
    assert (asked, path) == (day(settling.ASKED), "/households/home-2/settlements")
    lessons = world.days_of("/attendance")
    begins = date(2007, 4, 9)
    assert {each for each in lessons if each >= begins} >= set(
        days(begins, day(159 + settling.TERM_DAYS - 1))
    )


async def test_guests_speakers_and_helpers_have_their_days(plan: Plan) -> None:
    world = World()
    await lived(world, plan)
    assert len(world.days_of("/announce")) == 3
    assert world.days_of("/give-up") == [day(hearing.GIVEN_UP)]
    assert sorted(world.days_of("/hold")) == [
        day(each) for each in (hearing.TOLD, seminar.TRAINED, seminar.TOLD)
    ]
    withdrawn = [p for _, p, _ in world.posted.values() if p.endswith("/withdraw")]
    assert [path.split("/")[2] for path in withdrawn] == ["home-1"]
    assert len(world.days_of("/given")) == 2


async def test_a_day_on_which_the_demo_was_broken_off_is_done_again_and_changes_nothing(plan: Plan) -> None:
    once, again = World(), World()
    await lived(once, plan)
    await lived(again, plan, twice=True)
    assert again.posted == once.posted


async def test_a_register_without_couples_has_nobody_who_settles(plan: Plan) -> None:
    world = World(couples=0)
    await lived(world, plan)
    assert not world.days_of("/settlements")
    assert not world.days_of("/courses")
