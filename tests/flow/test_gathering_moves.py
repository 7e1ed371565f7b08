"""A gathering that is moved takes all its times along, and whoever had agreed to the old ones is asked again."""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from services.events.commands import deciding, volunteers
from services.events.contacts import Venue
from services.events.domain.gatherings import Gathering, Language, Moving
from services.events.domain.languages import Skill
from shared.contracts.events import HelpChanged
from tests.support.events import HEARING
from tests.support.helpdesk import DAY, Helpdesk
from tests.support.world import World

pytestmark = pytest.mark.runs("events")

BRUSSELS = ZoneInfo("Europe/Brussels")
KOREAN = Language("ko", "ja", "cefr:c1", "consecutive", 1)
DUE = {
    "closes_at": "2007-04-11T14:00:00+02:00",
    "papers_due_on": "2007-04-02",
    "translation_due_on": "2007-03-30",
}
NAMES = ("starts_at", "closes_at", "papers_due_on", "translation_due_on")


def times(begins: str, ends: str) -> dict[str, str]:
    return {"zone": "Europe/Brussels", "starts_at": begins, "ends_at": ends, "note": "the hall is not free"}


THERE = times("2007-05-02T10:00:00+02:00", "2007-05-02T13:00:00+02:00")
BACK = times(HEARING["starts_at"], HEARING["ends_at"])  # type: ignore[arg-type]
SOON = times("2006-11-20T10:00:00+01:00", "2006-11-20T13:00:00+01:00")


def told(gathering: Any) -> list[str]:
    """When it begins and closes by the clock of its place, and by which days papers are due."""
    moments = [datetime.fromisoformat(gathering[name]).astimezone(BRUSSELS) for name in NAMES[:2]]
    return [*(f"{each:%Y-%m-%dT%H:%M}" for each in moments), *(gathering[name] for name in NAMES[2:])]


async def test_what_is_not_named_moves_along_and_back(world: World) -> None:
    events = world.events
    gathering = await events.announced(**DUE)
    path = f"/gatherings/{gathering}"
    before = await events.get(path)
    moved = await events.post(f"{path}/move", THERE)
    assert told(moved) == ["2007-05-02T10:00", "2007-05-01T10:00", "2007-04-22", "2007-04-19"]
    back = await events.post(f"{path}/move", BACK)
    assert (told(back), back["status"]) == (told(before), "moved")
    named = await events.post(
        f"{path}/move", {**THERE, "closes_at": THERE["starts_at"], "papers_due_on": "2007-04-30"}
    )
    assert told(named)[1:] == ["2007-05-02T10:00", "2007-04-30", "2007-04-19"]


async def test_what_would_be_over_by_a_move_is_asked_for(world: World) -> None:
    """Moved ahead by months, papers would have been due before today, and guests could not confirm their seats."""
    events = world.events
    for due, wrong in (
        ({"papers_due_on": "2007-03-01"}, "papers_due_on"),
        ({"closes_at": "2007-03-01T12:00:00+01:00"}, "closes_at"),
    ):
        path = f"/gatherings/{await events.announced(**due)}"
        answer = await events.try_post(f"{path}/move", SOON)
        assert (answer.status_code, wrong in answer.text) == (422, True)
        said = (
            {"papers_due_on": "2006-11-10"} if wrong == "papers_due_on" else {"closes_at": SOON["starts_at"]}
        )
        assert (await events.post(f"{path}/move", {**SOON, **said}))["starts_on"] == "2006-11-20"


async def test_a_paper_that_was_late_is_in_time_once_its_day_moved_on(world: World) -> None:
    events = world.events
    path = f"/gatherings/{await events.announced(papers_due_on='2006-11-01')}"
    await world.turn("2006-11-03")
    late = {"what": "text", "reference": "paper-1"}
    assert (await events.post(f"{path}/papers", late))["in_time"] is False
    await events.post(f"{path}/move", THERE)
    (paper,) = (await events.get(f"{path}/papers"))["papers"]
    assert (paper["reference"], paper["in_time"]) == ("paper-1", True)
    await events.post(f"{path}/cancel", {"note": "no visas"})
    refused = await events.try_post(f"{path}/papers", late)
    assert (refused.status_code, "was cancelled" in refused.text) == (409, True)


