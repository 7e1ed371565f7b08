"""What a caseworker asks for an advocacy case. Each change is decided under the case's lock, and told by one fact."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from uuid_utils.compat import uuid7

from services.intake import identities, repository
from services.intake.commands.saying import case_entry, tell_case
from services.intake.domain import cases as rules
from services.intake.domain import history as words
from services.intake.domain.cases import Case, CaseRole, Visit
from services.intake.identities import Name, Unfit
from shared.messaging.unit import Unit
from shared.outcomes import Refused, invalid, missing

JOINED, RENAMED = "intake.case_joined", "intake.case_corrected"
"""What stands for a contract in a history where nobody else is told."""


@dataclass(frozen=True)
class Somebody:
    """Who is in prison, or somebody of the family, as it was said."""

    given_name: str = field(repr=False)
    family_name: str = field(repr=False)
    role: CaseRole


async def begin(unit: Unit, people: Sequence[Somebody], topics: frozenset[str]) -> Case | Refused:
    """Open a case for somebody in prison. Its alias is made here."""
    if refused := rules.one_imprisoned(each.role for each in people):
        return refused
    names: list[Name] = []
    for place, each in enumerate(people):
        name = _name(each.given_name, each.family_name, f"people.{place}.")
        if isinstance(name, Refused):
            return name
        names.append(name)
    (number,) = await repository.draw_codes(unit.session, unit.today.year, 1, "alias")
    case = Case(uuid7(), rules.alias_of(unit.today.year, number), topics, unit.now, unit.today)
    repository.insert_case(unit.writes, case)
    roles = [each.role for each in people]
    _add_people(unit, case, roles, names)
    tell_case(unit, case, words.opened_words(roles))
    return case


async def join(unit: Unit, case_id: UUID, given: str, family: str) -> UUID | Refused:
    """One more of the family is known; gives the id. Nobody else is told."""
    case = await _locked(unit, case_id)
    if isinstance(case, Refused):
        return case
    known = await repository.people_of(unit.session, case_id)
    if refused := rules.one_imprisoned([*known.values(), CaseRole.FAMILY]):
        return refused
    name = _name(given, family)
    if isinstance(name, Refused):
        return name
    (person_id,) = _add_people(unit, case, [CaseRole.FAMILY], [name])
    _note(unit, case, JOINED, "One more of the family is known.")
    return person_id


async def rename(unit: Unit, case_id: UUID, person_id: UUID, given: str, family: str) -> UUID | Refused:
    """A name was wrong; gives the person's id. The history tells no value."""
    case = await _locked(unit, case_id)
    if isinstance(case, Refused):
        return case
    if person_id not in await repository.people_of(unit.session, case_id):
        return missing("such person in this case")
    name = _name(given, family)
    if isinstance(name, Refused):
        return name
    identities.rename(unit.writes, person_id, name)
    _note(unit, case, RENAMED, "A name was corrected.")
    return person_id


async def set_topics(unit: Unit, case_id: UUID, topics: frozenset[str]) -> Case | Refused:
    """What is spoken of at hearings is different."""
    before = await _locked(unit, case_id)
    after = before if isinstance(before, Refused) else rules.about(before, topics)
    if isinstance(after, Case) and after != before:
        _saved(unit, after, words.topics_words(topics))
    return after


async def plan_visit(unit: Unit, case_id: UUID, planned_for: date) -> Visit | Refused:
    """A visit of the family is planned."""
    case = await _locked(unit, case_id)
    if isinstance(case, Refused):
        return case
    visit = Visit(uuid7(), case_id, planned_for)
    after = rules.plan(case, visit, unit.today)
    if isinstance(after, Refused):
        return after
    repository.insert_visit(unit.writes, visit)
    _saved(unit, after, words.planned_words(visit))
    return visit


async def visit_made(unit: Unit, case_id: UUID, visit_id: UUID, on: date | None) -> Visit | Refused:
    """A planned visit was made, today if no day is given."""
    found = await _visit(unit, case_id, visit_id)
    if isinstance(found, Refused):
        return found
    made = rules.make(*found, on or unit.today, unit.today)
    if isinstance(made, Refused):
        return made
    after, visit = made
    repository.save_visits(unit.writes, [visit])
    _saved(unit, after, words.made_words(visit))
    return visit


async def cancel_visit(unit: Unit, case_id: UUID, visit_id: UUID, why: str) -> Visit | Refused:
    """A planned visit is not made."""
    found = await _visit(unit, case_id, visit_id)
    if isinstance(found, Refused):
        return found
    cancelled = rules.cancel(*found, why)
    if isinstance(cancelled, Refused):
        return cancelled
    after, visit = cancelled
    repository.save_visits(unit.writes, [visit])
    _saved(unit, after, words.cancelled_words(visit))
    return visit


async def close(unit: Unit, case_id: UUID, why: str) -> Case | Refused:
    """The case is closed: its planned visits are cancelled here, what is not paid of its grants at donations."""
    case = await _locked(unit, case_id)
    if isinstance(case, Refused):
        return case
    closed = rules.close(case, await repository.planned_visits(unit.session, case_id), why, unit.today)
    if isinstance(closed, Refused):
        return closed
    after, cancelled = closed
    repository.save_visits(unit.writes, cancelled)
    _saved(unit, after, words.closed_words(why, len(cancelled)))
    return after


async def reopen(unit: Unit, case_id: UUID) -> Case | Refused:
    """A closed case goes on."""
    case = await _locked(unit, case_id)
    after = case if isinstance(case, Refused) else rules.reopen(case)
    if isinstance(after, Case):
        _saved(unit, after, "Reopened.")
    return after


async def _locked(unit: Unit, case_id: UUID) -> Case | Refused:
    return await repository.find_case(unit.session, case_id, lock=True) or missing("such case")


async def _visit(unit: Unit, case_id: UUID, visit_id: UUID) -> tuple[Case, Visit] | Refused:
    """A visit under its case's lock."""
    case = await _locked(unit, case_id)
    if isinstance(case, Refused):
        return case
    visit = await repository.find_visit(unit.session, case_id, visit_id)
    return (case, visit) if visit else rules.NO_VISIT


def _saved(unit: Unit, case: Case, told: str) -> None:
    repository.save_case(unit.writes, case)
    tell_case(unit, case, told)


def _note(unit: Unit, case: Case, what: str, told: str) -> None:
    repository.add_to_history(unit.writes, [case_entry(unit, case, what, told)])


def _name(given: str, family: str, where: str = "") -> Name | Refused:
    try:
        return identities.name_of(given, family)
    except Unfit as error:
        return invalid("This cannot be taken; nothing was changed.", (where + error.part, str(error)))


def _add_people(unit: Unit, case: Case, roles: Sequence[CaseRole], names: Sequence[Name]) -> list[UUID]:
    ids = [uuid7() for _ in roles]
    repository.insert_people(unit.writes, case.id, dict(zip(ids, roles, strict=True)))
    identities.write_names(unit.writes, dict(zip(ids, names, strict=True)))
    return ids
