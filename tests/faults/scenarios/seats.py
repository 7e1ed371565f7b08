"""Many ask for few seats of a gathering at the same time."""

import asyncio
from dataclasses import dataclass
from functools import partial
from itertools import groupby
from typing import Any
from uuid import uuid4

from tests.faults.load import Caller, calling
from tests.faults.registry import scenario
from tests.faults.site import Site, until
from tests.support.events import HEARING

SEATS, ASKING = 20, 100
AT_ONCE = 80
"""Of those who ask; the others come while nobody is there to answer."""
SPREAD_SECONDS = 1.0
"""Within this time the first ones ask."""
ANSWERED_BEFORE = 10
"""So many have an answer when events is killed."""
AGAIN = 25
"""So many send their request once more at the end."""

_ASKED = "SELECT count(*) FROM seat"
_STANDING = """
    SELECT state, number, count(*) OVER (PARTITION BY guest_id) AS times FROM seat WHERE gathering_id = $1::uuid
    ORDER BY number
"""
_PLACES = "SELECT seats, taken, waiting FROM gathering WHERE id = $1::uuid"


@dataclass(frozen=True)
class Asked:
    """A request for a seat by its key, when it was sent and answered by the loop's clock, and the answer."""

    number: int
    key: str
    sent: float
    answered: float
    answer: Any


@scenario(short=True)
async def many_ask_for_20_seats_while_events_is_killed(site: Site) -> None:
    """Some send their request once more at the end, with the key that it had: they hear what they heard."""
    async with calling(site) as caller:
        gathering = await announced(caller)
        asking = [asyncio.create_task(ask(site, caller, gathering, number)) for number in range(AT_ONCE)]
        await until(partial(site.value, "events", _ASKED), lambda asked: asked >= ANSWERED_BEFORE)
        for replica in site.replicas["events"]:
            await asyncio.to_thread(replica.kill)
            site.fault()
        assert await site.value("events", _ASKED) < AT_ONCE, "everybody had asked before the kill"
        asking += [
            asyncio.create_task(ask(site, caller, gathering, number)) for number in range(AT_ONCE, ASKING)
        ]
        await site.bring_back()
        answers = await asyncio.gather(*asking)
        for each in site.rng.sample(answers, AGAIN):
            again = await ask_once(caller, gathering, each.number, each.key)
            assert again == each.answer, f"another answer to the same request: {again}, before {each.answer}"
    await in_order(site, gathering, answers)


async def announced(caller: Caller, **more: Any) -> str:
    """The id of a gathering for which seats are given."""
    made = await caller.post("events", "/gatherings", {**HEARING, "seats": SEATS, **more})
    await caller.post("events", f"/gatherings/{made['gathering_id']}/announce")
    return str(made["gathering_id"])


async def ask(site: Site, caller: Caller, gathering: str, number: int) -> Asked:
    """A guest asks for a seat until there is an answer."""
    await asyncio.sleep(site.rng.uniform(0, SPREAD_SECONDS))
    clock, key = asyncio.get_running_loop().time, str(uuid4())
    sent = clock()
    answer = await ask_once(caller, gathering, number, key)
    return Asked(number, key, sent, clock(), answer)


async def ask_once(caller: Caller, gathering: str, number: int, key: str) -> Any:
    guest = {"contact": {"name": f"Guest {number}", "mail": f"guest{number}@example.org"}}
    return await caller.post("events", f"/gatherings/{gathering}/seats", {"guests": [guest]}, key)


async def in_order(site: Site, gathering: str, answers: list[Asked]) -> None:
    """AssertionError unless the first 20 have the seats, each of the others one place behind the one before, and nobody
    two; and unless whoever asked after another one had the answer is behind that one.
    """
    async with site.connect("events") as database:
        rows = await database.fetch(_STANDING, gathering)
        counts = tuple(await database.fetchrow(_PLACES, gathering) or ())
    states = [(state, len([*each])) for state, each in groupby(row["state"] for row in rows)]
    assert states == [("seated", SEATS), ("waiting", ASKING - SEATS)], f"in the order of arrival: {states}"
    assert [row["number"] for row in rows] == [*range(1, ASKING + 1)], (
        "a place in the order is empty, or two's"
    )
    assert {row["times"] for row in rows} == {1}, "a guest is there twice"
    assert counts == (SEATS, SEATS, ASKING - SEATS), f"seats, taken and waiting are {counts}"
    for each in answers:
        there = rows[each.answer["number"] - 1]
        assert there["state"] == each.answer["state"], f"told {each.answer['state']}, and is {there['state']}"
        before = [one.answer["number"] for one in answers if one.answered < each.sent]
        assert max(before, default=0) < each.answer["number"], "somebody passed those who had asked before"
