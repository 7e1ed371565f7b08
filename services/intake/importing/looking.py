"""What an import should warn of beside the rows of one household: other households, regions, references."""

from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from uuid import UUID

from services.intake import identities, repository
from services.intake.commands.people import Person
from services.intake.domain.alike import Face
from services.intake.domain.people import folded
from services.intake.importing.groups import Read
from services.intake.importing.memory import Remembered
from services.intake.importing.planning import Plan
from shared.messaging.unit import Unit
from shared.spreadsheets.cells import RowFault

MOST_NAMED, LEAST_ALIKE = 12, 0.75
MOST_COMPARED, MUCH_RARER = 200, 5


def tell_regions(plan: Plan, wanted: list[Read], known: frozenset[str]) -> None:
    """A region that no household has is new or mistyped; where there is none yet, nobody can tell."""
    new = {ref for ref, _ in plan.arrivals}
    for each in (each for each in wanted if known and each.ref in new):
        for row, region in each.said.get("region", [])[:1]:
            if region in known | plan.regions:
                continue
            plan.regions.add(region)
            near = get_close_matches(region, known, 1, LEAST_ALIKE)
            hint = f"; is {near[0]} meant?" if near else ""
            named = ", ".join(sorted(known)[:MOST_NAMED])
            plan.warn(row, f"is a region where no household is; known are {named}{hint}", "region")


class RegionsSeen:
    """Where the households of a first register are: nobody is anywhere yet, so its regions are compared together."""

    def __init__(self) -> None:
        self._seen: dict[str, tuple[int, int]] = {}

    def add(self, plan: Plan) -> None:
        """Count each region and keep the first row that brought it; of very many only the first ones."""
        for _, arrival in plan.arrivals:
            count, row = self._seen.get(arrival.region, (0, arrival.people[0].row or 0))
            if count or len(self._seen) < MOST_COMPARED:
                self._seen[arrival.region] = (count + 1, row)

    def alike(self) -> Iterator[RowFault]:
        """Regions that look like a mistyped one: much rarer than another one of nearly the same letters."""
        for region, (count, row) in self._seen.items():
            often = [other for other, (many, _) in self._seen.items() if many >= MUCH_RARER * count]
            if near := get_close_matches(region, often, 1, LEAST_ALIKE):
                reason = f"is a region of few households; is {near[0]} meant, where many are?"
                yield RowFault(row, "region", reason)


async def tell_zeros(plan: Plan, unit: Unit, remembered: Remembered) -> None:
    """A new household whose reference differs from another one by leading zeros alone may be the same."""
    refs = {ref: next((person.row for person in arrival.people), None) for ref, arrival in plan.arrivals}
    there = await repository.but_for_zeros(unit.session, list(refs))
    here: dict[bytes, int | None] = {}
    for ref, row in refs.items():
        loose = repository.loose_of(ref)
        key, code = there.get(loose, (b"", ""))
        twin = here.get(loose) or remembered.but_for_zeros(ref)
        here.setdefault(loose, row)
        other = (
            f"household {code}" if code and key != repository.key_of(ref) else f"row {twin}" if twin else ""
        )
        if row and other:
            plan.warn(
                row,
                f"differs by leading zeros alone from the reference of {other}: are they one?",
                "household",
            )


async def tell_elsewhere(plan: Plan, unit: Unit) -> None:
    """Whoever is about to be registered and is present in another household; of that one nothing is told."""
    homes: dict[UUID | None, list[Person]] = {}
    for _, household, people in plan.joining:
        homes.setdefault(household.id if household else None, []).extend(people.values())
    homes.setdefault(None, []).extend(person for _, arrival in plan.arrivals for person in arrival.people)
    faces = {home: [person.face for person in some] for home, some in homes.items()}
    elsewhere = await identities.present_elsewhere(unit.session, faces)
    for face, row in _rows(plan).items():
        for each in row.values():
            if face in elsewhere or (len(row) > 1 and identities.telling(face)):
                plan.warn(
                    each,
                    "somebody of the same name, sex and birth date is present in another household: if it is the same "
                    "person, let them leave one of the two",
                )


def _rows(plan: Plan) -> Mapping[Face, dict[str, int]]:
    """By face, the row in each household of this plan."""
    found: dict[Face, dict[str, int]] = {}
    some = [(ref, person) for ref, arrival in plan.arrivals for person in arrival.people]
    some += [(ref, person) for ref, _, people in plan.joining for person in people.values()]
    for ref, person in some:
        found.setdefault(person.face, {})[folded(ref)] = person.row or 0
    return found
