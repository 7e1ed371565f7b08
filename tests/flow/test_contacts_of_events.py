"""The door to names at events: the treasurer's part of it, and how what is wrong behind it is corrected."""

import asyncio
from typing import Any
from uuid import uuid4

import pytest

from tests.support.world import World

pytestmark = pytest.mark.runs("events")

WHY = {"reason": "a letter about an appeal"}
WRONG, RIGHT = "03-1111-1111", "03-2222-2222"


async def test_the_treasurer_is_shown_a_guest_who_agrees_to_be_written_to_and_nobody_else(
    world: World,
) -> None:
    events = world.events
    guest = await events.guest("Kim", purposes=["appeals"])
    path = f"/guests/{guest}/offered"
    shown = await events.post(path, WHY)
    assert (shown["name"], shown["mail"]) == ("Kim", "Kim@example.org")
    closed: tuple[dict[str, Any], ...] = ({"purposes": []}, {"purposes": ["appeals"], "no_contact": True})
    for choices in closed:
        await events.post(f"/guests/{guest}/change", choices)
        refused = await events.try_post(path, WHY)
        assert (refused.status_code, "does not agree" in refused.text) == (403, True)
        assert "Kim" not in refused.text
    assert (await events.try_post(path, {})).status_code == 422
    assert (await events.try_post(f"/guests/{uuid4()}/offered", WHY)).status_code == 404
    (seen,) = (await events.get("/guests/readings"))["items"]
    assert (seen["role"], seen["subject"], seen["note"]) == ("treasurer", guest, WHY["reason"])
    await events.post(f"/guests/{guest}/contact", WHY)
    assert [each["role"] for each in (await events.get("/guests/readings"))["items"]] == [
        "treasurer",
        "events",
    ]


async def test_a_wrong_number_is_corrected_for_guests_volunteers_and_fieldworkers(world: World) -> None:
    events = world.events
    contacts = [{"name": f"Example {name}", "phone": WRONG} for name in ("A", "B", "C")]
    guest = await events.post("/guests", {"contact": contacts[0]})
    helper = await events.post("/volunteers", {"contact": contacts[1], "adult": True, "tasks": ["teach"]})
    speaker = await events.post("/speakers", {"adult": True, "fieldworker": contacts[2]})
    ids = [
        guest["guest_id"],
        (await events.get(f"/volunteers/{helper['volunteer_id']}"))["contact_id"],
        (await events.get(f"/speakers/{speaker['speaker_id']}"))["contact_id"],
    ]
    for key, contact in zip(ids, contacts, strict=True):
        seen = (await events.post(f"/guests/{key}/contact", WHY))["contact_version"]
        right = {"contact": {**contact, "phone": RIGHT}, "contact_version": seen, "reason": "told by mail"}
        path = f"/contacts/{key}/correct"
        assert await events.post(path, right) == {"contact_id": key, "contact_version": seen + 1}
        shown = await events.post(f"/guests/{key}/contact", WHY)
        assert (shown["phone"], shown["contact_version"]) == (RIGHT, seen + 1)
        late = await events.try_post(path, {**right, "contact": contact})
        assert (late.status_code, "meanwhile" in late.text) == (409, True)
        other = {**right, "contact": {**contacts[0], "phone": RIGHT}, "contact_version": seen + 1}
        assert (await events.try_post(path, other)).status_code == (200 if key == ids[0] else 409)
    assert (await events.try_post(f"/contacts/{uuid4()}/correct", right)).status_code == 404
    # Whoever changes a guest with all else stands in the register too.
    version = (await events.post(f"/guests/{ids[0]}/contact", WHY))["contact_version"]
    change = {"contact": {"name": "Example D", "phone": RIGHT}, "contact_version": version}
    await events.post(f"/guests/{ids[0]}/change", change)
    register = (await events.get("/guests/readings"))["items"]
    changed = [(each["subject"], each["note"]) for each in register if each["what"] == "contact_changed"]
    assert changed == [*((key, "told by mail") for key in (ids[0], *ids)), (ids[0], None)]


async def test_of_two_who_are_given_the_same_contact_at_once_one_is(world: World) -> None:
    events = world.events
    for number in range(6):
        first = [
            (await events.post("/guests", {"contact": {"name": f"{name} {number}", "phone": WRONG}}))[
                "guest_id"
            ]
            for name in "AB"
        ]
        same = {
            "contact": {"name": f"Same {number}", "phone": RIGHT},
            "contact_version": 1,
            "reason": "a slip",
        }
        seen = [(await events.post(f"/guests/{key}/contact", WHY))["contact_version"] for key in first]
        asked = [
            events.try_post(f"/contacts/{key}/correct", {**same, "contact_version": version})
            for key, version in zip(first, seen, strict=True)
        ]
        answers = await asyncio.gather(*asked)
        assert sorted(each.status_code for each in answers) == [200, 409]
