"""S9: five hundred people ask for a hundred seats at once, and each seat is given once."""

import asyncio
from typing import Any

from tests.support.world import World


async def test_five_hundred_ask_for_a_hundred_seats_at_once(world: World) -> None:
    """B8: singly, in groups and by a list, at two replicas, with three of the staff beside, who do not count."""
    async with world.another("events") as other:
        replicas = [world.events.replica, other]
        gathering = await world.events.announced(seats=100, smaller_may_pass=True)
        path = f"/gatherings/{gathering}/seats"

        async def ask(number: int, *names: str, **more: Any) -> Any:
            people = [{"contact": {"name": each, "mail": f"{each}@example.org"}} for each in names]
            return await replicas[number % 2].post(path, {"guests": people, **more})

        async def take_a_list() -> Any:
            rows = "".join(f"l{n},l{n}@example.org\n" for n in range(100))
            files = {"file": ("guests.csv", f"name,mail\n{rows}".encode(), "text/csv")}
            answer = await other.client.post(f"/gatherings/{gathering}/imports", files=files)
            assert answer.is_success, answer.text
            return answer.json()

        singly = [ask(n, f"s{n}") for n in range(300)]
        groups = [ask(n, *(f"g{n}.{each}" for each in range(5))) for n in range(20)]
        staff = [ask(n, f"staff{n}", role="staff") for n in range(3)]
        report, *answers = await asyncio.gather(take_a_list(), *singly, *groups, *staff)
        assert report["rows"] == report["seated"] + report["waiting"] == 100
        assert await world.events.states(gathering) == {"seated": 103, "waiting": 400}
        assert await world.events.counts(gathering) == (100, 100, 400)
        await _nobody_was_passed(world, gathering)
        leaving = [each for each in answers[:300] if each["state"] == "seated"][:30]
        if len(leaving) < 30:
            leaving = await _seated_alone(world, gathering, 30)
        await asyncio.gather(
            *(
                replicas[n % 2].post(f"/gatherings/{gathering}/parties/{each['party_id']}/give-up", {})
                for n, each in enumerate(leaving)
            )
        )
    states = await world.events.states(gathering)
    assert (states["seated"] - 3 + states["offered"], states["given_up"], states["waiting"]) == (100, 30, 370)
    assert await world.events.counts(gathering) == (100, 100, 370)
    seats = await _seats(world, gathering)
    had = {each["guest_id"] for each in seats if each["state"] != "waiting" and each["role"] == "guest"}
    assert len(had) == 130
    assert len({each["guest_id"] for each in seats}) == len(seats) == 503
    # The first who wait are those who are offered the seats: a group only where there was room for all of it.
    alone = _alone(seats)
    offered = {each["number"] for each in seats if each["state"] == "offered" and each["party_id"] in alone}
    waiting = {each["number"] for each in seats if each["state"] == "waiting" and each["party_id"] in alone}
    assert max(offered) < min(waiting)


async def _seats(world: World, gathering: str) -> list[Any]:
    found: list[Any] = []
    after = ""
    while True:
        page = await world.events.get(f"/gatherings/{gathering}/seats", limit=500, after=after)
        found += page["items"]
        if not (after := page["next"]):
            return found


def _alone(seats: list[Any]) -> set[str]:
    """The parties of one."""
    parties = [each["party_id"] for each in seats]
    return {each for each in parties if parties.count(each) == 1}


async def _seated_alone(world: World, gathering: str, many: int) -> list[Any]:
    """Some who came by the list: it may have been the first."""
    seats = await _seats(world, gathering)
    alone = _alone(seats)
    return [each for each in seats if each["state"] == "seated" and each["party_id"] in alone][:many]


async def _nobody_was_passed(world: World, gathering: str) -> None:
    """Who asked alone and has a seat came before everybody who asked alone and waits."""
    seats = [each for each in await _seats(world, gathering) if each["role"] == "guest"]
    alone = _alone(seats)
    numbers = {
        state: [each["number"] for each in seats if each["state"] == state and each["party_id"] in alone]
        for state in ("seated", "waiting")
    }
    assert max(numbers["seated"]) < min(numbers["waiting"])
    places = await world.events.get(f"/gatherings/{gathering}/waiting")
    assert [each["number"] for each in places] == sorted(each["number"] for each in places)
    assert sum(each["heads"] for each in places) == 400
