"""A household goes through everything, and whoever can type words types canaries."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from uuid_utils.compat import uuid7

from shared.cli.operate import parked
from shared.contracts import talking
from shared.contracts.intake import HouseholdClosed
from shared.messaging.envelope import seal
from tests.support.canaries import Canaries
from tests.support.canary_case import speak_for
from tests.support.canary_consents import agree
from tests.support.canary_guests import gather
from tests.support.canary_helpers import speak_and_help
from tests.support.canary_letters import write_letters
from tests.support.canary_money import give_and_grant
from tests.support.free_texts import filters
from tests.support.people import person
from tests.support.waiting import until
from tests.support.world import FIRST_DAY, World

BIRTH = "1971-02-03"
BED = "a-bed-of-house-north"
PHONE = "+81 90 5550 9{:03}"
FORMS = {
    "mail": "zeisig-{:03}@example.org",
    "phone": PHONE,
    "emergency": PHONE,
    "link": "https://example.org/zeisig-{:03}",
}
"""How a canary looks in a field that takes no words, by the field's name."""
REACHED = ("name", "mail", "phone")
"""What is typed of whoever can be reached."""
RECORDED = {
    "intake": "people_registered",
    "inventory": "people_fed",
    "sponsorship": "children_waiting",
    "events": "seminars_held",
    "donations": "gifts_active",
}
"""A measure of each service's; it takes no target that it does not record."""


