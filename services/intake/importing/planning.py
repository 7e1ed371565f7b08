"""What is to be done with some groups of a register; nothing is done yet."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from uuid import UUID

from services.intake.commands.people import Person
from services.intake.commands.registration import Arrival
from services.intake.domain.changes import FULL
from services.intake.domain.households import MOST_MEMBERS, Household
from services.intake.domain.people import Relation, folded
from services.intake.importing.groups import Common, Read, twin_words
from services.intake.importing.matching import Registered, match
from shared.spreadsheets.cells import RowFault

HELD = (
    "its household is held back, so that nobody is registered without its head, who cannot be taken: see row"
)


@dataclass
class Plan:
    """What is to be done with some groups. A household is None where a dry run would have registered it before.

    `put_off` are rows that only the end of the file can decide: what they lack may stand in a later row.
    """

    import_id: UUID | None = None
    arrivals: list[tuple[str, Arrival]] = field(default_factory=list)
    joining: list[tuple[str, Household | None, dict[int, Person]]] = field(default_factory=list)
    already: dict[int, int] = field(default_factory=dict)
    """By the mark of a member, the row for which they answer."""
    already_there: int = 0
    left: int = 0
    closed: int = 0
    twice: int = 0
    unsure: int = 0
    held: int = 0
    namesakes: int = 0
    faults: list[RowFault] = field(default_factory=list)
    warnings: list[RowFault] = field(default_factory=list)
    put_off: list[Read] = field(default_factory=list)
    regions: set[str] = field(default_factory=set)
    """New ones, told of with this plan."""
    lost_heads: dict[bytes, int] = field(default_factory=dict)
    """By `key_of` the reference, the row of a head who cannot be taken; of households that are not registered."""

    def fault(
        self, rows: Mapping[int, object] | Sequence[int], reason: str, column: str | None = None
    ) -> None:
        self.faults += [RowFault(row, column, reason) for row in rows]

    def warn(self, row: int, reason: str, column: str | None = None) -> None:
        self.warnings.append(RowFault(row, column, reason))


def merged(reads: list[Read], plan: Plan, today: date) -> list[Read]:
    """One for each reference: a household may stand in several places of a unit."""
    together: dict[str, Read] = {}
    for each in reads:
        known = together.setdefault(folded(each.ref), each)
        if known is each:
            continue
        known.faults += each.faults
        known.warnings += each.warnings
        known.lost |= each.lost
        known.tells_heads = known.tells_heads or each.tells_heads
        if known.common is None:
            known.common = each.common
        for name, said in each.said.items():
            known.said.setdefault(name, []).extend(said)
        found = match(each.people, _as_registered(known.people), today)
        for row, other in found.twice.items():
            plan.fault([row], twin_words(other))
        plan.twice += len(found.twice)
        known.people |= {row: person for row, person in each.people.items() if row not in found.twice}
        known.settle()
    return list(together.values())


def _as_registered(people: Mapping[int, Person]) -> list[Registered]:
    return [Registered(row, person.face, row=row) for row, person in people.items()]


def plan_arrival(
    plan: Plan, each: Read, today: date, *, last: bool = True, lost_head: int | None = None
) -> None:
    """Plan a household that is not registered yet, or hold it back if it cannot be taken whole enough.

    `lost_head` is the row of a head who could not be taken, in this or an earlier unit. Somebody of the household may
    stand further down, so what lacks a head, or region and arrival, is put off to the end.
    """
    common, headless = each.common, each.headless(today)
    complete = common is not None and common.region is not None and common.arrived_on is not None
    if not last and (headless or not complete):
        plan.put_off.append(replace(each, faults=[], warnings=[]))
    elif headless and lost_head is not None:
        plan.fault(each.people, f"{HELD} {lost_head}: mend that row, and send the file again")
        plan.held += len(each.people)
    elif common is None or common.region is None or common.arrived_on is None:
        _refuse_incomplete(plan, each, common)
    else:
        _take(plan, each, common, common.region, common.arrived_on)


def _refuse_incomplete(plan: Plan, each: Read, common: Common | None) -> None:
    """Without region and arrival a household's rows are at fault."""
    row = min(each.people)
    many = len(each.people) > 1
    rows = f"rows {row} to {max(each.people)} have" if many else f"row {row} has"
    for name in ("region", "arrived_on"):
        if common is None or getattr(common, name) is None:
            plan.fault([row], f"is needed in one row of each household; {rows} none of it", name)
    plan.fault(
        [other for other in each.people if other != row], f"its household cannot be taken: see row {row}"
    )


def _take(plan: Plan, each: Read, common: Common, region: str, arrived_on: date) -> None:
    names = Counter(person.face.name for person in each.people.values())
    tell_namesakes(plan, {row for row, person in each.people.items() if names[person.face.name] > 1})
    tell_heads(plan, each, each.people, 0)
    people = tuple(fitting(plan, each.people, MOST_MEMBERS).values())
    arrival = Arrival(region, arrived_on, people, common.needs, common.priorities, each.ref)
    plan.arrivals.append((each.ref, arrival))


def tell_namesakes(plan: Plan, rows: Collection[int]) -> None:
    for row in rows:
        plan.warn(row, "another person of the same name is in this household; both are registered")
    plan.namesakes += len(rows)


def tell_heads(plan: Plan, each: Read, new: Mapping[int, Person], before: int) -> None:
    """Warn of two heads; and of none, where the file says who is head at all."""
    heads = [row for row, person in new.items() if person.relation is Relation.HEAD]
    if heads and len(heads) + before > 1:
        rows = " and ".join(map(str, heads))
        who = f"rows {rows} are each" if not before else f"row {rows} is a further"
        plan.warn(heads[0], f"{who} head of this household: say who is, and correct the others", "relation")
    alone = all(person.relation is Relation.UNACCOMPANIED for person in new.values())
    if not heads and not before and each.tells_heads and new and not alone:
        plan.warn(min(new), f"no row says who is head of this household (rows {_rows(new)})", "relation")


def _rows(people: Mapping[int, object]) -> str:
    return ", ".join(map(str, people))


def fitting(plan: Plan, people: Mapping[int, Person], room: int) -> dict[int, Person]:
    """As many as a household has room for; the others' rows are at fault."""
    rows = list(people)
    plan.faults += [RowFault(row, None, FULL.words) for row in rows[max(room, 0) :]]
    return {row: people[row] for row in rows[: max(room, 0)]}
