"""The plan's figures counted anew: from the facts that were said, whose newest version of each thing counts, and from
the rows of what no fact says.
"""

import json
from collections import Counter
from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from shared.contracts.base import Contract
from shared.contracts.donations import GrantChanged, MonthlyGiftChanged
from shared.contracts.events import GatheringChanged, HelpChanged, SpeakingChanged
from shared.contracts.sponsorship import ChildChanged, HelperAsked, LessonPlaceChanged
from shared.database.tables import journal
from tests.support.world import World

Facts = list[dict[str, Any]]
RAISED = (
    *("raised_jpy", "raised_usd", "raised_education_usd", "raised_education_jpy", "raised_medical_usd"),
    *("raised_food_jpy", "raised_family_visits_usd", "raised_resettlement_jpy", "raised_general_usd"),
    "raised_appeals_jpy",
)
PAID = {
    "family_visit": "family_visits_paid",
    "prison_support": "prison_support_paid",
    **{
        kind: f"{kind}_grants_paid" for kind in ("protection", "resettlement", "return", "hospital", "school")
    },
}
"""The measure of each kind of grant."""


async def said(world: World, contract: type[Contract]) -> Facts:
    """All facts of a contract, as they stand in its publisher's journal; the older version of a thing comes first."""
    query = select(journal.c.subject, journal.c.data).where(journal.c.contract == contract.wire)
    async with world.driver(contract.publisher()).service.units.read() as session:
        rows = [{"subject": row.subject, **json.loads(row.data)} for row in await session.execute(query)]
    return sorted(rows, key=lambda each: int(each["version"]))


def newest(facts: Facts) -> Facts:
    """The newest fact of each thing."""
    return list({each["subject"]: each for each in facts}.values())


async def figures_from_facts(world: World) -> Mapping[str, int]:
    """Measures of areas 4 to 8, by another way than the services count them."""
    children = await said(world, ChildChanged)
    status = Counter(each["status"] for each in newest(children))
    learners = newest(await said(world, LessonPlaceChanged))
    grants = newest(await said(world, GrantChanged))
    schools = [each for each in grants if each["kind"] == "school"]
    served = Counter(each["kind"] for each in grants if each["status"] in ("paid", "settled"))
    gifts = Counter(each["status"] for each in newest(await said(world, MonthlyGiftChanged)))
    return {
        "children_sponsored": status["sponsored"],
        "children_held": status["held"],
        "children_at_risk": status["at_risk"],
        "children_waiting": status["listed"] + status["offered_again"],
        "children_sponsored_ever": len({e["subject"] for e in children if e["status"] == "sponsored"}),
        "lessons_waiting": sum(each["status"] == "waiting" for each in learners),
        "lessons_finished": sum(each["status"] == "finished" for each in learners),
        "school_months_paid": sum(each["status"] == "paid" for each in schools),
        **{measure: served[kind] for kind, measure in PAID.items()},
        "gifts_active": gifts["active"],
        "gifts_lost": gifts["lapsed"] + gifts["ended"],
        **await _of_events(world),
        **await _raised(world),
    }


async def _of_events(world: World) -> dict[str, int]:
    gatherings = newest(await said(world, GatheringChanged))
    talks = [each for each in newest(await said(world, SpeakingChanged)) if each["status"] == "given"]
    taught = {each["need_id"] for each in await said(world, HelperAsked) if each["task"] == "teach"}
    needs = newest(await said(world, HelpChanged))
    settle = [each for each in needs if each["request_id"] and each["status"] != "withdrawn"]
    interpret = [each for each in needs if not each["request_id"] and each["need_id"] not in taught]
    held = [each for each in gatherings if each["status"] == "held"]
    return {
        **_of_kinds(gatherings),
        "speakers_trained": await _trained(world, held),
        "talks_by_fieldworkers": sum(each["member_id"] is None for each in talks),
        "talks_by_defectors": sum(each["member_id"] is not None for each in talks),
        "settlement_helpers_missing": sum(each["found"] < each["wanted"] for each in settle),
        "settlement_helpers_found": sum(each["found"] >= each["wanted"] for each in settle),
        "language_needs_met": sum(each["found"] >= each["wanted"] for each in interpret),
        "language_needs_unmet": sum(each["found"] < each["wanted"] for each in interpret),
        **await _guests(world, held),
    }


def _of_kinds(gatherings: Facts) -> dict[str, int]:
    """Each kind by itself, with what was not cancelled and what was held."""
    planned = Counter(each["kind"] for each in gatherings if each["status"] != "cancelled")
    held = Counter(each["kind"] for each in gatherings if each["status"] == "held")
    others = ("seminar", "round_table", "workshop", "speakers_training", "members_meeting")
    return {
        "hearings_planned": planned["hearing"],
        "hearings_attended": held["hearing"],
        **{f"{kind}s_planned": planned[kind] for kind in others},
        **{f"{kind}s_held": held[kind] for kind in others},
    }


async def _trained(world: World, held: Facts) -> int:
    """No fact says who was trained: the speakers whose first training is of a day on which one was held."""
    days = {each["starts_on"] for each in held if each["kind"] == "speakers_training"}
    speakers = await world.events.get("/speakers", limit=500)
    return sum(each["trained_on"] in days for each in speakers["items"])


async def _guests(world: World, held: Facts) -> dict[str, int]:
    """Facts say how many guests there were at each gathering, and its seats who of them was a member."""
    seats: list[dict[str, Any]] = []
    for each in held:
        of_it = await world.events.get(f"/gatherings/{each['subject']}/seats", limit=500)
        came = [seat for seat in of_it["items"] if seat["role"] == "guest" and seat["state"] == "seated"]
        assert len(came) == each["taken"]
        seats += [seat for seat in came if seat["came"] is not False]
    members = sum(seat["member"] for seat in seats)
    return {"members_invited": members, "non_members_invited": len(seats) - members}


async def _raised(world: World) -> dict[str, int]:
    """What came and did not go back, by currency, fund and appeals. No fact says an amount, so payment by payment."""
    raised = Counter(dict.fromkeys(RAISED, 0))
    page: dict[str, Any] = {"next": None}
    while True:
        page = await world.donations.get(
            "/payments", limit=500, **({"after": page["next"]} if page["next"] else {})
        )
        for each in page["items"]:
            left = each["gross"]["minor"] - each["refunded"]["minor"]
            funds = ["", f"{each['purpose']}_", *(["appeals_"] if each["appeal_id"] else [])]
            for fund in funds:
                raised[f"raised_{fund}{each['gross']['currency'].lower()}"] += left
        if not page["next"]:
            return {measure: raised[measure] for measure in RAISED}