async def test_a_gathering_to_which_somebody_came_is_neither_moved_nor_cancelled(world: World) -> None:
    events = world.events
    gathering = await events.announced(
        starts_at="2006-11-01T14:00:00+01:00", ends_at="2006-11-01T16:00:00+01:00"
    )
    path = f"/gatherings/{gathering}"
    seat = (await events.ask(gathering, "a"))["people"][0]["seat_id"]
    await events.post(f"{path}/attendance", {"came": {seat: True}})
    for what, body in (("move", THERE), ("cancel", {"note": "the hall is not free"})):
        answer = await events.try_post(f"{path}/{what}", body)
        assert (answer.status_code, "Somebody came" in answer.text) == (409, True)
    assert await events.post(f"{path}/attendance", {"came": {seat: False}}) == {"came": 0}
    assert (await events.post(f"{path}/cancel", {"note": "nobody came"}))["status"] == "cancelled"


async def move(desk: Helpdesk, gathering: Gathering, days: int, venue: Venue | None = None) -> None:
    old, later = gathering.times, timedelta(days=days)
    to = Moving(old.zone, old.starts_at + later, old.ends_at + later)
    rules = desk.settings.seat_rules
    done = await desk.do(lambda unit: deciding.move(unit, rules, gathering.id, to, venue, "no hall"))
    assert isinstance(done, Gathering), done
    await desk.works()


async def days_of(desk: Helpdesk) -> tuple[Any, ...]:
    (row,) = await desk.rows("SELECT starts_on, ends_on, starts_at, ends_at FROM need")
    return tuple(row.values())


async def test_interpreters_who_had_agreed_are_asked_again_at_each_move(desk: Helpdesk) -> None:
    """Two moves and one back. Who has no time then is free, and the next one is asked."""
    who = await desk.volunteer(Skill("ko", "ja", "c2", modes=frozenset({"consecutive"})))
    seminar = await desk.gathering(DAY + timedelta(days=30), KOREAN)
    (need,) = await desk.needs()
    await desk.answers(volunteers.accept)
    before = await days_of(desk)
    for days in (7, 14, 0):
        await move(desk, seminar, days)
        assert await desk.held() == [(need, who)]
        assert (await desk.needs())[need][:2] == ("offered", 1)
        assert (await days_of(desk))[0] == DAY + timedelta(days=30 + days)
        if days == 7:
            await desk.answers(volunteers.accept)
    assert await days_of(desk) == before
    await desk.answers(volunteers.accept)
    statuses = [each.status for each in await desk.said(HelpChanged, need)]
    assert statuses == ["open", "offered", "accepted", "offered", "accepted", "offered", "accepted"]
    busy = {"available_until": DAY + timedelta(days=40)}
    other = await desk.volunteer()
    await desk.rows("UPDATE volunteer SET available_until = :available_until WHERE id = :id", id=who, **busy)
    await move(desk, seminar, 20)
    assert (await desk.held("freed"), await desk.held()) == ([(need, who)], [(need, other)])


async def test_a_move_to_the_same_time_at_another_place_asks_no_interpreter_again(desk: Helpdesk) -> None:
    await desk.volunteer()
    seminar = await desk.gathering(DAY + timedelta(days=30), KOREAN)
    await desk.answers(volunteers.accept)
    await move(desk, seminar, 0, Venue("Seminar", "Hall 2"))
    assert [dict(row) for row in await desk.rows("SELECT place FROM venue")] == [{"place": "Hall 2"}]
    assert [status for status, *_ in (await desk.needs()).values()] == ["accepted"]
