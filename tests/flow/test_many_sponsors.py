"""Many sponsors ask for few children at once: nobody is given away twice, and what is let go is free exactly once."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from uuid_utils.compat import uuid7

from shared.contracts.base import Contract
from shared.contracts.intake import AgeBand, HouseholdRegistered, MemberFacts
from shared.contracts.sponsorship import ChildChanged
from shared.messaging.envelope import seal
from tests.support.giving import consent, gift, paid
from tests.support.intake import Intake
from tests.support.registrations import said
from tests.support.replica import Replica
from tests.support.waiting import until
from tests.support.world import World

CHILDREN, SPONSORS = 50, 200
START = date(2006, 11, 1)
SETTINGS = {"places_by_itself": False}


async def say(world: World, facts: Sequence[Contract]) -> None:
    await world.send(*(seal(each, datetime.now(UTC), None) for each in facts))


async def listed(world: World, many: int) -> list[dict[str, Any]]:
    """So many children who may be shown to sponsors wait for one."""
    families = [
        said(
            HouseholdRegistered,
            household_id=uuid7(),
            members=tuple(
                MemberFacts(member_id=uuid7(), age_band=AgeBand.SCHOOL, size="122") for _ in range(5)
            ),
        )
        for _ in range(many // 5)
    ]
    await say(world, families)
    children: list[dict[str, Any]] = await until(world.sponsorship.children, lambda found: len(found) == many)
    await say(world, [consent(each) for each in children])

    async def shown() -> Any:
        return world.servers.sql("SELECT count(*) FROM consent WHERE agreed", world.databases["sponsorship"])

    await until(shown, lambda found: int(found) == many)
    return children


async def registered(world: World, gifts: Sequence[UUID]) -> None:
    await say(world, [gift(each) for each in gifts])

    async def known() -> Any:
        return world.servers.sql(
            "SELECT count(*) FROM gift WHERE version > 0", world.databases["sponsorship"]
        )

    await until(known, lambda found: int(found) == len(gifts))


async def states(world: World) -> Counter[str]:
    return Counter(each["status"] for each in await world.sponsorship.children())


async def ask(replica: Replica, gift_id: UUID, child: dict[str, Any], **end: str) -> dict[str, Any]:
    answer = await replica.try_post("/holds", {"gift_id": str(gift_id), "child_id": child["child_id"], **end})
    return {"status": answer.status_code, **answer.json()}


async def test_200_sponsors_ask_for_50_children_at_once(bare_world: World) -> None:
    world = bare_world
    await world.start("sponsorship", **SETTINGS)
    children, gifts = await listed(world, CHILDREN), [uuid7() for _ in range(SPONSORS)]
    await registered(world, gifts)
    async with world.another("sponsorship", **SETTINGS) as other:
        both = (world.sponsorship.replica, other)
        # Each asks each replica for a child of its own, at once; a gift is for one child.
        asked = [
            ask(
                both[(number + which) % 2], each, children[(number + which) % CHILDREN], until_on="2006-11-10"
            )
            for number, each in enumerate(gifts)
            for which in range(2)
        ]
        answers = await asyncio.gather(*asked)
        assert Counter(each["status"] for each in answers).keys() == {201, 409}
        why = {each["detail"] for each in answers if each["status"] == 409}
        assert why == {"Another gift keeps this child.", "This gift has as many children as it is for: 1."}
        kept = (await world.sponsorship.get("/gifts", limit=500))["items"]
        assert {each["placed"] for each in kept} == {0, 1}
        free = [each for each in await world.sponsorship.children() if each["status"] == "listed"]
        others = [each["gift_id"] for each in kept if not each["placed"]]
        for each, child in zip(others, free, strict=False):
            assert (await ask(other, each, child, until_on="2006-11-10"))["status"] == 201
        # All gifts begin: those that keep a child support it, the others stay in the education fund.
        await say(world, [paid(each, START, START + timedelta(days=30)) for each in gifts])
        await until(lambda: states(world), lambda found: found == {"sponsored": CHILDREN})
    found = (await world.sponsorship.get("/gifts", limit=500))["items"]
    assert Counter(each["placed"] for each in found) == {1: CHILDREN, 0: SPONSORS - CHILDREN}
    await world.sponsorship.post("/clock", {"to": "2006-11-12"})
    assert await states(world) == {"sponsored": CHILDREN}
    await world.sound()


async def test_holds_that_run_out_free_the_others_once_over_a_restart(
    bare_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Some gifts begin before the end and some after it, and the service is away when both are told."""
    world = bare_world
    # Intake's queue takes what is said of children from the beginning.
    monkeypatch.setattr(Intake, "has_run_before", True)
    async with world.another("sponsorship", **SETTINGS) as before:
        children, gifts = await listed(world, CHILDREN), [uuid7() for _ in range(CHILDREN)]
        await registered(world, gifts)
        pairs = zip(gifts, children, strict=True)
        await asyncio.gather(*(ask(before, each, child, until_on="2006-11-10") for each, child in pairs))
    in_time, late = gifts[:20], gifts[20:35]
    facts = [paid(each, date(2006, 11, 9), date(2006, 12, 9)) for each in in_time]
    facts += [paid(each, date(2006, 11, 10), date(2006, 12, 10)) for each in late]
    async with world.listen(ChildChanged) as heard:
        await say(world, facts)
        both = await world.start("sponsorship", "sponsorship", **SETTINGS)
        await asyncio.gather(*(each.post("/clock", {"to": "2006-11-12"}) for each in both))
        wanted = {"sponsored": len(in_time), "listed": CHILDREN - len(in_time)}
        await until(lambda: states(world), lambda found: found == wanted)
        await heard.until(lambda found: len(_newest(found)) == CHILDREN)
    # Who keeps their gift may have been let go before it was heard that the gift had begun; each is let go once.
    freed = {(each.member_id, each.version): each for each in heard.facts if each.status == "listed"}
    assert {each.since for each in freed.values()} == {date(2006, 11, 10)}
    often = Counter(each for each, _ in freed)
    assert set(often.values()) == {1}
    assert {UUID(each["child_id"]) for each in children[len(in_time) :]} <= often.keys()
    sponsored = [each for each in _newest(heard.facts) if each.status == "sponsored"]
    assert {each.since for each in sponsored} == {date(2006, 11, 9)}
    over = (await world.sponsorship.get("/holds", limit=500, state="let_go"))["items"]
    assert Counter((each["closed_on"], each["reason"]) for each in over) == {
        ("2006-11-10", "ended"): CHILDREN - len(in_time)
    }
    await world.sound()


