"""What tests do with sponsorship."""

from typing import Any

from tests.support.driver import Driver
from tests.support.waiting import until


class Sponsorship(Driver):
    """`world.sponsorship`"""

    async def children(self, **wanted: Any) -> list[dict[str, Any]]:
        """Children in the order in which they are to be served."""
        found: list[dict[str, Any]] = (await self.get("/children", limit=500, **wanted))["items"]
        return found

    async def child_of(self, household: Any, status: str = "listed") -> dict[str, Any]:
        """The one child of a household, once it stands like this."""

        async def look() -> list[dict[str, Any]]:
            of_it = [
                each for each in await self.children() if each["household_id"] == household["household_id"]
            ]
            return [each for each in of_it if each["status"] == status]

        (child,) = await until(look, lambda found: len(found) == 1)
        return child
