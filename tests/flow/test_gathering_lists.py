"""What is told late or with a reason: places, names at the door, whom to thank; calendars; papers in time."""

import asyncio
from typing import Any

import pytest
from icalendar import Calendar

from shared.cli.wiring import filled_in
from tests.support.pdf_text import text_of
from tests.support.world import World

pytestmark = pytest.mark.runs("events", "intake")

SOON = {
    "zone": "Asia/Tokyo",
    "starts_at": "2006-11-03T18:00:00+09:00",
    "ends_at": "2006-11-03T20:00:00+09:00",
}
FOLDERS = filled_in("events").letter_fonts  # type: ignore[attr-defined]
WHY = {"reason": "letters to guests"}


async def test_the_place_is_told_to_confirmed_guests_alone_and_late(world: World) -> None:
    events = world.events
    gathering = await events.announced(seats=1, **SOON)
    path = f"/gatherings/{gathering}"
    seated = await events.ask(gathering, "Kim")
    await events.ask(gathering, "Waits")
    await events.ask(gathering, "Inside", role="staff")
    await events.post(f"/guests/{(await events.guest('Inside'))}/change", {"no_contact": True})
    assert "from 2006-11-02 09:00 UTC on" in (await events.try_post(f"{path}/tell-place", WHY)).text
    await world.turn("2006-11-03")
    told = await events.post(f"{path}/tell-place", WHY)
    assert told["venue"]["place"] == "Example Street 1, room 4"
    assert [each["name"] for each in told["guests"]] == ["Kim"]
    assert [each["name"] for each in told["in_person"]] == ["Inside"]
    assert "Waits" not in str(told)
    assert (await events.post(f"{path}/tell-place", WHY))["guests"] == []
    assert (await events.try_post(f"{path}/thank", WHY)).status_code == 409
    await events.post(f"{path}/hold")
    seat = seated["people"][0]["seat_id"]
    assert await events.post(f"{path}/attendance", {"came": {seat: True}}) == {"came": 1}
    assert [each["name"] for each in (await events.post(f"{path}/thank", WHY))["guests"]] == ["Kim"]
    assert (await events.post(f"{path}/thank", WHY))["guests"] == []


async def test_who_was_told_a_place_is_told_anew_where_it_was_moved(world: World) -> None:
    events = world.events
    gathering = await events.announced(seats=1, **SOON)
    seated = await events.ask(gathering, "Kim")
    path = f"/gatherings/{gathering}"
    await world.turn("2006-11-03")
    await events.post(f"{path}/tell-place", WHY)
    later = {key: value.replace("11-03", "11-05") for key, value in SOON.items()}
    await events.post(f"{path}/move", {**later, "note": "the hall is not free"})
    await events.party(gathering, seated, "accept")
    await world.turn("2006-11-05")
    told = await events.post(f"{path}/tell-place", WHY)
    assert [each["name"] for each in told["guests"]] == ["Kim"]
    # It is noon: what begins at ten can be confirmed by nobody.
    early = {key: value.replace("T18", "T10").replace("T20", "T12") for key, value in later.items()}
    past = {key: value.replace("11-05", "11-04") for key, value in later.items()}
    for when, words in ((early, "confirm"), (past, "a day to come")):
        answer = await events.try_post(f"{path}/move", {**when, "note": "too late"})
        assert (answer.status_code, words in answer.text) == (422, True)


async def test_a_list_for_the_door_is_a_reveal_with_role_and_reason(world: World) -> None:
    events = world.events
    gathering = await events.announced(seats=5, safety="closed")
    path = f"/gatherings/{gathering}"
    guest = await events.guest("=Kim")
    await events.post(f"{path}/invite", {"guest_ids": [guest]})
    await events.post(f"{path}/seats", {"guest_ids": [guest]})
    assert (await events.try_post(f"{path}/door-list", {})).status_code == 422
    answer = await events.try_post(f"{path}/door-list", {"reason": "names at the door"})
    assert answer.text.splitlines() == ["\ufeffname,phone,as,came", "'=Kim,,guest,"]
    (seen,) = (await events.get("/guests/readings"))["items"]
    assert (seen["what"], seen["subject"], seen["role"], seen["note"]) == (
        "guests",
        gathering,
        "events",
        "names at the door",
    )
    venue = await events.post(f"{path}/venue", {"reason": "to book the hall"})
    assert venue["place"] == "Example Street 1, room 4"
    assert len((await events.get("/guests/readings"))["items"]) == 2


