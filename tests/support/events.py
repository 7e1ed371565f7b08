"""What tests do with events."""

from typing import Any

from tests.support.driver import Driver

HEARING = {
    "kind": "hearing",
    "zone": "Europe/Brussels",
    "starts_at": "2007-04-12T14:00:00+02:00",
    "ends_at": "2007-04-12T17:00:00+02:00",
    "seats": 100,
    "venue": {"title": "Hearing on returned refugees", "place": "Example Street 1, room 4"},
}


class Events(Driver):
    """`world.events`"""

    has_run_before = True

    async def plan(self, **more: Any) -> Any:
        """A hearing that is planned, with other values where they are given."""
        return await self.post("/gatherings", {**HEARING, **more})

    async def announced(self, **more: Any) -> str:
        """The id of a gathering that is planned and announced."""
        planned = await self.plan(**more)
        await self.post(f"/gatherings/{planned['gathering_id']}/announce")
        return str(planned["gathering_id"])
