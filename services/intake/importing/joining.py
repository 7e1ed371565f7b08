"""What is to be done with rows of a household that is registered already: who they are, and what is told of each."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date

from services.intake.domain.households import MOST_MEMBERS, Household
from services.intake.domain.people import Relation
from services.intake.importing.groups import Read, twin_words
from services.intake.importing.matching import Matched, Registered, match
from services.intake.importing.planning import Plan, fitting, tell_heads, tell_namesakes

LABELS = {"region": "region", "arrived_on": "arrival", "needs": "needs", "priority": "priority"}


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
    tell_namesakes(plan, found.namesakes)
    heads = sum(member.relation is Relation.HEAD for member in household.present) if household else 1
    tell_heads(plan, each, found.new, heads)
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


def _other_than(each: Read, household: Household) -> dict[str, int]:
    """What rows say of a household other than what is registered, with the first row that says it."""
    now = {
        "region": household.region,
        "arrived_on": household.arrived_on,
        "needs": household.needs,
        "priority": household.priorities,
    }
    return {name: said[0][0] for name, said in each.said.items() if said and said[0][1] != now[name]}
