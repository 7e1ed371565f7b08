"""Nothing that tells of a person leaves the one place in which it may be kept: canaries are planted everywhere that
staff can type, and looked for everywhere else.
"""

from datetime import UTC, datetime
from typing import Any

import pytest
from uuid_utils.compat import uuid7

from shared.cli.operate import parked
from shared.contracts import SERVICES, talking
from shared.contracts.intake import HouseholdChanged, HouseholdClosed, HouseholdRegistered
from shared.contracts.inventory import SuppliesReleased, SuppliesReserved
from shared.messaging.envelope import seal
from tests.support.canaries import NOWHERE, Canaries, Kept, columns_of, overheard
from tests.support.free_texts import FreeText, filters, free_texts
from tests.support.people import person
from tests.support.waiting import until
from tests.support.world import FIRST_DAY, World

GIVEN, FAMILY = "intake identity.given", "intake identity.family"
REFERENCE = "intake household.register_ref"
KEPT = {
    ("intake", "/households", "members[].given_name"): GIVEN,
    ("intake", "/households", "members[].family_name"): FAMILY,
    ("intake", "/households", "register_ref"): REFERENCE,
    ("intake", "/households/{household_id}/members", "given_name"): GIVEN,
    ("intake", "/households/{household_id}/members", "family_name"): FAMILY,
    ("intake", "/households/{household_id}/identities", "reason"): NOWHERE,
    ("intake", "/imports", "file"): f"{GIVEN}, {FAMILY}, {REFERENCE}",
    ("inventory", "/adjustments", "reason"): "inventory movement.note",
    ("inventory", "/stocktakes", "reason"): "inventory movement.note",
    ("inventory", "/transfers", "reason"): "inventory movement.note",
    ("inventory", "/movements/{movement_id}/reverse", "reason"): "inventory movement.note",
    ("inventory", "/reservations/{reservation_id}/cancel", "reason"): "inventory cancellation.note",
    ("inventory", "/receipts", "reference"): "inventory receipt.reference",
    ("inventory", "/planned-deliveries", "deliveries[].reference"): "inventory planned_delivery.reference",
    ("inventory", "/catalogue", "items[].name"): "inventory item.name",
    ("inventory", "/catalogue", "depots[].name"): "inventory depot.name",
    **{(name, "/plan", "targets[].words"): f"{name} target.words" for name in SERVICES},
    **{(name, "/plan", "targets[].unit"): f"{name} target.unit" for name in SERVICES},
}
"""The one column in which each free text of a request may be kept. What stands in a header is kept nowhere."""

BIRTH = "1971-02-03"
BED = "a-bed-of-house-north"
SHELTERS = ("house-north", "house-south", BED)
REASONS = ("trafficking_victim", "moved_on")


@pytest.mark.parametrize("service", SERVICES)
def test_it_is_settled_for_every_free_text_where_it_may_be_kept(service: str) -> None:
    """A new one needs a line in KEPT, and its canary in the story below."""
    typed = {each for each in free_texts(service) if not each.place.startswith("header ")}
    assert typed == {FreeText(*each) for each in KEPT if each[0] == service}


async def test_what_tells_of_a_person_or_a_shelter_stays_where_it_was_typed(world: World) -> None:
    story = Story(world)
    with Kept() as logged:
        async with overheard(world) as wire:
            await story.live_through()
            await world.settled()
            await until(lambda: _all(wire), lambda found: any(HouseholdClosed.wire in each for each in found))
    for contract in (HouseholdRegistered, HouseholdChanged, SuppliesReserved, SuppliesReleased):
        assert any(contract.wire in each for each in wire)
    canaries = story.canaries
    assert story.planted == {each for each in KEPT if each[0] in talking()}
    for name in talking():
        await canaries.assert_at_home(world, name)
        canaries.assert_none(f"an answer of {name}", story.answers[name])
    for name, others in {"intake": Canaries.of(*SHELTERS), "inventory": Canaries.of(*REASONS)}.items():
        kept = (await columns_of(world, name)).values()
        others.assert_none(f"{name}'s database", [value for values in kept for value in values])
        others.assert_none(f"an answer of {name}", story.answers[name])
    canaries.add((*SHELTERS, *REASONS))
    canaries.assert_none("the broker", wire)
    canaries.assert_none("the logs", logged.lines)
    for name in talking():
        metrics = await world.driver(name).client.get("http://test/metrics")
        canaries.assert_none(f"{name}'s metrics", [metrics.text])
    # The doctor would see it too.
    turned = "UPDATE depot SET kind = '{}' WHERE code = 'depot-north'"
    database = world.databases["inventory"]
    world.servers.sql(turned.format("shelter"), database)
    broken = [each["name"] for each in await world.inventory.get("/checks") if each["breaches"]]
    world.servers.sql(turned.format("depot"), database)
    assert broken == ["nothing that was said names a shelter"]
    depot = {"code": "depot-north", "name": "North", "kind": "shelter", "region": "north"}
    assert (await world.inventory.try_post("/catalogue", {"depots": [depot]})).status_code == 409


async def _all(wire: list[str]) -> list[str]:
    return wire


class Story:
    """A household goes through everything, and whoever can type words types canaries."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.canaries = Canaries()
        self.planted: set[tuple[str, str, str]] = set()
        self.answers: dict[str, list[str]] = {name: [] for name in talking()}
        """By service, those in which no canary may stand."""

    def plant(self, service: str, path: str, place: str) -> str:
        self.planted.add((service, path, place))
        return self.canaries.plant(KEPT[service, path, place])

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
        await self.refuse(household)
        await self.import_a_register()
        await self.discard_a_message()
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
            texts = {each: self.plant(name, "/plan", f"targets[].{each}") for each in ("words", "unit")}
            await self.post(
                name, "/plan", {"targets": [{"area": 1, "measure": "kites", "target": 1, **texts}]}
            )

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
        (moved,) = (await self.world.inventory.get("/movements", kind="adjusted"))["items"]
        path = "/movements/{movement_id}/reverse"
        reason = {"reason": self.plant("inventory", path, "reason")}
        await self.post("inventory", path.format(movement_id=moved["id"]), reason)

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
        plant, bad = self.canaries.plant, self.canaries.plant()
        register = (
            "household,given_name,family_name,birth_date,size,region,arrived_on\n"
            f"{plant(REFERENCE)},{plant(GIVEN)},{plant(FAMILY)},{BIRTH},M,north,2006-10-20\n"
            f"K-2,{bad},{bad},{BIRTH},{bad},north,2006-10-20\n"
            f"K-3,={bad},{bad},{bad},M,{bad},2006-10-20\n"
        )
        files = {"file": (f"{bad}.csv", register.encode(), "text/csv")}
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


@pytest.mark.parametrize("reason", [None, "", "    ", "abc"])
async def test_names_are_not_shown_without_a_reason(world: World, reason: str | None) -> None:
    name = Canaries().plant()
    household = await world.intake.register([person(given_name=name)])
    body = {} if reason is None else {"reason": reason}
    path = f"/households/{household['household_id']}/identities"
    answer = await world.intake.client.post(path, json=body)
    assert answer.status_code == 422
    assert name not in answer.text
