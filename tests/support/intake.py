"""What tests do with intake."""

from collections.abc import Iterable, Sequence
from typing import Any, cast

from tests.support.driver import Driver
from tests.support.people import person


class Intake(Driver):
    """`world.intake`"""

    async def register(
        self,
        members: int | Sequence[dict[str, Any]] = 1,
        needs: Iterable[str] = ("food", "clothing", "kit", "shelter"),
        priorities: Iterable[str] = (),
        region: str = "north",
        **more: Any,
    ) -> Any:
        """Take a household in; does not wait for what follows."""
        people = [person(n) for n in range(members)] if isinstance(members, int) else list(members)
        body = {
            "region": region,
            "arrived_on": "2006-10-20",
            "needs": list(needs),
            "priorities": list(priorities),
            "members": people,
            **more,
        }
        return await self.post("/households", body)

    async def timeline(self, household: Any) -> list[dict[str, Any]]:
        """What intake knows to have happened to a household, the newest first."""
        path = f"/households/{household['household_id']}/timeline"
        return cast(list[dict[str, Any]], (await self.get(path, limit=500))["items"])

    async def told(self, household: Any) -> list[str]:
        """What the timeline of a household tells, the oldest first."""
        return [each["summary"] for each in reversed(await self.timeline(household))]

    async def close(self, household: Any, outcome: str) -> None:
        """A household is helped no longer."""
        await self.post(f"/households/{household['household_id']}/close", {"outcome": outcome})

    async def agree(self, household: Any, member: int, purpose: str, *scopes: str, **more: Any) -> str:
        """A member, or their guardian, agrees until the end of April 2007; where the consent stands."""
        where = f"/households/{household['household_id']}/members/{household['members'][member]['member_id']}"
        explained = {"explained_by": "caseworker-3", "language": "ko", "edition": "2"}
        body = {"purpose": purpose, "scopes": scopes, "until": "2007-04-30", **explained, **more}
        made = await self.post(f"{where}/consents", body)
        return f"{where}/consents/{made['consent_id']}"

    async def settle(self, household: Any, *wishes: str, minor: int | None = None) -> str:
        """A household asks to settle in Tokyo, all of it; gives the request's id."""
        money = {"amount": minor, "currency": "JPY"} if minor else None
        body = {"region": "tokyo", "wishes": wishes, "money": money}
        path = f"/households/{household['household_id']}/settlements"
        return str((await self.post(path, body))["request_id"])

    async def open_case(self, family: int = 1, topics: Iterable[str] = ("arrest",)) -> str:
        """Open an advocacy case for one person in prison and so many of the family; gives its id."""
        roles = ["imprisoned", *["family"] * family]
        names = [{"given_name": f"Given{n}", "family_name": f"Family{n}"} for n in range(len(roles))]
        people = [{**name, "role": role} for name, role in zip(names, roles, strict=True)]
        return str((await self.post("/cases", {"people": people, "topics": list(topics)}))["case_id"])

    async def history(self, case_id: str) -> list[str]:
        """What the case's own history tells, the oldest first."""
        lines = (await self.get(f"/cases/{case_id}/history", limit=500))["items"]
        return [each["summary"] for each in reversed(lines)]

    async def plan_visit(self, case_id: str, on: str) -> str:
        """Plan a visit of the family; gives its id."""
        return str((await self.post(f"/cases/{case_id}/visits", {"planned_for": on}))["visit_id"])

    async def ask_for_case(self, case_id: str, amount: int, kind: str = "family_visit", **more: Any) -> str:
        """A request for money for a case, in yen if nothing else is said; gives its id."""
        body = {"kind": kind, "amount": amount, "currency": "JPY", **more}
        return str((await self.post(f"/cases/{case_id}/grants", body))["request_id"])

    async def ask_for_money(self, household: Any, amount: int, kind: str = "hospital", **more: Any) -> Any:
        """A request for money, in yen if nothing else is said; does not wait for what follows."""
        body = {"kind": kind, "amount": amount, "currency": "JPY", **more}
        return await self.post(f"/households/{household['household_id']}/grants", body)
