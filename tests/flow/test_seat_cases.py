"""Seats: who gets one, who waits and why, what is offered on, and when nothing is."""

import pytest

from shared.contracts.events import ContactOffered, GatheringChanged
from tests.support.waiting import until
from tests.support.world import World

pytestmark = pytest.mark.runs("events")


async def test_a_group_waits_for_seats_together_and_nobody_passes_it(world: World) -> None:
    events = world.events
    gathering = await events.announced(seats=4)
    first = await events.ask(gathering, "a", "b")
    three = await events.ask(gathering, "c", "d", "e")
    alone = await events.ask(gathering, "f")
    assert [each["state"] for each in (first, three, alone)] == ["seated", "waiting", "waiting"]
    assert three["why"] == "This party needs 3 seats together, and 2 are free; nobody waits before it."
    assert alone["why"] == "3 wait before this party, and need more seats together than the 2 that are free."
    places = await events.get(f"/gatherings/{gathering}/waiting")
    assert [(each["place"], each["heads"], each["ahead"]) for each in places] == [(1, 3, 0), (2, 1, 3)]
    # One of the first party leaves: the three are offered their seats, and the last one waits on.
    left, stays = first["people"]
    now = await events.party(gathering, first, "give-up", guest_ids=[left["guest_id"]])
    assert (now["state"], now["people"], now["gave_up"]) == ("seated", [stays], [left])
    assert await events.states(gathering) == {"seated": 1, "given_up": 1, "offered": 3, "waiting": 1}
    assert (await events.party(gathering, three, "accept"))["state"] == "seated"
    assert await events.counts(gathering) == (4, 4, 1)
    assert (await events.get(f"/gatherings/{gathering}"))["status"] == "full"


async def test_a_party_of_nobody_is_refused(world: World) -> None:
    gathering = await world.events.announced(seats=4)
    nothing: list[dict[str, list[str]]] = [{}, {"guests": []}, {"guest_ids": []}]
    for nobody in nothing:
        assert (await world.events.try_post(f"/gatherings/{gathering}/seats", nobody)).status_code == 422
    assert await world.events.counts(gathering) == (4, 0, 0)


async def test_smaller_parties_may_pass_where_the_gathering_says_so(world: World) -> None:
    gathering = await world.events.announced(seats=2, smaller_may_pass=True)
    waits = await world.events.ask(gathering, "a", "b")
    pair = await world.events.ask(gathering, "c", "d")
    await world.events.party(gathering, waits, "give-up", guest_ids=[waits["people"][0]["guest_id"]])
    # One seat is free, for which two are too many.
    assert (await world.events.ask(gathering, "e"))["state"] == "seated"
    assert await world.events.counts(gathering) == (2, 2, 2)
    last, other = pair["people"]
    half = await world.events.party(gathering, pair, "give-up", guest_ids=[last["guest_id"]])
    assert (half["state"], half["people"], half["ahead"]) == ("waiting", [other], 0)
    assert half["why"] == "All 2 seats are taken; nobody waits before this party."
    whole = await world.events.party(gathering, pair, "give-up")
    assert (whole["state"], whole["people"], whole["gave_up"]) == ("given_up", [other], [])


async def test_an_offer_is_spent_when_it_is_used_and_seats_are_offered_on(world: World) -> None:
    events = world.events
    gathering = await events.announced(seats=1)
    seated, second, third = [await events.ask(gathering, name) for name in ("a", "b", "c")]
    await events.party(gathering, seated, "give-up")
    assert (await events.party(gathering, second, "accept"))["state"] == "seated"
    await events.party(gathering, second, "give-up")
    path = f"/gatherings/{gathering}/parties/{second['party_id']}/accept"
    assert "Ask for a seat again" in (await events.try_post(path)).text
    assert (await events.party(gathering, third, "accept"))["state"] == "seated"
    again = await events.ask(gathering, "b")
    assert (again["state"], again["number"]) == ("waiting", 4)
    assert (await events.try_post(f"/gatherings/{gathering}/seats", _ask("b"))).status_code == 409


