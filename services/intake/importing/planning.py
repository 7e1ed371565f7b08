"""What is to be done with some groups of a register; nothing is done yet."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from uuid import UUID

from services.intake.commands.people import Person
from services.intake.commands.registration import Arrival
from services.intake.domain.households import FULL, MOST_MEMBERS, Household
from services.intake.domain.people import Relation, folded
from services.intake.importing.matching import Matched, Registered, match
from services.intake.importing.people import Read, twin_words
from shared.spreadsheets.cells import RowFault

LABELS = {"region": "region", "arrived_on": "arrival", "needs": "needs", "priority": "priority"}


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
    namesakes: int = 0
    faults: list[RowFault] = field(default_factory=list)
    warnings: list[RowFault] = field(default_factory=list)
    put_off: list[Read] = field(default_factory=list)
    regions: set[str] = field(default_factory=set)
    """New ones, told of with this plan."""

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


def plan_arrival(plan: Plan, each: Read, *, last: bool = True) -> None:
    """Plan a household that is not registered yet; without region and arrival its rows are at fault."""
    common = each.common
    missing = [name for name in ("region", "arrived_on") if common is None or getattr(common, name) is None]
    if common is None or common.region is None or common.arrived_on is None:
        if not last:
            plan.put_off.append(replace(each, faults=[], warnings=[]))
            return
        row = min(each.people)
        many = len(each.people) > 1
        rows = f"rows {row} to {max(each.people)} have" if many else f"row {row} has"
        for name in missing:
            plan.fault([row], f"is needed in one row of each household; {rows} none of it", name)
        plan.fault(
            [other for other in each.people if other != row], f"its household cannot be taken: see row {row}"
        )
        return
    names = Counter(person.face.name for person in each.people.values())
    _tell_namesakes(plan, {row for row, person in each.people.items() if names[person.face.name] > 1})
    _tell_heads(plan, each, each.people, 0)
    people = tuple(fitting(plan, each.people, MOST_MEMBERS).values())
    arrival = Arrival(common.region, common.arrived_on, people, common.needs, common.priorities, each.ref)
    plan.arrivals.append((each.ref, arrival))


def plan_joining(
    plan: Plan,
    each: Read,
    household: Household | None,
    known: Sequence[Registered],
    today: date,
    *,
    last: bool,
) -> None:
    """Plan rows of a household that is registered; `known` are its members, of a dry run those it would have."""
    found = match(each.people, known, today)
    recognised = found.already or found.left or found.twice or any(one.row is not None for one in known)
    others, code = (_other_than(each, household), household.code) if household else ({}, "")
    strange = household and not recognised and each.people and {"region", "arrived_on"} & others.keys()
    if strange and not last:
        plan.put_off.append(replace(each, faults=[], warnings=[]))
    elif household and strange:
        _refuse_strangers(plan, each, household, others)
    elif household and not household.helped:
        _tell_closed(plan, each, household)
    else:
        if found.unsure and not last:
            later = {row: each.people[row] for row in found.unsure}
            plan.put_off.append(replace(each, people=later, faults=[], warnings=[], said={}))
            found.unsure = {}
        for name, row in others.items():
            reason = f"the {LABELS[name]} of household {code} is another one; what is registered stays"
            plan.warn(row, reason, name)
        _plan_found(plan, each, household, found, sum(one.left_on is None for one in known))


def _plan_found(plan: Plan, each: Read, household: Household | None, found: Matched, present: int) -> None:
    """Plan the rows of a household that is helped, once it is known who they are."""
    _tell_known(plan, found, each, household)
    _tell_namesakes(plan, found.namesakes)
    heads = sum(member.relation is Relation.HEAD for member in household.present) if household else 1
    _tell_heads(plan, each, found.new, heads)
    those = fitting(plan, found.new, MOST_MEMBERS - present)
    if those:
        plan.joining.append((each.ref, household, those))
    if household and household.import_id != plan.import_id:
        for row in those:
            plan.warn(row, f"joins household {household.code}, which was registered before")


def _tell_known(plan: Plan, found: Matched, each: Read, household: Household | None) -> None:
    where = f" in household {household.code}" if household else ""
    plan.already_there += len(found.already)
    plan.already |= {one.mark: row for row, one in found.already.items()}
    for row, one in found.already.items():
        said = each.people[row]
        if said.identity.estimated and not one.face.estimated:
            what, column = ("an age", "age") if said.by_age else ("no whole date", "birth_date")
            plan.warn(row, f"{what} stands where a birth date is known, which stays", column)
        elif one.face.estimated and not said.identity.estimated:
            plan.warn(
                row,
                f"the birth date of a member{where} is known by age or year alone: correct it there",
                "birth_date",
            )
    for row, one in found.left.items():
        plan.fault([row], f"left{where} on {one.left_on}: if this person is back, add them there by hand")
    for row, other in found.twice.items():
        plan.fault([row], twin_words(other))
    for row, what in found.unsure.items():
        plan.fault(
            [row],
            f"same reference and name as somebody registered{where}, {what}: if it is the same person, correct the "
            "member there and send the file again; if it is somebody else, let the file have a row for each of them",
        )
    plan.left += len(found.left)
    plan.twice += len(found.twice)
    plan.unsure += len(found.unsure)


def _tell_closed(plan: Plan, each: Read, household: Household) -> None:
    reason = (
        f"its household {household.code} was closed on {household.closed_on}: reopen it if these people are to be "
        "helped again, and send the file again"
    )
    plan.fault(each.people, reason)
    plan.closed += len(each.people)


def _refuse_strangers(plan: Plan, each: Read, household: Household, others: Mapping[str, int]) -> None:
    words = " and ".join(f"another {LABELS[name]}" for name in ("region", "arrived_on") if name in others)
    reason = (
        f"household {household.code} has this reference, {words}, and none of these people: if they are others, give "
        "them another reference (like a prefix of the camp); nothing was changed"
    )
    plan.fault(each.people, reason)


def _tell_namesakes(plan: Plan, rows: Collection[int]) -> None:
    for row in rows:
        plan.warn(row, "another person of the same name is in this household; both are registered")
    plan.namesakes += len(rows)


def _tell_heads(plan: Plan, each: Read, new: Mapping[int, Person], before: int) -> None:
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


def _other_than(each: Read, household: Household) -> dict[str, int]:
    """What rows say of a household other than what is registered, with the first row that says it."""
    now = {
        "region": household.region,
        "arrived_on": household.arrived_on,
        "needs": household.needs,
        "priority": household.priorities,
    }
    return {name: said[0][0] for name, said in each.said.items() if said and said[0][1] != now[name]}


def fitting(plan: Plan, people: Mapping[int, Person], room: int) -> dict[int, Person]:
    """As many as a household has room for; the others' rows are at fault."""
    rows = list(people)
    plan.faults += [RowFault(row, None, FULL.words) for row in rows[max(room, 0) :]]
    return {row: people[row] for row in rows[: max(room, 0)]}
