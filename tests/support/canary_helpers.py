"""A fieldworker speaks, somebody wants to help, and whoever can type words of them at events types canaries."""

from typing import TYPE_CHECKING

from tests.support.events import HEARING
from tests.support.world import FIRST_DAY

if TYPE_CHECKING:
    from tests.support.canary_story import Story

PUBLISHED = "/recordings/{recording_id}/publications"


async def speak_and_help(story: "Story") -> None:
    """Every free text that events takes of speakers and volunteers, once."""
    who = story.contact("events", "/speakers", "fieldworker")
    speaker = await story.post("events", "/speakers", {"adult": True, "fieldworker": who})
    path = f"/speakers/{speaker['speaker_id']}"
    await story.post("events", f"{path}/consent", {"scopes": ["speaking", "recording"]})
    await story.post("events", f"{path}/trained", {"on": str(FIRST_DAY)})
    day = {name: f"{FIRST_DAY}T{hour}:00:00+01:00" for name, hour in (("starts_at", "14"), ("ends_at", "16"))}
    today = await story.post("events", "/gatherings", {**HEARING, **day})
    new = {"gathering_id": today["gathering_id"], "allowed": ["school"], **speaker}
    slot = (await story.post("events", "/slots", new))["slot_id"]
    await story.post("events", f"/slots/{slot}/given", None)
    recording = {"uses": ["recording"], "places": ["website"]}
    kept = await story.post("events", f"/slots/{slot}/recordings", recording)
    place = {"place": "newspaper", "note": story.plant("events", PUBLISHED, "note")}
    await story.post("events", PUBLISHED.format(**kept), place)
    contact = story.contact("events", "/volunteers", "contact")
    await story.post("events", "/volunteers", {"contact": contact, "adult": True, "tasks": ["interpret"]})
    await _no_longer(story)
    for each in ("/speakers", "/slots", "/volunteers", "/needs"):
        story.answers["events"].append(str(await story.world.events.get(each)))


async def _no_longer(story: "Story") -> None:
    """Somebody has a task that nobody wants any more, and is listed to be told so."""
    events = story.world.events
    await events.helper({"language": "ko", "level": "c1"})
    task = {
        "task": "accompany",
        "languages": [{"language": "ko", "level": "b1"}],
        "starts_on": str(FIRST_DAY),
    }
    need_id = (await events.post("/needs", task))["need_id"]
    await events.accept(await events.need(need_id, "offered"))
    await events.post(f"/needs/{need_id}/withdraw")
    reason = {"reason": story.plant("events", "/volunteers/to-tell", "reason")}
    answer = await events.try_post("/volunteers/to-tell", reason)
    assert "nobody is wanted for it any more" in answer.text, answer.text
