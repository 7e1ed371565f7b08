"""S8, through both services: a member agrees in intake, is to speak in events, and withdraws in intake."""

from uuid import uuid4

import pytest

from tests.support.events import HEARING
from tests.support.people import person
from tests.support.world import World

pytestmark = pytest.mark.runs("events", "intake")

TODAY = {"starts_at": "2006-11-01T14:00:00+01:00", "ends_at": "2006-11-01T16:00:00+01:00"}
"""Of the hearing at which the member speaks."""


async def test_a_member_who_withdraws_is_off_the_hearing_and_what_was_recorded_comes_down(
    world: World,
) -> None:
    intake, events = world.intake, world.events
    household = await intake.register([person(1)], needs=[])
    past = await events.post("/gatherings", {**HEARING, **TODAY})
    coming = await events.announced()
    ids = {"household_id": household["household_id"], "member_id": household["members"][0]["member_id"]}
    unknown = await events.try_post("/speakers", {"adult": True, **ids})
    assert (unknown.status_code, "Let the member agree there first" in unknown.text) == (409, True)
    consent = await intake.agree(household, 0, "public_speaking", "speaking", "recording")
    await world.settled()
    assert (await events.try_post("/speakers", {"adult": False, **ids})).status_code == 422
    elsewhere = {**ids, "household_id": str(uuid4())}
    assert (await events.try_post("/speakers", {"adult": True, **elsewhere})).status_code == 422
    speaker = (await events.post("/speakers", {"adult": True, "languages": ["ko"], **ids}))["speaker_id"]
    new = {"speaker_id": speaker, "gathering_id": coming, "allowed": ["school"]}
    untrained = await events.try_post("/slots", new)
    assert (untrained.status_code, "not trained" in untrained.text) == (409, True)
    await events.post(f"/speakers/{speaker}/trained")
    given = await events.slot(speaker, past["gathering_id"], "recording")
    await events.post(f"/slots/{given}/given")
    kept = {"uses": ["recording"], "places": ["website"]}
    await events.post(f"/slots/{given}/recordings", kept)
    slot = await events.slot(speaker, coming, "recording")

    await intake.post(f"{consent}/withdraw", {"scopes": ["recording"]})
    await world.settled()
    shown = await events.get(f"/slots/{slot}")
    assert (shown["status"], shown["may_not_be_used"]) == ("planned", ["recording"])
    (task,) = (await events.get("/recordings", state="take_down"))["items"]
    assert (task["slot_id"], task["since"]) == (given, "2006-11-01")

    await intake.post(f"{consent}/withdraw")
    await world.settled()
    shown = await events.get(f"/slots/{slot}")
    assert (shown["status"], shown["why"]) == ("flagged", "The speaker does not agree to speak in public.")
    assert (await events.get(f"/slots/{given}"))["status"] == "given"
    (published,) = task["publications"]
    await events.post(f"/publications/{published['publication_id']}/taken-down")
    await events.post(f"/recordings/{task['recording_id']}/destroyed")
    assert (await events.get("/recordings", state="take_down"))["items"] == []
    talks = [line for line in await intake.told(household) if line.startswith("Talk:")]
    assert [line.split(":")[1].strip(" .") for line in talks] == [
        "a member is to speak at a gathering",
        "a member has spoken at a gathering",
        "a member is to speak at a gathering",
        "a member cannot speak as planned",
    ]


async def test_whoever_is_found_to_be_a_minor_speaks_no_longer_and_who_is_of_age_after_all_agrees_anew(
    world: World,
) -> None:
    """A birth date is corrected at intake, there and back: the consent ends with it, and is not given back."""
    intake, events = world.intake, world.events
    household = await intake.register([person(1), person(2)], needs=[])
    home, member = household["household_id"], household["members"][0]["member_id"]
    await intake.agree(household, 0, "public_speaking", "speaking")
    await world.settled()
    speaker, slot = await events.speaks(household, 0, await events.announced())

    async def corrected(born: str) -> tuple[str, bool, int]:
        await intake.post(f"/households/{home}/members/{member}/correct", {"birth_date": born})
        await world.settled()
        shown = await events.get(f"/speakers/{speaker}")
        trained = await events.try_post(f"/speakers/{speaker}/trained")
        return (await events.get(f"/slots/{slot}"))["why"], shown["of_age"], trained.status_code

    minor = "The speaker is not of age: a minor does not speak in public."
    assert await corrected("1995-01-01") == (minor, False, 409)
    unasked = "The speaker does not agree to speak in public."
    assert await corrected("1970-01-01") == (unasked, True, 200)
    assert "A member is not of age, and does not agree to public speaking now." in await intake.told(
        household
    )
    await intake.agree(household, 0, "public_speaking", "speaking")
    await world.settled()
    assert (await events.get(f"/slots/{slot}"))["status"] == "planned"


async def test_a_speaker_who_moves_is_of_the_household_in_which_they_are(world: World) -> None:
    """So that it is the closing of this one that takes them off what is to come."""
    intake, events = world.intake, world.events
    here, there = [await intake.register([person(n), person(n + 1)], needs=[]) for n in (1, 3)]
    await intake.agree(here, 1, "public_speaking", "speaking")
    await world.settled()
    speaker, slot = await events.speaks(here, 1, await events.announced())
    move = {"to": there["household_id"], "relation": "other"}
    path = f"/households/{here['household_id']}/members/{here['members'][1]['member_id']}/move"
    await intake.post(path, move)
    await intake.close(here, "settled")
    await world.settled()
    assert (await events.get(f"/speakers/{speaker}"))["household_id"] == there["household_id"]
    assert (await events.get(f"/slots/{slot}"))["status"] == "planned"
    await intake.close(there, "settled")
    await world.settled()
    assert (await events.get(f"/slots/{slot}"))["status"] == "flagged"
