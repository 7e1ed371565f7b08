"""What is to be done with some groups of a register; nothing is done yet."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from services.intake.commands.people import Person
from services.intake.commands.registration import Arrival
from services.intake.domain.households import FULL, MOST_MEMBERS, Household
from services.intake.importing.people import Read
from shared.spreadsheets.cells import RowFault


@dataclass
class Plan:
    """What is to be done with some groups. A household is None where a dry run would have registered it before."""

    arrivals: list[tuple[str, Arrival]] = field(default_factory=list)
    joining: list[tuple[str, Household | None, dict[int, Person]]] = field(default_factory=list)
    already_there: int = 0
    faults: list[RowFault] = field(default_factory=list)


def merged(reads: list[Read], plan: Plan) -> list[Read]:
    """One for each reference: a household may stand in several places of a unit."""
    together: dict[str, Read] = {}
    for each in reads:
        known = together.setdefault(each.ref, each)
        if known is each:
            continue
        known.faults += each.faults
        if known.common is None or known.common.region is None:
            known.common = each.common or known.common
        keys = {person.key for person in known.people.values()}
        new = {row: person for row, person in each.people.items() if person.key not in keys}
        plan.already_there += len(each.people) - len(new)
        known.people |= new
    return list(together.values())


def plan_arrival(plan: Plan, each: Read) -> None:
    """Plan a household that is not registered yet; without region and arrival its rows are at fault."""
    common = each.common
    if common is None or common.region is None or common.arrived_on is None:
        missing = [
            name for name in ("region", "arrived_on") if common is None or getattr(common, name) is None
        ]
        row = min(each.people)
        plan.faults += [RowFault(row, name, "is needed in the first row of a household") for name in missing]
        reason = f"its household cannot be taken: see row {row}"
        plan.faults += [RowFault(other, None, reason) for other in each.people if other != row]
        return
    people = tuple(fitting(plan, each.people, MOST_MEMBERS).values())
    arrival = Arrival(common.region, common.arrived_on, people, common.needs, common.priorities, each.ref)
    plan.arrivals.append((each.ref, arrival))


def fitting(plan: Plan, people: Mapping[int, Person], room: int) -> dict[int, Person]:
    """As many as a household has room for; the others' rows are at fault."""
    rows = list(people)
    plan.faults += [RowFault(row, None, FULL.words) for row in rows[max(room, 0) :]]
    return {row: people[row] for row in rows[: max(room, 0)]}
