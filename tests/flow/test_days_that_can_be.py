"""Events takes no day that nobody can mean, by whichever way it comes in; what each rule says is in the unit tests."""

from typing import Any
from uuid import uuid4

import pytest

from tests.support.events import HEARING
from tests.support.world import World

pytestmark = pytest.mark.runs("events")

WANTED = [{"language": "ko", "level": "b2"}]
NEED = {"task": "interpret", "languages": WANTED, "starts_on": "2006-11-20"}
KOREAN = {"source": "ko", "target": "en", "level": "cefr:c1"}
PAPER = {"what": "text", "reference": "paper-1"}
FROM = {"available_from": "2006-12-02"}
PROFILE: dict[str, Any] = {"tasks": ["interpret"]}
MOVED = {name: HEARING[name] for name in ("zone", "starts_at", "ends_at")} | {"note": "the hall is not free"}
ONE_TIME = {"starts_at": "2006-11-21T10:00:00+09:00", "ends_at": "2006-11-21T12:00:00+09:00"}


def in_the_year(year: str) -> dict[str, str]:
    """The hours of the hearing in another year."""
    return {name: f"{year}{HEARING[name][4:]}" for name in ("starts_at", "ends_at")}  # type: ignore[index]


WAYS: list[tuple[str, dict[str, Any], str]] = [
    ("/gatherings", {**HEARING, "starts_at": "1907-04-12T14:00:00+02:00"}, "starts_at"),
    ("/gatherings", {**HEARING, **in_the_year("2005")}, "starts_at"),
    ("/gatherings", {**HEARING, **in_the_year("2027")}, "starts_at"),
    ("/gatherings", {**HEARING, "ends_at": "2008-04-12T17:00:00+02:00"}, "ends_at"),
    ("/gatherings", {**HEARING, "closes_at": "2006-10-12T14:00:00+02:00"}, "closes_at"),
    ("/gatherings", {**HEARING, "papers_due_on": "2007-04-13"}, "papers_due_on"),
    ("/gatherings", {**HEARING, "languages": [KOREAN, {**KOREAN, "people": 2}]}, "languages"),
    ("/gatherings", {**HEARING, "languages": [{**KOREAN, "target": "ko"}]}, "languages"),
    ("{gathering}/move", {**MOVED, "papers_due_on": "2007-04-13"}, "papers_due_on"),
    ("{gathering}/move", {**MOVED, "closes_at": "2007-04-13T14:00:00+02:00"}, "closes_at"),
    ("{gathering}/move", {**MOVED, "starts_at": "2006-10-12T14:00:00+02:00"}, "starts_at"),
    ("{gathering}/papers", {**PAPER, "received_at": "1907-01-01T10:00:00+01:00"}, "received_at"),
    ("/needs", {**NEED, "ends_on": "2006-11-19"}, "ends_on"),
    ("/needs", {**NEED, "starts_on": "2005-11-20"}, "starts_on"),
    ("/needs", {**NEED, **ONE_TIME}, "starts_at"),
    ("/volunteers", {**PROFILE, **FROM, "adult": True, "available_until": "2006-12-01"}, "available_until"),
    ("{volunteer}/profile", {**PROFILE, "available_until": "2006-10-31"}, "available_until"),
    ("{volunteer}/checks", {"what": "police_record", "until": "1906-11-01"}, "until"),
    ("{volunteer}/checks", {"what": "police_record", "until": "2036-11-01"}, "until"),
    ("{speaker}/consent", {"scopes": ["speaking"], "until": "2006-10-31"}, "until"),
    ("{speaker}/trained", {"on": "2006-11-02"}, "on"),
    ("/calendars", {"ends_on": "2106-11-01"}, "ends_on"),
    ("/calendars", {"ends_on": "2006-10-31"}, "ends_on"),
]  # fmt: skip


async def test_no_way_in_takes_a_day_that_cannot_be(world: World) -> None:
    events = world.events
    contact = {"contact": {"name": "Example Volunteer", "mail": f"{uuid4()}@example.org"}}
    fieldworker = {"name": "Example Fieldworker", "mail": "f@example.org"}
    speaker = await events.post("/speakers", {"adult": True, "fieldworker": fieldworker})
    made = {
        "gathering": f"/gatherings/{await events.announced()}",
        "volunteer": f"/volunteers/{await events.helper()}",
        "speaker": f"/speakers/{speaker['speaker_id']}",
    }
    answers = []
    for path, body, field in WAYS:
        more = contact if path == "/volunteers" else {}
        answer = await events.try_post(path.format(**made), {**body, **more})
        said = answer.text if answer.status_code == 422 else ""
        answers.append((path, field, answer.status_code, field in said))
    assert answers == [(path, field, 422, True) for path, _, field in WAYS]
    assert len((await events.get("/gatherings"))["items"]) == 1


async def test_a_check_that_has_run_out_is_written_down_and_shown_as_such(world: World) -> None:
    """So a slip is corrected, and whoever is asked to help is told which check is lacking."""
    events = world.events
    skill = {"language": "ko", "level": "cefr:c1"}
    volunteer = await events.helper(skill)
    path = f"/volunteers/{volunteer}"
    for until in ("2016-11-01", "2006-10-01"):
        await events.post(f"{path}/checks", {"what": "police_record", "until": until})
    shown = await events.get(path)
    assert (shown["checks"]["police_record"], shown["run_out"]) == ("2006-10-01", ["police_record"])
    need = {"task": "accompany", "languages": WANTED, "starts_on": "2006-11-20", "region": "tokyo"}
    made = (await events.post("/needs", need))["need_id"]
    answer = await events.try_post(f"/needs/{made}/assign", {"volunteer_id": volunteer})
    words = "counts until 2006-10-01 alone; it is needed until 2006-11-20"
    assert (answer.status_code, words in answer.text) == (409, True)
    (next_best,) = (await events.get(f"/needs/{made}/candidates"))["next_best"]
    assert [words in each for each in next_best["words"]] == [True]


async def test_whoever_was_written_down_with_the_wrong_age_is_corrected(world: World) -> None:
    """A minor has no task; who is of age by now can be checked and asked."""
    events = world.events
    volunteer = await events.helper({"language": "ko", "level": "cefr:c1"})
    path = f"/volunteers/{volunteer}"
    need = {"task": "accompany", "languages": WANTED, "starts_on": "2006-11-20", "region": "tokyo"}
    made = (await events.post("/needs", need))["need_id"]
    await events.need(made, "offered")
    await events.post(f"{path}/profile", {**PROFILE, "adult": False})
    shown = await events.get(path)
    assert (shown["state"], shown["adult"], shown["open"]) == ("applicant", False, 0)
    assert "only grown-ups" in (await events.try_post(f"{path}/state", {"state": "checked"})).text
    await events.post(f"{path}/profile", {**PROFILE, "adult": True})
    for state in ("checked", "active"):
        await events.post(f"{path}/state", {"state": state})
    assert (await events.get(path))["state"] == "active"
