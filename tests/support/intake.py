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

    async def ask_for_money(self, household: Any, amount: int, kind: str = "hospital", **more: Any) -> Any:
        """A request for money, in yen if nothing else is said; does not wait for what follows."""
        body = {"kind": kind, "amount": amount, "currency": "JPY", **more}
        return await self.post(f"/households/{household['household_id']}/grants", body)
