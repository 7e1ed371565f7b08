"""Children of the register wait for a sponsor, may be shown as far as was agreed to, and are held for monthly gifts."""

from datetime import timedelta
from typing import Any

from shared.cli.demo.chapter import Stage
from shared.cli.demo.steps import Steps

AGREED, HELD, LATER = 1, 2, 190
"""Days after the first one. PayPal's first post comes later: the gifts have not begun when the children are held."""
SHOWN = 8
"""For so many children somebody agrees that sponsors may be told of them; the others are the education fund's."""
HELD_FOR = timedelta(days=27)
ALLOWED_FOR = timedelta(days=365)


class Children(Steps):
    """What is done for the children of a stage; nobody is held where no gifts for them come."""

    def __init__(self, stage: Stage) -> None:
        super().__init__(stage)
        self.steps = {AGREED: self._agree, HELD: self._hold_longer, LATER: self._agree_later}

    async def _agree(self) -> None:
        for child in await self._first_ones():
            await self._consent(child)

    async def _agree_later(self) -> None:
        """Who became six in the meantime waits since then, and may be shown now."""
        for child in await self.all_of("sponsorship", "/children"):
            if child["waiting_since"] > self.stage.first.isoformat():
                await self._consent(child)

    async def _consent(self, child: dict[str, Any]) -> None:
        body = {
            "purpose": "sponsorship",
            "scopes": ["alias", "story", "drawing"],
            "until": (self.stage.first + ALLOWED_FOR).isoformat(),
            "explained_by": "caseworker-1",
            "language": "ko",
            "edition": "sponsorship-1",
            "guardian": "guardian-1",
            "assent": True,
        }
        path = f"/households/{child['household_id']}/members/{child['child_id']}/consents"
        await self.post("intake", path, f"consent/{child['child_id']}", body)

    async def _hold_longer(self) -> None:
        """Sponsorship keeps children for the gifts by itself; staff choose an end that is later than the usual one."""
        for hold in await self.all_of("sponsorship", "/holds", state="held"):
            path = f"/holds/{hold['hold_id']}/extend"
            body = {"until_on": (self.day(HELD) + HELD_FOR).isoformat()}
            await self.post("sponsorship", path, f"hold/{hold['hold_id']}", body)

    async def _first_ones(self) -> list[dict[str, Any]]:
        """The children who wait since the first day, the most urgent first; held or not."""
        first = self.stage.first.isoformat()
        found = await self.all_of("sponsorship", "/children")
        return [each for each in found if each["waiting_since"] <= first][:SHOWN]
