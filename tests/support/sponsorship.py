"""What tests do with sponsorship."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import select

from shared.contracts.base import Contract
from shared.contracts.donations import MonthlyGiftChanged
from shared.database.tables import inbox
from shared.messaging.envelope import seal
from tests.support.driver import Driver
from tests.support.giving import consent, gift, paid
from tests.support.people import person
from tests.support.waiting import until


class Sponsorship(Driver):
    """`world.sponsorship`"""

    settings: ClassVar[Mapping[str, Any]] = {
        "organisation_name": {"ja": "見本の支援会", "en": "Example Relief"}
    }
    has_run_before = True

    async def hears(self, *facts: Contract) -> None:
        """Other services say these, one after another; each is handled before the next one is said."""
        for fact in facts:
            envelope = seal(fact, datetime.now(UTC), None)
            await self.world.send(envelope)

            async def look(wanted: UUID = envelope.id) -> bool:
                async with self.service.units.read() as session:
                    query = select(inbox.c.message_id).where(inbox.c.message_id == wanted)
                    return await session.scalar(query) is not None

            await until(look, bool)

    async def children(self, **wanted: Any) -> list[dict[str, Any]]:
        """Children in the order in which they are to be served."""
        found: list[dict[str, Any]] = (await self.get("/children", limit=500, **wanted))["items"]
        return found

    async def child(self, child_id: object) -> dict[str, Any]:
        """A child as it stands now."""
        (found,) = [each for each in await self.children() if each["child_id"] == str(child_id)]
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

    async def may_show(self, household: Any) -> dict[str, Any]:
        """The one child of a household, once sponsors may be shown it."""
        child = await self.child_of(household)
        await self.hears(consent(child))
        return child

    async def one_child(self, **more: Any) -> dict[str, Any]:
        """A family with one child of school age, who may be shown to sponsors."""
        born = {"birth_date": "1998-05-01", "size": "122", **more}
        return await self.may_show(await self.world.intake.register([person(**born)], needs=[]))

    async def sponsors(self, child: Any, **more: Any) -> MonthlyGiftChanged:
        """A gift that has begun supports a child."""
        start = gift(None, "active", **more)
        await self.hears(start, paid(start.gift_id, date(2006, 11, 1), date(2006, 12, 1)))
        await self.hold(start.gift_id, child)
        return start

    async def vet(self, donor_id: object, said: Mapping[str, Any]) -> Any:
        """What is written down of a sponsor by who has seen what is known of them."""
        found = (await self.get("/sponsors", limit=500))["items"]
        (version,) = [each["vetting_version"] for each in found if each["donor_id"] == str(donor_id)]
        return await self.post(f"/sponsors/{donor_id}/vetting", {**said, "version": version})

    async def main_of(self, child: Any) -> str:
        """The id of the sponsorship of the main sponsor that a child has now."""
        found = await self.get(f"/children/{child['child_id']}/sponsorships")
        (main,) = [each for each in found if each["role"] == "main" and each["ends_on"] is None]
        return str(main["sponsorship_id"])

    async def gift(self, gift_id: UUID) -> dict[str, Any]:
        """A monthly gift as sponsorship knows it."""
        found = (await self.get("/gifts", limit=500))["items"]
        (gift,) = [each for each in found if each["gift_id"] == str(gift_id)]
        return dict(gift)

    async def hold(self, gift_id: UUID, child: Any = None, **until: Any) -> Any:
        """A child is kept for a gift."""
        body = {"gift_id": str(gift_id), **({"child_id": child["child_id"]} if child else {}), **until}
        return await self.post("/holds", body)

    async def the_hold(self, hold: Any) -> dict[str, Any]:
        """A hold as it is now."""
        found = (await self.get("/holds", limit=500))["items"]
        return next(each for each in found if each["hold_id"] == hold["hold_id"])

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
