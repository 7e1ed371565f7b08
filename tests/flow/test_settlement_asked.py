"""S6, intake's part: a household asks to settle; its wishes are answered by three services, in any order."""

import random
from functools import partial
from typing import Any
from uuid import UUID

import pytest
from uuid_utils.compat import uuid7

from shared.contracts.base import Contract
from shared.contracts.events import HelpChanged, SpeakingChanged
from shared.contracts.intake import GrantAsked, SettlementAsked
from shared.contracts.sponsorship import ChildChanged, LessonPlaceChanged
from tests.support.people import person
from tests.support.registrations import sealed
from tests.support.waiting import until
from tests.support.world import FIRST_DAY, World

pytestmark = pytest.mark.runs("intake")

MONEY = {"amount": 30_000, "currency": "JPY"}
WISHES = ["grant", "helper", "lessons"]


async def asked(world: World, **body: Any) -> tuple[Any, Any]:
    """A household of two, and its request."""
    household = await world.intake.register([person(1, languages=["ko"]), person(2, languages=["ko", "zh"])])
    wanted = {"region": "tokyo", "wishes": WISHES, "money": MONEY, **body}
    path = f"/households/{household['household_id']}/settlements"
    return household, await world.intake.post(path, wanted)


async def summaries(world: World, household: Any) -> list[str]:
    """What the timeline tells, the oldest first."""
    return [each["summary"] for each in reversed(await world.intake.timeline(household))]


def helper(request: Any, version: int, status: str, found: int = 0, reason: str = "asked") -> HelpChanged:
    """What events might say of the helper."""
    key = request["request_id"]
    state = {"request_id": key, "household_id": request["household_id"], "version": version, "status": status}
    return HelpChanged.model_validate(
        {**state, "need_id": key, "wanted": 1, "found": found, "reason": reason, "on": FIRST_DAY}
    )


async def said(world: World, household: Any, words: str) -> list[str]:
    """The timeline, once it tells this."""
    return await until(
        lambda: summaries(world, household), lambda lines: any(words in each for each in lines)
    )


async def test_a_request_is_changed_and_withdrawn_with_its_grant(world: World) -> None:
    async with world.listen(SettlementAsked) as heard, world.listen(GrantAsked) as money:
        household, request = await asked(world, wishes=["lessons"], money=None)
        path = f"/settlements/{request['request_id']}"
        for body, status in (
            ({"wishes": WISHES}, 422),
            ({"money": MONEY}, 422),
            ({"region": "Tokyo 3"}, 422),
            ({}, 422),
            ({"member_ids": [str(uuid7())]}, 404),
            ({"region": "tokyo"}, 200),
            ({"wishes": WISHES, "money": MONEY}, 200),
            ({"wishes": WISHES, "money": MONEY}, 422),
            ({"member_ids": request["member_ids"][:1], "region": "osaka"}, 200),
            ({"wishes": ["helper"]}, 200),
            ({"wishes": WISHES, "money": MONEY}, 409),
        ):
            answer = await world.intake.try_post(f"{path}/change", body)
            assert answer.status_code == status, (body, answer.text)
        again = {"region": "kyoto", "wishes": ["lessons"], "member_ids": request["member_ids"][:1]}
        more = f"/households/{household['household_id']}/settlements"
        assert (await world.intake.try_post(more, again)).status_code == 409
        await world.intake.post(more, {**again, "member_ids": request["member_ids"][1:]})
        await world.intake.post(f"{path}/withdraw")
        for each in ("withdraw", "change"):
            assert (await world.intake.try_post(f"{path}/{each}", {"region": "kyoto"})).status_code == 409
        facts = await heard.until(lambda facts: len(facts) == 6)
        grants = await money.until(lambda facts: len(facts) == 2)
    mine = [each for each in facts if str(each.request_id) == request["request_id"]]
    assert [(each.version, each.status, len(each.wishes), each.region) for each in mine] == [
        (1, "asked", 1, "tokyo"),
        (2, "changed", 3, "tokyo"),
        (3, "changed", 3, "osaka"),
        (4, "changed", 1, "osaka"),
        (5, "withdrawn", 1, "osaka"),
    ]
    assert [(str(each.request_id), each.status) for each in grants] == [
        (request["request_id"], "asked"),
        (request["request_id"], "withdrawn"),
    ]


