"""Gatherings are planned, guests ask for seats, and whoever can type words at events types canaries."""

from typing import TYPE_CHECKING, Any

from tests.support.events import HEARING
from tests.support.world import FIRST_DAY

if TYPE_CHECKING:
    from tests.support.canary_story import Story

VENUE = ("title", "place", "link", "emergency")
PLANNED, SEATS, GUESTS = "/gatherings", "/gatherings/{gathering_id}/seats", "/guests"


async def gather(story: "Story") -> None:
    """Every free text that events takes of gatherings and guests, once."""
    first = await _plan(story)
    second = await _plan(story)
    guests = [{"contact": story.contact("events", SEATS, "guests[].contact")}]
    await _post(story, SEATS, {"guests": guests}, **first)
    await _list(story, first)
    await _guest(story)
    await _show(story)
    path = "/gatherings/{gathering_id}/move"
    moved = {name: HEARING[name] for name in ("zone", "starts_at", "ends_at")}
    note = story.plant("events", path, "note")
    before = [key for key, home in story.canaries.homes.items() if home.startswith("events venue.")][
        -len(VENUE) :
    ]
    await _post(story, path, {**moved, "venue": _venue(story, path), "note": note}, **second)
    # Where it was first is kept no longer.
    story.canaries.add(before)
    path = "/gatherings/{gathering_id}/change"
    changes = {"plan_version": 1, "topics": ["arrest"], "note": story.plant("events", path, "note")}
    await _post(story, path, changes, **second)
    path = "/gatherings/{gathering_id}/cancel"
    await _post(story, path, {"note": story.plant("events", path, "note")}, **first)
    for each in ("seats", "waiting", "imports"):
        await _looked_at(story, f"/gatherings/{first['gathering_id']}/{each}")
    await _looked_at(story, "/guests")


async def _plan(story: "Story") -> Any:
    planned = await story.post("events", PLANNED, {**HEARING, "venue": _venue(story, PLANNED)})
    return await story.post("events", f"/gatherings/{planned['gathering_id']}/announce", None)


def _venue(story: "Story", path: str) -> dict[str, str]:
    return {name: story.plant("events", path, f"venue.{name}") for name in VENUE}


async def _list(story: "Story", gathering: Any) -> None:
    """A list of guests has names; of a row that is not taken nothing is kept."""
    path = "/gatherings/{gathering_id}/imports"
    story.planted.add(("events", path, "file"))
    name, bad = story.canaries.plant("events contact.name"), story.canaries.plant()
    file = f"name,mail,language,party\n{name},d@example.org,ko,{bad}\n{bad},{bad},{bad},\n"
    files = {"file": (f"{bad}.csv", file.encode(), "text/csv")}
    for query in ("?dry_run=true", ""):
        client = story.world.events.client
        found = await client.post(f"{path.format(**gathering)}{query}", files=files)
        assert (found.json()["seated"], found.json()["bad_rows"]) == (1, 1), found.text
        story.answers["events"].append(found.text)


async def _guest(story: "Story") -> None:
    """A contact that was wrong is kept no longer; the right one is shown with a reason, also to the treasurer."""
    wrong = story.contact("events", GUESTS, "contact")
    guest = await _post(story, GUESTS, {"contact": wrong, "purposes": ["appeals"]})
    path = f"{GUESTS}/{{guest_id}}/change"
    right: Any = {"contact": story.contact("events", path, "contact"), "contact_version": 1}
    await _post(story, path, right, **guest)
    path = "/contacts/{contact_id}/correct"
    last = {"contact": story.contact("events", path, "contact"), "contact_version": 2}
    reason = {"reason": story.plant("events", path, "reason")}
    await _post(story, path, {**last, **reason}, contact_id=guest["guest_id"])
    story.canaries.add([*wrong.values(), *right["contact"].values()])
    for path in (f"{GUESTS}/{{guest_id}}/contact", f"{GUESTS}/{{guest_id}}/offered"):
        reason = {"reason": story.plant("events", path, "reason")}
        shown = await story.world.events.post(path.format(**guest), reason)
        assert story.canaries.within(str(shown))


async def _show(story: "Story") -> None:
    """Where a gathering of today is and who comes is shown with a reason, which is kept."""
    today = {
        "zone": "Asia/Tokyo",
        "starts_at": f"{FIRST_DAY}T18:00:00+09:00",
        "ends_at": f"{FIRST_DAY}T20:00:00+09:00",
    }
    gathering = await story.world.events.announced(**today)
    for each in (
        "venue",
        "door-list",
        "door-list/pdf",
        "invitations",
        "offers",
        "to-tell",
        "tell-place",
        "hold",
        "thank",
    ):
        path = f"/gatherings/{{gathering_id}}/{each}"
        if each == "hold":
            await _post(story, path, None, gathering_id=gathering)
            await _walk_in(story, gathering)
            continue
        reason = {"reason": story.plant("events", path, "reason")}
        answer = await story.world.events.try_post(path.format(gathering_id=gathering), reason)
        assert answer.is_success, answer.text


async def _walk_in(story: "Story", gathering: str) -> None:
    """Somebody comes who never asked for a seat."""
    path = "/gatherings/{gathering_id}/attendance"
    guest = {"contact": story.contact("events", path, "guests[].contact")}
    await _post(story, path, {"guests": [guest]}, gathering_id=gathering)


async def _post(story: "Story", path: str, body: Any, **which: Any) -> Any:
    return await story.post("events", path.format(**which), body)


async def _looked_at(story: "Story", path: str) -> None:
    """An answer in which no canary may stand."""
    answer = await story.world.events.client.get(path)
    assert answer.status_code == 200, answer.text
    story.answers["events"].append(answer.text)
