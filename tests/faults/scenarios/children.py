"""Children are held for gifts, and free again when a hold ends."""

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from shared.cli.local.processes import stop_all
from shared.messaging.crashpoints import TIMER_DONE
from tests.faults.counting import settle
from tests.faults.load import Caller, household, under_load
from tests.faults.money import Gifts
from tests.faults.registry import scenario
from tests.faults.scenarios.crashes import gone
from tests.faults.site import Site, until
from tests.support.people import person

BY_ITSELF = "RELIEF_PLACES_BY_ITSELF"
CHILDREN = 12
FIRST_END, NEXT_END = timedelta(seconds=6), timedelta(seconds=0.4)
"""The first hold ends so long after the first one was asked for, and each further one so much later."""
ENDED_BEFORE = 3
"""So many have ended when sponsorship is killed."""
EXPLAINED = {"explained_by": "caseworker-3", "language": "ko", "edition": "2", "until": "2007-03-31"}

_HELD = "SELECT count(*) FROM hold WHERE state = 'held'"
_GIFTS = "SELECT count(*) FROM gift WHERE purpose = 'education' AND status <> ''"
_ENDED = """
    SELECT count(DISTINCT (child_id, gift_id)) FROM hold WHERE state = 'let_go' AND reason = 'ended'
"""
_SAID = """
    SELECT subject::text, array_agg(data::json ->> $2 ORDER BY (data::json ->> 'version')::int) FROM journal
    WHERE contract = $1 GROUP BY 1
"""


@scenario(households=120)
async def holds_run_out_while_sponsorship_is_killed(site: Site) -> None:
    """Some end before the kill, some while nobody is there, and one with a replica that dies before it commits."""
    await places_by_itself(site, "false")
    async with under_load(site) as load:
        kept = await keep(site, load.caller, load.gifts)
        await until(partial(site.value, "sponsorship", _ENDED), lambda ended: ended >= ENDED_BEFORE)
        first, second = site.replicas["sponsorship"]
        for replica in (first, second):
            await asyncio.to_thread(replica.kill)
            site.fault()
            # From here on whoever is let go could be given to another gift.
            replica.settings[BY_ITSELF] = "true"
        assert await site.value("sponsorship", _HELD), "every hold had ended before the kill"
        first.launch_to_crash(TIMER_DONE, nth=site.rng.randint(1, 2))
        await gone(first)
        site.fault()
        await site.bring_back()
        await until(partial(site.value, "sponsorship", _HELD), lambda held: not held)
    await settle(site)
    await each_ended_once(site, kept)


@dataclass(frozen=True)
class Kept:
    """The children who are held, and the gifts that they are held for."""

    children: set[str]
    gifts: set[str]


async def keep(site: Site, caller: Caller, gifts: Gifts) -> Kept:
    """Children whose guardians agree that sponsors are shown them, and as many gifts.

    Staff keep a child for each gift, until an end that comes within seconds, one after another.
    """
    children = await asyncio.gather(*(child(site, caller) for _ in range(CHILDREN)))
    may_be_shown = "SELECT count(*) FROM consent WHERE agreed"
    await until(partial(site.value, "sponsorship", may_be_shown), lambda agreed: agreed == CHILDREN)
    monthly = await asyncio.gather(*(gift(caller, gifts, number) for number in range(CHILDREN)))
    await until(partial(site.value, "sponsorship", _GIFTS), lambda known: known == CHILDREN)
    first = datetime.now(UTC) + FIRST_END

    async def hold(number: int) -> Any:
        ends = {"until_at": (first + number * NEXT_END).isoformat()}
        body = {"gift_id": monthly[number], "child_id": children[number], **ends}
        return await caller.post("sponsorship", "/holds", body)

    await asyncio.gather(*map(hold, range(CHILDREN)))
    return Kept({*children}, {*monthly})


async def places_by_itself(site: Site, whether: str) -> None:
    """Start sponsorship anew, so that it gives gifts their children by itself, or does not."""
    replicas = site.replicas["sponsorship"]
    await asyncio.to_thread(stop_all, [each.daemon for each in replicas])
    for each in replicas:
        each.settings[BY_ITSELF] = whether
    await site.bring_back()


async def child(site: Site, caller: Caller) -> str:
    """A child of school age who may be shown to sponsors; its id."""
    family = [person(1, age=30, relation="head"), person(2, age=8, size="134", relation="child")]
    made = await caller.post("intake", "/households", {**household(site), "members": family})
    site.registered.add(made["household_id"])
    guardian, its = (each["member_id"] for each in made["members"])
    path = f"/households/{made['household_id']}/members/{its}/consents"
    agreed = {"purpose": "sponsorship", "scopes": ["alias"], "guardian_id": guardian, **EXPLAINED}
    await caller.post("intake", path, agreed)
    return str(its)


async def gift(caller: Caller, gifts: Gifts, number: int) -> str:
    """A monthly gift for one child, of which no payment has come; its id."""
    reference = f"I-CHILD{number:05}"
    body = {"reference": reference, "purpose": "education", "children": 1}
    made = await caller.post("donations", "/monthly-gifts", body)
    await gifts.begins(reference)
    return str(made["gift_id"])


async def each_ended_once(site: Site, kept: Kept) -> None:
    """AssertionError if a hold did not end by its own end, or if it was said twice or not at all that a child is free.

    A gift that has not begun is given no second child when the first one is free again.
    """
    ended = await site.value("sponsorship", _ENDED)
    holds = await site.value("sponsorship", "SELECT count(*) FROM hold")
    assert (holds, ended) == (CHILDREN, CHILDREN), f"{ended} of {holds} holds ended, and not {CHILDREN}"
    async with site.connect("sponsorship") as database:
        stood = dict(await database.fetch(_SAID, "sponsorship.child_changed.v1", "status"))
        placed = dict(await database.fetch(_SAID, "sponsorship.gift_placed.v1", "placed"))
    for each in kept.children:
        assert stood[each] == ["listed", "held", "listed"], f"a child was said to be {stood[each]}"
    for each in kept.gifts:
        assert placed[each] == ["0", "1", "0"], f"a gift was said to have {placed[each]} children"