def _newest(facts: Sequence[ChildChanged]) -> list[ChildChanged]:
    return list({each.member_id: each for each in sorted(facts, key=lambda each: each.version)}.values())


async def holds(world: World) -> dict[str, str]:
    """How the hold of each gift stands."""
    found = (await world.sponsorship.get("/holds", limit=500))["items"]
    return {each["gift_id"]: each["state"] for each in found}


async def test_b2_a_hold_that_ends_in_the_moment_its_gift_begins_is_one_or_the_other(
    bare_world: World,
) -> None:
    """Payments are told before the end of all holds, around it, and after it; two replicas handle both."""
    world, many = bare_world, 20
    (first,) = await world.start("sponsorship", **SETTINGS)
    children, gifts = await listed(world, many), [uuid7() for _ in range(many)]
    await registered(world, gifts)
    before, around, after = gifts[:2], gifts[2:-2], gifts[-2:]
    async with world.another("sponsorship", **SETTINGS) as other:
        end = datetime.now(UTC) + timedelta(seconds=10)
        # In the zone of the group each gift begins on the day on which its hold ends: so the moment decides.
        day = end.astimezone(first.service.settings.zone).date()
        asked = zip(gifts, children, (first, other) * (many // 2), strict=True)
        kept = await asyncio.gather(
            *(ask(replica, each, child, until_at=end.isoformat()) for each, child, replica in asked)
        )
        assert {each["status"] for each in kept} == {201}

        async def begin(*which: UUID) -> None:
            await say(world, [paid(each, day, day + timedelta(days=30)) for each in which])

        await begin(*before)
        await until(
            lambda: holds(world), lambda found: {found[str(each)] for each in before} == {"converted"}
        )
        for number, each in enumerate(around):
            at = end + timedelta(milliseconds=20 * (number - len(around) // 2))
            await asyncio.sleep((at - datetime.now(UTC)).total_seconds())
            await begin(each)
        await until(lambda: holds(world), lambda found: {found[str(each)] for each in after} == {"let_go"})
        await begin(*after)

        async def handled() -> Any:
            query = "SELECT count(*) FROM payment WHERE version > 0"
            return world.servers.sql(query, world.databases["sponsorship"])

        await until(handled, lambda found: int(found) == many)
        found = await until(lambda: holds(world), lambda found: "held" not in found.values())
    assert {found[str(each)] for each in before} == {"converted"}
    assert {found[str(each)] for each in after} == {"let_go"}
    stands = {"converted": "sponsored", "let_go": "listed"}
    wanted = {
        child["child_id"]: stands[found[str(each)]] for each, child in zip(gifts, children, strict=True)
    }
    ends = {each["child_id"]: each["status"] for each in await world.sponsorship.children()}
    assert ends == wanted
    # Each was said once: listed, held, and the one or the other.
    said = world.servers.sql("SELECT DISTINCT version FROM child", world.databases["sponsorship"])
    assert said == "3"
    await world.sound()
