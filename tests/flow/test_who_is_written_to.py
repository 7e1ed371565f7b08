"""Who is invited, offered a seat, told the place and thanked, and who asked not to be written to."""

import csv
import io
from typing import Any

import pytest

from tests.support.events import HEARING
from tests.support.world import World

pytestmark = pytest.mark.runs("donations", "events")

WHY = {"reason": "letters to guests"}
SOON = {
    "zone": "Asia/Tokyo",
    "starts_at": "2006-11-03T18:00:00+09:00",
    "ends_at": "2006-11-03T20:00:00+09:00",
}


async def listed(world: World, gathering: str, what: str, **more: Any) -> list[dict[str, str]]:
    """The rows of a list of letters."""
    answer = await world.events.try_post(f"/gatherings/{gathering}/{what}", {**WHY, **more})
    assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-store"), answer.text
    return list(csv.DictReader(io.StringIO(answer.text.removeprefix("\ufeff"))))


async def linked(world: World, name: str, *, may_write: bool) -> tuple[str, str]:
    """A guest whom donations knows, and the donor."""
    contact = {"name": name, "mail": f"{name}@example.org"}
    made = await world.donations.post("/donors", {"contact": contact, "member": True, "may_write": may_write})
    guest = await world.events.guest(name)
    await world.events.post(f"/guests/{guest}/change", {"person_id": made["donor_id"]})
    return guest, made["donor_id"]


async def test_who_asked_not_to_be_written_to_is_not_invited_but_may_come_by_themselves(world: World) -> None:
    events = world.events
    kim, never = await events.guest("Kim"), await events.guest("Never", no_contact=True)
    willing, _ = await linked(world, "Willing", may_write=True)
    silent, donor = await linked(world, "Silent", may_write=False)
    await world.settled()
    gathering = await events.announced(seats=9, safety="invited", **SOON)
    path = f"/gatherings/{gathering}"
    everybody = [kim, never, willing, silent]
    refused = await events.try_post(f"{path}/invite", {"guest_ids": everybody})
    assert (refused.status_code, "by_themselves" in refused.text) == (409, True)
    named = {each["reason"].split()[0] for each in refused.json()["errors"]}
    assert (named, await events.states(gathering)) == ({never, silent}, {})

    assert await events.post(f"{path}/invite", {"guest_ids": [kim, willing]}) == {"invited": 2}
    come = {"guest_ids": [never, silent], "by_themselves": True}
    assert await events.post(f"{path}/invite", come) == {"invited": 2}
    letters = await listed(world, gathering, "invitations")
    assert [(each["name"], each["how"], each["asked"]) for each in letters] == [
        ("Kim", "by letter", "invited"),
        ("Willing", "by letter", "invited"),
    ]
    assert await listed(world, gathering, "invitations") == []
    assert await listed(world, gathering, "invitations", again=True) == letters
    for each in (kim, never, silent):
        await events.post(f"{path}/seats", {"guest_ids": [each]})
    assert [each["name"] for each in await listed(world, gathering, "invitations", again=True)] == ["Willing"]

    await world.turn("2006-11-03")
    told = await events.post(f"{path}/tell-place", WHY)
    assert [each["name"] for each in told["guests"]] == ["Kim", "Silent"]
    assert [(each["name"], "mail" in each) for each in told["in_person"]] == [("Never", False)]
    again = await events.post(f"{path}/tell-place", WHY)
    assert (again["guests"], again["in_person"]) == ([], [])
    await events.post(f"{path}/hold")
    thanked = await events.post(f"{path}/thank", WHY)
    assert [each["name"] for each in (*thanked["guests"], *thanked["in_person"])] == ["Kim"]
    await world.donations.post(f"/donors/{donor}/change", {"may_write": True})
    await world.settled()
    assert [each["name"] for each in (await events.post(f"{path}/thank", WHY))["guests"]] == ["Silent"]
    refused = await events.try_post(f"{path}/invitations", WHY)
    assert (refused.status_code, "was held" in refused.text) == (409, True)


async def test_who_is_offered_a_seat_is_listed_once_with_the_end_by_the_gatherings_own_clock(
    world: World,
) -> None:
    """Noon in Tokyo is four in the morning in Brussels; an offer stands for 48 hours."""
    events = world.events
    gathering = await events.announced(seats=1)
    seated, second, third = [await events.ask(gathering, name) for name in ("a", "b", "c")]
    await events.post(f"/guests/{second['people'][0]['guest_id']}/change", {"no_contact": True})
    assert await listed(world, gathering, "offers") == []
    await events.party(gathering, seated, "give-up")
    (row,) = await listed(world, gathering, "offers")
    assert (row["name"], row["mail"], row["how"]) == ("b", "", "in person")
    assert (row["until"], row["party_id"]) == ("2006-11-03 04:00 Europe/Brussels", second["party_id"])
    assert await listed(world, gathering, "offers") == []
    # Offered on, somebody else is to be told; and a gathering that moved makes its offers anew.
    await events.party(gathering, second, "give-up")
    (row,) = await listed(world, gathering, "offers")
    assert (row["name"], row["mail"], row["asked"]) == ("c", "c@example.org", "is offered a seat")
    await world.turn("2006-11-02")
    moved = {name: HEARING[name].replace("04-12", "05-12") for name in ("starts_at", "ends_at")}  # type: ignore[attr-defined]
    body = {"zone": "Europe/Brussels", **moved, "note": "the hall is not free"}
    await events.post(f"/gatherings/{gathering}/move", body)
    (row,) = await listed(world, gathering, "offers")
    assert (row["name"], row["until"]) == ("c", "2006-11-04 04:00 Europe/Brussels")
    await events.party(gathering, third, "accept")
    assert await listed(world, gathering, "offers", again=True) == []
    for _ in range(2):
        await events.post(f"/gatherings/{gathering}/move", body)
        (row,) = await listed(world, gathering, "offers")
        assert (row["asked"], row["until"]) == ("is to confirm the seat", "2006-11-07 04:00 Europe/Brussels")
    register = (await events.get("/guests/readings"))["items"]
    assert {(each["what"], each["route"]) for each in register} == {
        ("guests", "/gatherings/{gathering_id}/offers")
    }