NAMES = ("山田 太郎", "김영희", "Łukasz Dvořák", "#panic(1)")


@pytest.mark.skipif(
    not all(each.is_dir() for each in FOLDERS),
    reason="no fonts: apt-get install fonts-noto-cjk fonts-dejavu-core",
)
async def test_a_list_for_the_door_is_printed_in_any_script_and_tells_nothing_of_a_closed_gathering(
    world: World,
) -> None:
    events = world.events
    gathering = await events.announced(seats=5, safety="closed", venue={"title": "Secret", "place": "Cellar"})
    path = f"/gatherings/{gathering}"
    guests = [await events.guest(each) for each in NAMES]
    await events.post(f"{path}/invite", {"guest_ids": guests})
    await events.post(f"{path}/seats", {"guest_ids": guests})
    assert (await events.try_post(f"{path}/door-list/pdf", {})).status_code == 422
    printed = [await events.try_post(f"{path}/door-list/pdf", WHY) for _ in range(2)]
    assert printed[0].content == printed[1].content
    assert b"CreationDate(D:20061101" in printed[0].content
    assert printed[0].headers["cache-control"] == "no-store"
    said = text_of(printed[0].content).replace(" ", "")
    code = (await events.get(path))["code"]
    assert [each for each in (*NAMES, code) if each.replace(" ", "") not in said] == []
    assert not any(each in said for each in ("Secret", "Cellar"))
    assert len((await events.get("/guests/readings"))["items"]) == 2
    await events.post(f"/guests/{guests[0]}/change", {"contact": {"name": "สมชาย"}, "contact_version": 1})
    refused = await events.try_post(f"{path}/door-list/pdf", WHY)
    assert (refused.status_code, "U+0E2A" in refused.text, "CSV" in refused.text) == (409, True, True)


async def test_of_two_who_change_a_contact_at_the_same_time_the_second_is_told(world: World) -> None:
    events = world.events
    guest = await events.guest("Kim")
    path = f"/guests/{guest}"
    seen = (await events.post(f"{path}/contact", WHY))["contact_version"]
    changes = [{"contact": {"name": each}, "contact_version": seen} for each in ("Lee", "Park")]
    answers = await asyncio.gather(*(events.try_post(f"{path}/change", each) for each in changes))
    assert sorted(each.status_code for each in answers) == [200, 409]
    (lost,) = [each for each in answers if each.status_code == 409]
    assert "meanwhile" in lost.text
    kept = await events.post(f"{path}/contact", WHY)
    won = next(n for n, each in enumerate(answers) if each.status_code == 200)
    assert (kept["name"], kept["contact_version"]) == (("Lee", "Park")[won], seen + 1)
    (listed,) = (await events.get("/guests"))["items"]
    assert listed["contact_version"] == seen + 1
    await events.post(f"{path}/change", {**changes[1 - won], "contact_version": seen + 1})
    assert (await events.try_post(f"{path}/change", {"contact": {"name": "Choi"}})).status_code == 422


async def test_a_closed_gathering_shows_times_and_a_code_in_calendars_and_a_revoked_token_opens_nothing(
    world: World,
) -> None:
    """B13."""
    events = world.events
    await events.announced(venue={"title": "Open talk"})
    closed = await events.announced(safety="closed", venue={"title": "Secret talk", "place": "Cellar"})
    code = (await events.get(f"/gatherings/{closed}"))["code"]
    made = (await events.client.post("/calendars", json={"ends_on": "2007-12-31"})).json()
    whole, public = f"/calendars/of/{made['token']}", "/calendars/public.ics"
    shown = {each: (await events.client.get(each)).text for each in (whole, public)}
    assert not any(
        "Secret" in each or "Cellar" in each or "Example Street" in each for each in shown.values()
    )
    assert _summaries(shown[public]) == {"Open talk": "PUBLIC"}
    assert _summaries(shown[whole]) == {"Open talk": "PUBLIC", f"Assignment {code}": "PRIVATE"}
    await events.post(f"/calendars/{made['calendar_id']}/revoke")
    revoked = await events.client.get(whole)
    unknown = await events.client.get(f"/calendars/of/{made['token'][::-1]}")
    assert (revoked.status_code, revoked.text) == (unknown.status_code, unknown.text)
    assert revoked.status_code == 404
    for token in ("a", "short-token", "%E2%80%A6", "no.token.has.points", "x" * 300):
        never = await events.client.get(f"/calendars/of/{token}")
        assert (never.status_code, never.text) == (404, unknown.text)
    assert made["token"] not in await world.dump("events")