class Story:
    """A household goes through everything, and whoever can type words types canaries."""

    def __init__(self, world: World, kept: Mapping[tuple[str, str, str], str]) -> None:
        self.world = world
        self.kept = kept
        """The home of each free text: by service, path and place."""
        self.canaries = Canaries()
        self.planted: set[tuple[str, str, str]] = set()
        self.answers: dict[str, list[str]] = {name: [] for name in talking()}
        """By service, those in which no canary may stand."""

    def plant(self, service: str, path: str, place: str) -> str:
        self.planted.add((service, path, place))
        words = FORMS.get(place.rpartition(".")[2])
        home = self.kept[service, path, place]
        return self.canaries.plant(home, words) if words else self.canaries.plant(home)

    def contact(self, service: str, path: str, place: str, *names: str) -> dict[str, str]:
        """What is typed of somebody: a canary in each field."""
        return {name: self.plant(service, path, f"{place}.{name}") for name in (*REACHED, *names)}

    async def post(self, service: str, path: str, body: object) -> Any:
        """A request that must succeed, under a key that is a canary too. Answers are kept, so none may hold any."""
        answer = await self.world.driver(service).post(path, body, key=self.canaries.plant())
        self.answers[service].append(str(answer))
        return answer

    async def live_through(self) -> None:
        self.canaries.add([BIRTH], "intake identity.birth_date")
        await self.load_the_store()
        household = await self.register()
        await self.world.settled()
        await self.correct_the_store(household)
        await give_and_grant(self, household)
        await speak_for(self)
        await write_letters(self)
        await gather(self)
        await agree(self, household)
        await speak_and_help(self)
        await self.refuse(household)
        await self.import_a_register()
        await self.discard_a_message()
        handed_out = await self.world.inventory.hand_out(household)
        await self.says_why("/deliveries/{delivery_id}/undo", delivery_id=handed_out["delivery_id"])
        await self.world.inventory.hand_out(household)
        await self.world.turn("2006-12-02")
        await self.post("intake", f"/households/{household['household_id']}/close", {"outcome": "moved_on"})
        await self.world.settled()
        await self.look(household)

    async def load_the_store(self) -> None:
        """Beds have a code that tells of their shelter, and the nearest kits lie in it too."""
        thing = {"code": "tin", "name": self.plant("inventory", "/catalogue", "items[].name")}
        place = {"code": "attic", "name": self.plant("inventory", "/catalogue", "depots[].name")}
        catalogue = {
            "items": [
                {**thing, "kind": "part", "unit": "piece"},
                {"code": BED, "name": "Bed", "kind": "bed", "unit": "place"},
            ],
            "depots": [{**place, "kind": "shelter", "region": "north"}],
        }
        await self.post("inventory", "/catalogue", catalogue)
        lines = [{"item": BED, "quantity": 1}, {"item": "first-aid-kit", "quantity": 2}]
        for depot, goods in (("house-north", lines), ("depot-north", [{"item": "rice", "quantity": 90_000}])):
            reference = self.plant("inventory", "/receipts", "reference")
            await self.post(
                "inventory", "/receipts", {"depot": depot, "reference": reference, "lines": goods}
            )
        reference = self.plant("inventory", "/planned-deliveries", "deliveries[].reference")
        planned = {"depot": "depot-north", "item": "rice", "quantity": 1, "due_on": "2006-12-01"}
        await self.post(
            "inventory", "/planned-deliveries", {"deliveries": [{**planned, "reference": reference}]}
        )
        for name in talking():
            target = {"area": 1, "measure": RECORDED[name], "target": 1, "unit": "kites"}
            words = self.plant(name, "/plan", "targets[].words")
            await self.post(name, "/plan", {"targets": [{**target, "words": words}]})

    async def register(self) -> Any:
        names = ("given_name", "family_name")
        first = {name: self.plant("intake", "/households", f"members[].{name}") for name in names}
        body = {
            "region": "north",
            "arrived_on": "2006-10-20",
            "priorities": ["trafficking_victim"],
            "members": [person(1, **first, birth_date=BIRTH), person(2)],
            "register_ref": self.plant("intake", "/households", "register_ref"),
        }
        household = await self.post("intake", "/households", body)
        path = "/households/{household_id}/members"
        second = {name: self.plant("intake", path, name) for name in names}
        await self.post("intake", path.format(**household), person(3, **second))
        path = "/households/{household_id}/identities"
        seen = await self.world.intake.post(
            path.format(**household), {"reason": self.plant("intake", path, "reason")}
        )
        assert first["given_name"] in str(seen)
        path = "/households/find"
        looked_for = {"register_ref": self.plant("intake", path, "register_ref")}
        assert await self.post("intake", path, looked_for) == []
        path = "/households/{household_id}/members/{member_id}/correct"
        right = {name: self.plant("intake", path, name) for name in names}
        where = path.format(**household, member_id=household["members"][1]["member_id"])
        await self.post("intake", where, right)
        return household

    async def correct_the_store(self, household: Any) -> None:
        rows = await self.world.inventory.reservations(household)
        kit = next(row for row in rows if row["item"] == "first-aid-kit")
        path = "/reservations/{reservation_id}/cancel"
        reason = {"reason": self.plant("inventory", path, "reason")}
        await self.post("inventory", path.format(reservation_id=kit["id"]), reason)
        shelf = {"depot": "depot-north", "item": "rice"}
        move = {"from_depot": "depot-north", "to_depot": "depot-south", "item": "rice", "quantity": 1}
        for path, body in (
            ("/adjustments", {**shelf, "quantity": 2}),
            ("/stocktakes", {"depot": "depot-north", "counts": [{"item": "rice", "counted": 90_005}]}),
            ("/transfers", move),
        ):
            await self.post("inventory", path, {**body, "reason": self.plant("inventory", path, "reason")})
        (gone, _) = (await self.world.inventory.get("/movements", kind="transferred"))["items"]
        await self.says_why("/papers/{document_id}/undo", document_id=gone["document_id"])
        (lot, *_) = (await self.world.inventory.get("/lots", item="rice"))["items"]
        for path in ("/lots/{lot_id}/block", "/lots/{lot_id}/unblock"):
            await self.says_why(path, lot_id=lot["id"])
        (moved,) = (await self.world.inventory.get("/movements", kind="adjusted"))["items"]
        path = "/movements/{movement_id}/reverse"
        reason = {"reason": self.plant("inventory", path, "reason")}
        await self.post("inventory", path.format(movement_id=moved["id"]), reason)

    async def says_why(self, path: str, **which: str) -> None:
        """Something is undone or blocked, and whoever does it says why."""
        reason = {"reason": self.plant("inventory", path, "reason")}
        await self.post("inventory", path.format(**which), reason)

    async def refuse(self, household: Any) -> None:
        """What is refused is kept nowhere, and no answer repeats it."""
        name = self.canaries.plant()
        canary = person(given_name=name)
        path = f"/households/{household['household_id']}/members"
        for where, body in (
            ("/households", {"members": [canary]}),
            ("/households", {"region": name}),
            (path, {**canary, "age": 300}),
            (path, {**canary, "given_name": "=" + name * 40}),
            (path, {**canary, "languages": [name]}),
        ):
            answer = await self.world.intake.try_post(where, body)
            assert answer.status_code == 422
            self.answers["intake"].append(answer.text)
        for service in talking():
            for each in filters(service):
                client = self.world.driver(service).client
                self.answers[service].append((await client.get(each.path, params={each.name: name})).text)

    async def import_a_register(self) -> None:
        self.planted.add(("intake", "/imports", "file"))
        homes = ("household.register_ref", "identity.given", "identity.family")
        good, bad = [self.canaries.plant(f"intake {each}") for each in homes], self.canaries.plant()
        register = (
            "household,given_name,family_name,birth_date,size,region,arrived_on\n"
            f"{','.join(good)},{BIRTH},M,north,2006-10-20\n"
            f"K-2,{bad},{bad},{BIRTH},{bad},north,2006-10-20\n"
            f"K-3,={bad},{bad},{bad},M,{bad},2006-10-20\n"
        )
        self.planted.add(("intake", "/imports", "mapping"))
        mapping = f'[values.needs]\n"{bad}" = "food"\n[headings]\n"{bad}" = "needs"'
        files = {
            "file": (f"{bad}.csv", register.encode(), "text/csv"),
            "mapping": (f"{bad}.toml", mapping.encode(), "application/toml"),
        }
        imported = await self.world.intake.client.post("/imports", files=files, headers={"Accept": bad})
        assert (imported.json()["people"], imported.json()["error_count"] > 0) == (1, True)
        self.answers["intake"].append(imported.text)

    async def discard_a_message(self) -> None:
        fact = HouseholdClosed(household_id=uuid7(), version=2, on=FIRST_DAY)
        envelope = seal(fact, datetime.now(UTC))
        await self.world.send(envelope, body=b"not JSON")
        await until(lambda: self.world.parked(HouseholdClosed), bool)
        reason = self.canaries.plant("inventory discard.reason")
        queue = f"inventory.{HouseholdClosed.wire}"
        await parked.give_up(self.world.addresses(), queue, str(envelope.id), reason, "an operator")

    async def look(self, household: Any) -> None:
        """Lists that hold no names."""
        path = f"/households/{household['household_id']}"
        for each in ("/households", path, f"{path}/timeline", "/counts"):
            self.answers["intake"].append((await self.world.intake.client.get(each)).text)
        timeline = str(await self.world.intake.timeline(household))
        assert "cancelled" in timeline
        assert "bed 1 place" in timeline
