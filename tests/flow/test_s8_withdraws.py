"""S8, through both services: a member agrees in intake, is to speak in events, and withdraws in intake."""

from tests.support.events import HEARING
from tests.support.people import person
from tests.support.world import World

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
    assert (await events.try_post("/speakers", {"adult": False, **ids})).status_code == 422
    speaker = (await events.post("/speakers", {"adult": True, "languages": ["ko"], **ids}))["speaker_id"]
    await events.post(f"/speakers/{speaker}/trained")
    new = {"speaker_id": speaker, "gathering_id": coming, "allowed": ["school"]}
    assert (await events.try_post("/slots", new)).status_code == 409

    consent = await intake.agree(household, 0, "public_speaking", "speaking", "recording")
    await world.settled()
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