async def test_a_guest_with_a_seat_at_a_closed_gathering_sees_times_and_a_code_in_the_calendar(
    world: World,
) -> None:
    """By a token of the guest's own: who may come is told the place late, and by hand."""
    events = world.events
    closed = await events.announced(safety="closed", venue={"title": "Secret talk", "place": "Cellar"})
    guest, path = await events.guest("Kim"), f"/gatherings/{closed}"
    made = (await events.client.post("/calendars", json={"ends_on": "2007-12-31", "holder": guest})).json()
    feed = f"/calendars/of/{made['token']}"
    await events.post(f"{path}/invite", {"guest_ids": [guest]})
    assert _summaries((await events.client.get(feed)).text) == {}
    await events.post(f"{path}/seats", {"guest_ids": [guest]})
    shown = (await events.client.get(feed)).text
    code = (await events.get(path))["code"]
    assert _summaries(shown) == {f"Assignment {code}": "PRIVATE"}
    (event,) = _entries(shown)
    assert (f"{event['DTSTART'].dt:%Y-%m-%d %H:%M}", f"{event['DTEND'].dt:%H:%M}") == (
        "2007-04-12 12:00",
        "15:00",
    )
    assert not {"LOCATION", "DESCRIPTION", "URL"} & set(event)
    assert not any(each in shown for each in ("Secret", "Cellar", "Example Street", "Kim"))


def _entries(text: str) -> Any:
    return Calendar.from_ical(text).walk("VEVENT")


def _summaries(text: str) -> dict[str, str]:
    return {str(each["SUMMARY"]): str(each["CLASS"]) for each in _entries(text)}


async def test_a_guests_own_calendar_shows_the_gatherings_with_a_seat(world: World) -> None:
    events = world.events
    mine = await events.announced(seats=1, venue={"title": "Mine"})
    await events.announced(venue={"title": "Another"})
    party = await events.ask(mine, "Kim")
    holder = party["people"][0]["guest_id"]
    body = {"ends_on": "2006-11-01", "holder": holder}
    made = (await events.client.post("/calendars", json=body)).json()
    path = f"/calendars/of/{made['token']}"
    assert _summaries((await events.client.get(path)).text) == {"Mine": "PUBLIC"}
    await world.turn("2006-11-02")
    assert (await events.client.get(path)).status_code == 404


async def test_papers_are_in_time_until_the_day_ends_where_the_gathering_is(world: World) -> None:
    """B14. Summer time has begun in Brussels: its day ends at 22:00 UTC."""
    events = world.events
    planned = await events.plan(papers_due_on="2007-03-30", translation_due_on="2007-03-23")
    path = f"/gatherings/{planned['gathering_id']}/papers"
    paper = {"what": "text", "reference": "paper-1"}
    moments = {
        "2007-03-31T00:30:00+09:00": True,
        "2007-03-31T06:59:59+09:00": True,
        "2007-03-31T07:00:00+09:00": False,
    }
    for at, in_time in moments.items():
        assert (await events.post(path, {**paper, "received_at": at}))["in_time"] is in_time
    late = {"what": "translation", "reference": "paper-1", "received_at": "2007-03-30T12:00:00+02:00"}
    assert (await events.post(path, late))["in_time"] is False
    assert (await events.get(path))["open"] == ["text", "translation"]
    await world.turn("2007-03-30")
    assert (await events.get(path))["open"] == ["text"]
    await world.turn("2007-03-31")
    assert (await events.get(path))["open"] == []


async def test_topics_of_open_cases_are_offered_for_hearings(world: World) -> None:
    """S11."""
    case = await world.intake.open_case(topics=["arrest", "trial"])
    await world.intake.open_case(topics=["arrest"])
    await world.settled()
    assert await world.events.get("/topics") == [
        {"topic": "arrest", "cases": 2},
        {"topic": "trial", "cases": 1},
    ]
    await world.intake.post(f"/cases/{case}/close", {"reason": "released"})
    await world.settled()
    assert await world.events.get("/topics") == [{"topic": "arrest", "cases": 1}]