def _ask(name: str) -> dict[str, object]:
    return {"guests": [{"contact": {"name": name, "mail": f"{name}@example.org"}}]}


async def test_an_offer_that_nobody_uses_ends_and_the_next_one_is_offered_the_seat(world: World) -> None:
    events = world.events
    gathering = await events.announced(seats=1)
    seated, second, third = [await events.ask(gathering, name) for name in ("a", "b", "c")]
    await events.party(gathering, seated, "give-up")
    await world.turn("2006-11-02")
    assert await events.states(gathering) == {"given_up": 1, "offered": 1, "waiting": 1}
    await world.turn("2006-11-03")
    assert await events.states(gathering) == {"given_up": 1, "lapsed": 1, "offered": 1}
    assert (await events.party(gathering, third, "accept"))["state"] == "seated"
    path = f"/gatherings/{gathering}/parties/{second['party_id']}/accept"
    assert (await events.try_post(path)).status_code == 409


async def test_no_offer_is_made_once_the_gathering_has_closed(world: World) -> None:
    """B9. It is noon of the service's day; the one gathering closed at 11:00, the other one closes at 13:00."""
    events = world.events
    times = {
        "zone": "Asia/Tokyo",
        "starts_at": "2006-11-03T18:00:00+09:00",
        "ends_at": "2006-11-03T20:00:00+09:00",
    }
    closed = await events.announced(seats=1, closes_at="2006-11-03T11:00:00+09:00", **times)
    still = await events.announced(seats=1, closes_at="2006-11-03T13:00:00+09:00", **times)
    parties = {each: [await events.ask(each, name) for name in ("a", "b", "c")] for each in (closed, still)}
    await events.party(closed, parties[closed][0], "give-up")
    (offered,) = [
        each for each in (await events.get(f"/gatherings/{closed}/seats"))["items"] if each["ends_at"]
    ]
    assert offered["ends_at"] == "2006-11-03T02:00:00Z", "an offer ends when the gathering closes"
    await world.turn("2006-11-03")
    await events.party(still, parties[still][0], "give-up")
    assert await events.states(closed) == {"given_up": 1, "lapsed": 1, "waiting": 1}
    assert await events.states(still) == {"given_up": 1, "offered": 1, "waiting": 1}
    (waits,) = await events.get(f"/gatherings/{closed}/waiting")
    assert waits["why"] == "No more seats are given for this gathering."
    assert (await events.try_post(f"/gatherings/{closed}/seats", _ask("d"))).status_code == 409
    path = f"/gatherings/{closed}/parties/{parties[closed][2]['party_id']}/offer"
    assert (await events.try_post(path)).status_code == 409


async def test_fewer_seats_throw_nobody_out_and_none_is_offered_until_there_are_enough(world: World) -> None:
    events = world.events
    gathering = await events.announced(seats=3)
    seated = [await events.ask(gathering, name) for name in ("a", "b", "c")]
    await events.ask(gathering, "d")
    await events.post(f"/gatherings/{gathering}/resize", {"seats": 2})
    assert await events.counts(gathering) == (2, 3, 1)
    await events.party(gathering, seated[0], "give-up")
    assert await events.counts(gathering) == (2, 2, 1)
    await events.party(gathering, seated[1], "give-up")
    assert await events.states(gathering) == {"given_up": 2, "seated": 1, "offered": 1}
    await events.post(f"/gatherings/{gathering}/resize", {"seats": 5})
    assert (await events.ask(gathering, "e"))["state"] == "seated"


async def test_who_has_a_seat_confirms_it_after_a_move_or_loses_it(world: World) -> None:
    events = world.events
    gathering = await events.announced(seats=2)
    first, second, third = [await events.ask(gathering, name) for name in ("a", "b", "c")]
    staff = await events.ask(gathering, "s", role="staff")
    moved = {
        "zone": "Europe/Brussels",
        "starts_at": "2007-05-02T14:00:00+02:00",
        "note": "the hall is not free",
    }
    moved["ends_at"] = "2007-05-02T17:00:00+02:00"
    answer = await events.post(f"/gatherings/{gathering}/move", moved)
    assert (answer["status"], answer["starts_on"]) == ("moved", "2007-05-02")
    assert await events.states(gathering) == {"asked_again": 2, "waiting": 1, "seated": 1}
    await events.party(gathering, first, "accept")
    await world.turn("2006-11-06")
    assert await events.states(gathering) == {"seated": 2, "released": 1, "offered": 1}
    assert (await events.get(f"/gatherings/{gathering}"))["status"] == "full"
    await events.party(gathering, third, "accept")
    assert (second["state"], staff["role"]) == ("seated", "staff")


