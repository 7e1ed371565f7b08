"""S9, through events and donations: a hearing gets its interpreters, fills, and is open to who is no member."""

from typing import Any

import pytest

from tests.support.world import World

pytestmark = pytest.mark.runs("donations", "events")

WANTED = {"source": "ko", "target": "en", "level": "cefr:c1", "mode": "consecutive"}
KOREAN = {"language": "ko", "into": "en", "level": "cefr:c2", "modes": ["consecutive"]}


async def the_need(world: World) -> Any:
    """The one need for interpreters, once nothing is left to be asked."""
    await world.at_rest()
    (need,) = (await world.events.get("/needs"))["items"]
    return await world.events.get(f"/needs/{need['need_id']}")


async def is_member(world: World, guest: str) -> bool:
    """Whether events takes a guest for a member, once all is handled."""
    await world.settled()
    (found,) = [each for each in (await world.events.get("/guests"))["items"] if each["guest_id"] == guest]
    return bool(found["member"])


async def test_a_hearing_gets_interpreters_fills_and_moves_up_and_its_guests_may_be_written_to(
    world: World,
) -> None:
    events, donations = world.events, world.donations
    await events.helper({**KOREAN, "level": "cefr:b1"}, tasks=("interpret",))
    fits = [await events.helper(KOREAN, tasks=("interpret",)) for _ in range(2)]
    hearing = await events.announced(seats=3, languages=[WANTED])
    need = await the_need(world)
    asked = [each["volunteer_id"] for each in need["assignments"]]
    assert (need["status"], set(asked) <= set(fits), len(asked)) == ("offered", True, need["wanted"])
    await events.accept(need)
    assert (await the_need(world))["status"] == "accepted"

    contact = {"name": "Member", "mail": "member@example.org"}
    donor = (await donations.post("/donors", {"contact": contact, "member": True}))["donor_id"]
    guest = await events.guest("Member")
    await events.post(f"/guests/{guest}/change", {"person_id": donor})
    assert await is_member(world, guest)

    # A member alone, two guests together, and three who ask when there is no room left for them.
    seats = f"/gatherings/{hearing}/seats"
    await events.post(seats, {"guest_ids": [guest]})
    pair = await events.ask(hearing, "a", "b")
    later = [await events.ask(hearing, name) for name in ("c", "d", "e")]
    assert [each["state"] for each in (pair, *later)] == ["seated", *["waiting"] * 3]
    assert await events.counts(hearing) == (3, 3, 3)
    await events.party(hearing, pair, "give-up")
    assert await events.states(hearing) == {"seated": 1, "given_up": 2, "offered": 2, "waiting": 1}
    assert (await events.party(hearing, later[0], "accept"))["state"] == "seated"
    await events.party(hearing, later[1], "give-up")
    assert (await events.party(hearing, later[2], "accept"))["state"] == "seated"
    assert await events.counts(hearing) == (3, 3, 0)

    writes = later[0]["people"][0]["guest_id"]
    await events.post(f"/guests/{writes}/change", {"purposes": ["membership"], "language": "en"})
    await world.settled()
    (offered,) = (await donations.get("/donors/offered"))["items"]
    assert (offered["contact_id"], offered["purposes"], offered["language"]) == (writes, ["membership"], "en")
    await events.post(f"/guests/{writes}/change", {"purposes": []})
    await donations.post(f"/donors/{donor}/change", {"member": False})
    assert not await is_member(world, guest)
    # Linked to the wrong person, the guest is linked to nobody again: events says whether it is a member.
    told = f"/guests/{guest}/change"
    assert (await events.try_post(told, {"member": True})).status_code == 422
    await events.post(told, {"person_id": None, "member": True})
    assert await is_member(world, guest)
    assert (await donations.get("/donors/offered"))["items"] == []
