"""Speakers no longer agree to speak in public, or to as much as before."""

import asyncio
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial

from tests.faults.counting import settle
from tests.faults.load import Caller, household, under_load
from tests.faults.registry import scenario
from tests.faults.scenarios.seats import announced
from tests.faults.site import Site, until
from tests.support.people import person

SPEAKERS, STILL_AGREE = 12, 4
FIRST_TALK = date(2007, 3, 1)

_AGREED = "SELECT count(*) FROM consent WHERE agreed AND 'speaking' = ANY (scopes)"
_SAID_OF_SLOTS = """
    SELECT subject::text, array_agg(data::json ->> 'status' ORDER BY (data::json ->> 'version')::int) FROM journal
    WHERE contract = 'events.speaking_changed.v1' GROUP BY 1
"""


@scenario(households=120)
async def the_broker_is_away_while_consents_are_withdrawn(site: Site) -> None:
    """Events hears of it later. Who still agrees to speak, though not to be recorded, keeps the slot."""
    async with under_load(site) as load:
        caller = load.caller
        speakers = await asyncio.gather(*(agree(site, caller) for _ in range(SPEAKERS)))
        await until(partial(site.value, "events", _AGREED), lambda agreed: agreed == SPEAKERS)
        slots = dict(
            await asyncio.gather(*(plan(caller, each, number) for number, each in enumerate(speakers)))
        )
        await asyncio.to_thread(site.ground.node.kill)
        site.fault()
        await asyncio.gather(*(withdraw(caller, each, number) for number, each in enumerate(speakers)))
        await asyncio.to_thread(site.ground.node.start)
        site.calm()
    await settle(site)
    await flagged_once(site, slots)


@dataclass(frozen=True)
class Speaker:
    """A member of a household, and the route of what this member agrees to."""

    member_id: str
    household_id: str
    consents: str
    consent_id: str


async def agree(site: Site, caller: Caller) -> Speaker:
    """Somebody is registered who agrees to speak in public, and to be recorded."""
    made = await caller.post("intake", "/households", {**household(site), "members": [person()]})
    site.registered.add(made["household_id"])
    member = made["members"][0]["member_id"]
    path = f"/households/{made['household_id']}/members/{member}/consents"
    how = {"explained_by": "caseworker-3", "language": "ko", "edition": "2", "until": "2007-10-31"}
    body = {"purpose": "public_speaking", "scopes": ["speaking", "recording"], **how}
    given = await caller.post("intake", path, body)
    return Speaker(member, made["household_id"], path, given["consent_id"])


async def plan(caller: Caller, who: Speaker, number: int) -> tuple[str, bool]:
    """A slot at a gathering of its own: the id, and whether the speaker will still agree to speak."""
    ids = {"member_id": who.member_id, "household_id": who.household_id}
    added = await caller.post("events", "/speakers", {"adult": True, **ids})
    speaker = added["speaker_id"]
    await caller.post("events", f"/speakers/{speaker}/trained", {})
    on = FIRST_TALK + timedelta(days=number)
    times = {"starts_at": f"{on}T14:00:00+02:00", "ends_at": f"{on}T17:00:00+02:00"}
    gathering = await announced(caller, **times)
    body = {"speaker_id": speaker, "gathering_id": gathering, "allowed": ["school"]}
    made = await caller.post("events", "/slots", body)
    return made["slot_id"], number < STILL_AGREE


async def withdraw(caller: Caller, who: Speaker, number: int) -> None:
    """The member no longer agrees to be recorded, or to anything."""
    less = {"scopes": ["recording"]} if number < STILL_AGREE else {}
    await caller.post("intake", f"{who.consents}/{who.consent_id}/withdraw", less)


async def flagged_once(site: Site, slots: dict[str, bool]) -> None:
    """AssertionError unless the slots of those who no longer agree are flagged, which was said once, and no others."""
    async with site.connect("events") as database:
        found = dict(await database.fetch("SELECT id::text, status || ' ' || reason FROM slot"))
        said = dict(await database.fetch(_SAID_OF_SLOTS))
    stand = {each: "planned " if agrees else "flagged no_consent" for each, agrees in slots.items()}
    assert found == stand, f"the slots stand like this: {sorted(found.values())}"
    told = {each: ["planned"] if agrees else ["planned", "flagged"] for each, agrees in slots.items()}
    assert said == told, f"it was said of the slots: {sorted(said.values())}"
