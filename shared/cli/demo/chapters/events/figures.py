"""What events has recorded, asked for the results of its chapter."""

from collections import Counter
from typing import Any

from shared.cli.demo.chapters.events.results import Gathering, Voices
from shared.cli.demo.steps import Steps


async def voices_of(steps: Steps) -> Voices:
    """All that the chapter shows, as it stands on the last day."""
    gatherings = [await _gathering(steps, each) for each in await steps.all_of("events", "/gatherings")]
    needs = await steps.all_of("events", "/needs")
    slots = await steps.all_of("events", "/slots")
    return Voices(
        gatherings=gatherings,
        needs=dict(Counter(f"{each['task']} {each['status']}" for each in needs)),
        slots=dict(Counter(str(each["status"]) for each in slots)),
    )


async def _gathering(steps: Steps, told: dict[str, Any]) -> Gathering:
    seats = await steps.all_of("events", f"/gatherings/{told['gathering_id']}/seats")
    guests = [each for each in seats if each["role"] == "guest"]
    came = [each for each in guests if each["came"]]
    return Gathering(
        kind=told["kind"],
        status=told["status"],
        day=told["starts_on"],
        topics=tuple(told["topics"]),
        seats=told["seats"],
        asked=len(guests),
        came=len(came),
        others=sum(not each["member"] for each in came),
    )
