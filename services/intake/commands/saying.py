"""After a change: the other services are told, and the timeline or the case's history says who did it."""

from collections.abc import Callable, Sequence

from services.intake import repository
from services.intake.domain import cases as rules
from services.intake.domain.cases import Case
from services.intake.domain.changes import lost_its_head
from services.intake.domain.facts import closing_of, state_of
from services.intake.domain.history import CaseEntry
from services.intake.domain.households import Household, Outcome
from services.intake.domain.timeline import Entry, closed_words
from shared.contracts.intake import HouseholdState
from shared.messaging.unit import Unit

Wording = Callable[[Household], str]


def tell(unit: Unit, changed: Sequence[Household], contract: type[HouseholdState], words: Wording) -> None:
    """Save households after a change, tell the other services their state and write it to their timelines."""
    repository.save(unit.writes, changed)
    tell_new(unit, changed, contract, words)


def tell_new(
    unit: Unit, households: Sequence[Household], contract: type[HouseholdState], words: Wording
) -> None:
    """As `tell`, of households whose rows are written already."""
    for household in households:
        unit.say(state_of(household, unit.today, contract))
    entries = [entry(unit, each, contract.wire, words(each)) for each in households]
    repository.add_entries(unit.writes, entries)


def tell_closed(unit: Unit, household: Household, outcome: Outcome) -> None:
    """Save a household that was closed, and tell the other services. The caller ends its requests to settle."""
    repository.save(unit.writes, [household])
    fact = closing_of(household, unit.today)
    unit.say(fact)
    repository.add_entries(unit.writes, [entry(unit, household, fact.wire, closed_words(outcome))])


def who_is_head(before: Household, after: Household) -> str:
    """A question for the timeline, where a change has left a household without its head; else nothing."""
    lost = lost_its_head(before, after) and after.present
    return " Who is head of the household now?" if lost else ""


def entry(unit: Unit, household: Household, contract: str, words: str) -> Entry:
    """A line of today about what this unit's actor did."""
    return Entry(household.id, unit.now, unit.today, contract, unit.actor.id, words)


def tell_case(unit: Unit, case: Case, words: str) -> None:
    """Tell the other services how a case is now, and write it to its history. Its row is written by the caller."""
    fact = rules.state_of(case, unit.today)
    unit.say(fact)
    repository.add_to_history(unit.writes, [case_entry(unit, case, fact.wire, words)])


def case_entry(unit: Unit, case: Case, contract: str, words: str) -> CaseEntry:
    """A line of today about what this unit's actor did for a case."""
    return CaseEntry(case.id, unit.now, unit.today, contract, unit.actor.id, words)