async def test_a_cancelled_gathering_ends_all_seats_and_no_offer_is_left(world: World) -> None:
    events = world.events
    async with world.listen(GatheringChanged) as heard:
        gathering = await events.announced(seats=1)
        seated, waits = [await events.ask(gathering, name) for name in ("a", "b")]
        await events.party(gathering, seated, "give-up")
        await events.post(f"/gatherings/{gathering}/cancel", {"note": "no visas"})
        last = (await heard.until(lambda facts: facts and facts[-1].status == "cancelled"))[-1]
    assert (last.taken, last.waiting) == (0, 0)
    assert await events.states(gathering) == {"given_up": 1, "called_off": 1}
    assert (await events.try_post(f"/gatherings/{gathering}/seats", _ask("c"))).status_code == 409
    path = f"/gatherings/{gathering}/parties/{waits['party_id']}/accept"
    assert (await events.try_post(path)).status_code == 409


async def test_a_gathering_for_the_invited_seats_nobody_else(world: World) -> None:
    events = world.events
    gathering = await events.announced(seats=5, safety="closed")
    guest, other = await events.guest("a"), await events.guest("b")
    path = f"/gatherings/{gathering}"
    assert (await events.try_post(f"{path}/seats", {"guest_ids": [guest]})).status_code == 409
    assert (await events.post(f"{path}/invite", {"guest_ids": [guest]}))["invited"] == 1
    assert (await events.post(f"{path}/invite", {"guest_ids": [guest]}))["invited"] == 0
    assert (await events.post(f"{path}/seats", {"guest_ids": [guest]}))["state"] == "seated"
    assert (await events.try_post(f"{path}/seats", {"guest_ids": [other]})).status_code == 409
    assert (await events.get(path))["title"] is None


async def test_a_guest_who_agrees_to_be_written_to_is_told_of_without_a_name(world: World) -> None:
    async with world.listen(ContactOffered) as heard:
        guest = await world.events.guest("Canary Guest", purposes=["appeals"], language="ko")
        same = await world.events.guest("CANARY GUEST", purposes=["membership"])
        await world.events.post(f"/guests/{guest}/change", {"purposes": []})
        first, second = await heard.until(lambda facts: len(facts) == 2)
    assert (same, str(first.contact_id), first.offered, first.language) == (guest, guest, True, "ko")
    assert (second.offered, second.version) == (False, 2)
    assert "anary" not in first.model_dump_json()


async def test_guests_are_counted_where_a_gathering_was_held(world: World) -> None:
    events = world.events
    targets = [{"area": 7, "measure": "non_members_invited", "words": "guests", "unit": "people"}]
    await events.post("/plan", {"targets": targets})
    gathering = await events.announced(
        kind="seminar", starts_at="2006-11-02T14:00:00+01:00", ends_at="2006-11-02T16:00:00+01:00"
    )
    parties = [await events.ask(gathering, name) for name in ("a", "b", "c")]
    member = parties[2]["people"][0]["guest_id"]
    await events.ask(gathering, "staff", role="staff")
    assert (await events.try_post(f"/gatherings/{gathering}/hold")).status_code == 409
    await events.post(f"/guests/{member}/change", {"member": True})
    await world.turn("2006-11-02")
    assert (await events.post(f"/gatherings/{gathering}/hold"))["status"] == "held"
    seat = parties[0]["people"][0]["seat_id"]
    assert await events.post(f"/gatherings/{gathering}/attendance", {"came": {seat: False}}) == {"came": 0}

    async def counted() -> int:
        return int((await events.get("/plan"))[0]["actual"])

    assert await until(counted, lambda number: number == 1) == 1
