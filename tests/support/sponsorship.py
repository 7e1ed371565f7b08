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

    # lessons

    async def course(self, code: str = "japanese_a1", **more: Any) -> list[str]:
        """The ids of a course's terms; it begins on 2006-12-01 and is for beginners in Tokyo."""
        body = {
            "code": code,
            "level": "a1",
            "places": 10,
            "first_day": "2006-12-01",
            "region": "tokyo",
            **more,
        }
        return list((await self.post("/courses", body))["course_ids"])

    async def places(self, **which: Any) -> list[dict[str, Any]]:
        """Places in courses and in the waiting list, in the order in which they were given."""
        found: list[dict[str, Any]] = (await self.get("/learners", limit=500, **which))["items"]
        return found

    async def place_of(self, member_id: object, status: str) -> dict[str, Any]:
        """The newest place of a learner, once it stands like this."""

        async def look() -> list[dict[str, Any]]:
            return (await self.places(member_id=member_id))[-1:]

        (place,) = await until(look, lambda found: [each["status"] for each in found] == [status])
        return place

    async def lessons(self, course_id: str) -> list[dict[str, Any]]:
        """The lessons of a course, in the order of their days."""
        return list(await self.get(f"/courses/{course_id}/lessons"))