async def test_a_request_ends_with_its_household_and_its_grant_is_no_request_of_its_own(world: World) -> None:
    household, request = await asked(world)
    grant = f"/grants/{request['request_id']}"
    assert (await world.intake.try_post(f"{grant}/withdraw")).status_code == 409
    await world.intake.post(f"{grant}/change", {"amount": 20_000})
    where = f"/households/{household['household_id']}"
    await world.settled()
    async with world.listen(SettlementAsked) as heard:
        await world.intake.post(f"{where}/close", {"outcome": "moved_on"})
        await world.settled()
        await world.intake.post(f"{where}/reopen")
        change = f"/settlements/{request['request_id']}/change"
        assert (await world.intake.try_post(change, {"region": "kyoto"})).status_code == 409
        # What is told of it later counts no more.
        await world.send(sealed(helper(request, 1, "accepted", 1)))
        lines = await said(world, household, "Helper:")
        assert not [each for each in lines if "Settlement asked" in each]
        (shown,) = await world.intake.get(f"{where}/settlements")
        assert (shown["ended_on"], shown["withdrawn_on"]) == ("2006-11-01", None)
        # It is asked for anew, and told once.
        await world.intake.post(f"{where}/settlements", {"region": "kyoto", "wishes": ["helper"]})
        (fact,) = await heard.until(bool)
    assert (fact.region, fact.household_version) == ("kyoto", 3)


def foreign(household: UUID, member: UUID, key: UUID, number: int) -> list[Contract]:
    """What the two services say of one household, two versions of each; `number` makes the ids."""
    same: dict[str, Any] = {"household_id": household, "on": FIRST_DAY}
    need = {"need_id": UUID(int=number), "wanted": 2, "found": 1, "reason": "check_missing", **same}
    slot = {"slot_id": key, "gathering_id": key, "member_id": member, **same}
    child, learner = {"member_id": member, **same}, {"member_id": member, **same}
    return [
        ChildChanged(**child, version=1, status="listed", since=FIRST_DAY),
        ChildChanged(**child, version=2, status="sponsored", since=FIRST_DAY),
        LessonPlaceChanged(**learner, version=1, status="waiting"),
        LessonPlaceChanged(**learner, version=2, status="on_leave", course="japanese_2"),
        HelpChanged.model_validate({**need, "version": 1, "status": "open"}),
        HelpChanged.model_validate({**need, "version": 2, "status": "unmet"}),
        SpeakingChanged(**slot, version=1, status="planned"),
        SpeakingChanged(**slot, version=2, status="flagged", reason="no_consent"),
    ]


async def test_what_others_say_is_told_in_any_order_and_the_newest_is_kept(world: World) -> None:
    for seed in range(3):
        household, member, key = uuid7(), uuid7(), uuid7()
        facts = foreign(household, member, key, seed + 1) * 2
        random.Random(seed).shuffle(facts)
        for each in facts:
            await world.send(sealed(each))
        # Nobody's household: kept, and told to no timeline.
        alone = SpeakingChanged(slot_id=uuid7(), version=1, gathering_id=key, status="planned", on=FIRST_DAY)
        await world.send(sealed(alone))
        lines = await until(partial(newest, world, household), lambda found: len(found) == 4)
        assert lines == {
            "events.help_changed.v1": (
                "Helper: nobody fits: the nearest volunteer has no check that is valid until then; 1 of 2 found."
            ),
            "events.speaking_changed.v1": (
                "Talk: a member cannot speak as planned: a consent is missing or over. Nobody travels before this is "
                "settled with events."
            ),
            "sponsorship.child_changed.v1": "School: a child has a sponsor, since 2006-11-01.",
            "sponsorship.lesson_place_changed.v1": "Lessons: on leave, course japanese 2.",
        }


async def newest(world: World, household: UUID) -> dict[str, str]:
    """By contract the newest line, once it is of version 2; no later line is of an earlier version."""
    path = f"/households/{household}/timeline"
    answer = await world.intake.client.get(path)
    lines = answer.json()["items"] if answer.status_code == 200 else []
    found: dict[str, str] = {}
    for each in lines:
        if each["contract"] not in found and each["data"]["version"] == 2:
            found[each["contract"]] = each["summary"]
        elif each["contract"] not in found:
            return {}
    return found
