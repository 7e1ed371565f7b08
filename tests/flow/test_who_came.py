"""Whoever came to a gathering is written down, with a seat or without one, and is counted once."""

from typing import Any

import pytest

from tests.support.world import World

pytestmark = pytest.mark.runs("events")

TODAY = {"starts_at": "2006-11-01T14:00:00+01:00", "ends_at": "2006-11-01T16:00:00+01:00", "kind": "seminar"}
MEASURES = ("non_members_invited", "members_invited")
DOOR = {"reason": "names at the door"}


async def counted(world: World) -> list[int]:
    found = {each["measure"]: each["actual"] for each in await world.events.get("/plan")}
    return [found[each] for each in MEASURES]


def named(name: str) -> dict[str, Any]:
    return {"contact": {"name": name, "mail": f"{name}@example.org"}}


async def test_whoever_came_counts_once_whatever_became_of_the_seat(world: World) -> None:
    events = world.events
    targets = [{"area": 7, "measure": each, "words": each, "unit": "people"} for each in MEASURES]
    await events.post("/plan", {"targets": targets})
    gathering = await events.announced(seats=2, **TODAY)
    path = f"/gatherings/{gathering}"
    seated, member, waits, left = [await events.ask(gathering, name) for name in ("a", "b", "c", "d")]
    await events.party(gathering, left, "give-up")
    # Who gave a place up comes again, waits, and gives it up again: two rows of one person.
    await events.party(gathering, await events.ask(gathering, "d"), "give-up")
    planned = await events.plan(**TODAY)
    early = await events.try_post(
        f"/gatherings/{planned['gathering_id']}/attendance", {"guests": [named("z")]}
    )
    assert (early.status_code, "not announced" in early.text) == (409, True)

    stayed, came, waiting = [each["people"][0]["seat_id"] for each in (seated, member, waits)]
    assert await events.post(f"{path}/attendance", {"came": {stayed: False, came: True, waiting: True}}) == {
        "came": 2
    }
    walked = {"guests": [named("w"), named("d")], "guest_ids": [left["people"][0]["guest_id"]]}
    assert await events.post(f"{path}/attendance", walked) == {"came": 4}
    assert await events.post(f"{path}/attendance", walked) == {"came": 4}
    await events.post(f"/guests/{member['people'][0]['guest_id']}/change", {"member": True})
    await events.post(f"{path}/hold")
    assert await counted(world) == [3, 1]
    assert await events.states(gathering) == {"seated": 2, "missed": 1, "given_up": 2, "walked_in": 1}

    rows = (await events.try_post(f"{path}/door-list", DOOR)).text.splitlines()[1:]
    assert rows == [
        "a,,guest,no",
        "b,,guest,yes",
        'c,,"guest, no seat",yes',
        'd,,"guest, no seat",yes',
        'w,,"guest, no seat",yes',
    ]
    thanked = await events.post(f"{path}/thank", DOOR)
    assert sorted(each["name"] for each in thanked["guests"]) == ["b", "c", "d", "w"]
    # Told otherwise afterwards: a member came whom nobody had seen, and one had not come after all.
    new = {**named("m"), "member": True}
    assert await events.post(f"{path}/attendance", {"came": {waiting: False}, "guests": [new]}) == {"came": 4}
    assert await counted(world) == [2, 2]


async def test_nobody_comes_to_what_is_cancelled_or_has_not_begun(world: World) -> None:
    events = world.events
    for days, wrong in (("2006-11-02", "from 2006-11-02 on"), ("2006-11-01", "was cancelled")):
        times = {name: f"{days}{TODAY[name][10:]}" for name in ("starts_at", "ends_at")}
        path = f"/gatherings/{await events.announced(**times)}"
        if wrong == "was cancelled":
            await events.post(f"{path}/cancel", {"note": "no visas"})
        answer = await events.try_post(f"{path}/attendance", {"guests": [named("w")]})
        assert (answer.status_code, wrong in answer.text) == (409, True)
    assert (await events.try_post(f"{path}/attendance", {})).status_code == 422
    unknown = {"guest_ids": ["0190c3a2-7d5e-7c3b-9f0a-1b2c3d4e5f60"]}
    gathering = await events.announced(**TODAY)
    assert (await events.try_post(f"/gatherings/{gathering}/attendance", unknown)).status_code == 404
    assert (await events.states(gathering)) == {}
