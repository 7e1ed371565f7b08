"""What tests do with events."""

from typing import Any
from uuid import uuid4

from services.events.domain.helping import CHECKS
from tests.support.driver import Driver
from tests.support.waiting import until

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

    async def guest(self, name: str, **more: Any) -> str:
        """A guest's id."""
        contact = {"name": name, "mail": f"{name.replace(' ', '.')}@example.org"}
        return str((await self.post("/guests", {"contact": contact, **more}))["guest_id"])

    async def ask(self, gathering_id: str, *names: str, **more: Any) -> Any:
        """These people, new or known, ask for seats together."""
        people = [{"contact": {"name": each, "mail": f"{each}@example.org"}} for each in names]
        return await self.post(f"/gatherings/{gathering_id}/seats", {"guests": people, **more})

    async def party(self, gathering_id: str, party: Any, what: str, **body: Any) -> Any:
        """What a party of a gathering does: accept, give-up, or is offered."""
        path = f"/gatherings/{gathering_id}/parties/{party['party_id']}/{what}"
        return await self.post(path, body if what == "give-up" else None)

    async def states(self, gathering_id: str) -> dict[str, int]:
        """How many are in each state, by all pages of the list."""
        found: dict[str, int] = {}
        after = ""
        while True:
            page = await self.get(f"/gatherings/{gathering_id}/seats", limit=500, after=after)
            for each in page["items"]:
                found[each["state"]] = found.get(each["state"], 0) + 1
            if not (after := page["next"]):
                return found

    async def counts(self, gathering_id: str) -> tuple[int, int, int]:
        """Seats, how many are taken, and how many wait."""
        found = await self.get(f"/gatherings/{gathering_id}")
        return found["seats"], found["taken"], found["waiting"]

    async def helper(self, *skills: dict[str, Any], tasks: tuple[str, ...] = ("accompany",)) -> str:
        """The id of an active volunteer in Tokyo, who has all checks and has helped elsewhere before."""
        contact = {"name": "Example Helper", "mail": f"{uuid4()}@example.org"}
        body = {"contact": contact, "adult": True, "tasks": tasks, "skills": skills, "regions": ["tokyo"]}
        made = await self.post("/volunteers", {**body, "online": True, "earlier": 2})
        path = f"/volunteers/{made['volunteer_id']}"
        for what in CHECKS:
            await self.post(f"{path}/checks", {"what": what})
        for state in ("checked", "active"):
            await self.post(f"{path}/state", {"state": state})
        return str(made["volunteer_id"])

    async def need(self, need_id: object, status: str) -> Any:
        """A need for helpers, once it stands like this."""

        async def look() -> Any:
            found = await self.client.get(f"/needs/{need_id}")
            return found.json() if found.is_success else {"status": None}

        return await until(look, lambda need: need["status"] == status)

    async def accept(self, need: Any) -> None:
        """Whoever was asked agrees."""
        for each in need["assignments"]:
            if each["state"] == "offered":
                await self.post(f"/assignments/{each['assignment_id']}/accept")

    async def speaks(self, household: Any, member: int, gathering_id: str, *uses: str) -> tuple[str, str]:
        """A member who is trained is to speak at a gathering; the ids of the speaker and the slot."""
        member_id = household["members"][member]["member_id"]
        ids = {"member_id": member_id, "household_id": household["household_id"]}
        made = await self.post("/speakers", {"adult": True, "languages": ["ko"], **ids})
        await self.post(f"/speakers/{made['speaker_id']}/trained")
        return made["speaker_id"], await self.slot(made["speaker_id"], gathering_id, *uses)

    async def slot(self, speaker_id: str, gathering_id: str, *uses: str) -> str:
        """The id of a slot in which somebody tells of school."""
        new = {"speaker_id": speaker_id, "gathering_id": gathering_id, "uses": uses, "allowed": ["school"]}
        return str((await self.post("/slots", new))["slot_id"])
