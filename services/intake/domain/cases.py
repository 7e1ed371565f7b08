"""An advocacy case: somebody who is in prison for having helped, and the family. They are no household: nothing is set
aside for them but money, and what others may know of them is that there is a case.

Values that never change; each function gives the case after a change, or `Refused`.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from uuid import UUID

from shared.contracts.intake import AdvocacyChanged, AdvocacyStatus
from shared.outcomes import Refused, conflict, invalid, missing

MOST_PEOPLE = 20
MOST_PLANNED = 50
"""Visits that may be planned at once."""
FURTHEST = timedelta(days=366)
"""A visit is planned for no day beyond: a year that was typed wrong is seen at once."""


class Topic(StrEnum):
    """What is spoken of at hearings; codes alone, for in words of their own people would name somebody."""

    ARREST = "arrest"
    TRIAL = "trial"
    PRISON_CONDITIONS = "prison_conditions"
    FAMILY = "family"
    RELEASE = "release"


class CaseRole(StrEnum):
    """Whom of a case somebody is."""

    IMPRISONED = "imprisoned"
    FAMILY = "family"


class WhyClosed(StrEnum):
    """Why a case is closed. It stays in intake."""

    RELEASED = "released"
    DIED = "died"
    LEFT_THE_COUNTRY = "left_the_country"
    HELPED_BY_OTHERS = "helped_by_others"
    NOT_WANTED = "not_wanted"
    LOST_CONTACT = "lost_contact"
    MISTAKEN = "mistaken"


class VisitState(StrEnum):
    """How a visit stands."""

    PLANNED = "planned"
    DONE = "done"
    CANCELLED = "cancelled"


class WhyCancelled(StrEnum):
    """Why a visit is not made."""

    NOT_ALLOWED = "not_allowed"
    NOT_SAFE = "not_safe"
    NO_MONEY = "no_money"
    NOT_WANTED = "not_wanted"
    TRANSFERRED = "transferred"
    OTHER_DAY = "other_day"
    CASE_CLOSED = "case_closed"
    OTHER = "other"


@dataclass(frozen=True)
class Case:
    """A case as it is. `version` counts the changes that other services hear of; `alias` is what people say."""

    id: UUID
    alias: str
    topics: frozenset[str]
    opened_at: datetime
    opened_on: date
    visits_planned: int = 0
    visits_done: int = 0
    version: int = 1
    reason: str | None = None
    closed_on: date | None = None

    @property
    def status(self) -> AdvocacyStatus:
        """What the others are told it is."""
        if self.closed_on:
            return AdvocacyStatus.CLOSED
        if self.visits_planned:
            return AdvocacyStatus.VISIT_PLANNED
        return AdvocacyStatus.VISITED if self.visits_done else AdvocacyStatus.OPEN


@dataclass(frozen=True)
class Visit:
    """A visit of the family: planned for a day, then made on a day, or cancelled for a reason."""

    id: UUID
    case_id: UUID
    planned_for: date
    state: VisitState = VisitState.PLANNED
    done_on: date | None = None
    reason: str | None = None


CLOSED = conflict("This case is closed. Reopen it first.")
NO_VISIT = missing("such visit in this case")


def alias_of(year: int, number: int) -> str:
    """An alias for people to say, like AC-06-0003. It is made here: one that somebody types would be the name."""
    return f"AC-{year % 100:02d}-{number:04d}"


def one_imprisoned(roles: Iterable[CaseRole]) -> Refused | None:
    """Why these cannot be the people of a case; None if they can."""
    some = list(roles)
    if len(some) > MOST_PEOPLE:
        return invalid(f"A case has at most {MOST_PEOPLE} people.", ("people", "are too many"))
    if some.count(CaseRole.IMPRISONED) != 1:
        return invalid("A case is of one person in prison.", ("people", "one of them is imprisoned"))
    return None


def about(case: Case, topics: frozenset[str]) -> Case | Refused:
    """The case with other topics; the same case if they are no others."""
    if case.closed_on:
        return CLOSED
    return case if topics == case.topics else replace(case, topics=topics, version=case.version + 1)


def plan(case: Case, visit: Visit, today: date) -> Case | Refused:
    """A visit is planned, today or later."""
    if case.closed_on:
        return CLOSED
    if not today <= visit.planned_for <= today + FURTHEST:
        why = "lies in the past" if visit.planned_for < today else "lies more than a year ahead"
        return invalid("A visit cannot be planned for this day.", ("planned_for", why))
    if case.visits_planned >= MOST_PLANNED:
        return conflict(f"{MOST_PLANNED} visits are planned already: make or cancel some first.")
    return replace(case, visits_planned=case.visits_planned + 1, version=case.version + 1)


def make(case: Case, visit: Visit, on: date, today: date) -> tuple[Case, Visit] | Refused:
    """A planned visit was made. It may have been on another day than the planned one, also on an earlier one."""
    if on > today:
        return invalid("A visit is told once it was made.", ("done_on", "lies in the future"))
    if refused := _not_planned(case, visit):
        return refused
    planned, done = case.visits_planned - 1, case.visits_done + 1
    after = replace(case, visits_planned=planned, visits_done=done, version=case.version + 1)
    return after, replace(visit, state=VisitState.DONE, done_on=on)


def cancel(case: Case, visit: Visit, why: str) -> tuple[Case, Visit] | Refused:
    """A planned visit is not made."""
    if refused := _not_planned(case, visit):
        return refused
    after = replace(case, visits_planned=case.visits_planned - 1, version=case.version + 1)
    return after, replace(visit, state=VisitState.CANCELLED, reason=why)


def _not_planned(case: Case, visit: Visit) -> Refused | None:
    if case.closed_on:
        return CLOSED
    if visit.state is not VisitState.PLANNED:
        return conflict(f"This visit is {visit.state.value}.")
    return None


def close(
    case: Case, planned: Sequence[Visit], why: str, today: date
) -> tuple[Case, tuple[Visit, ...]] | Refused:
    """The case is closed. Nobody goes any more, so planned visits are cancelled, and one fact tells all of it."""
    if case.closed_on:
        return conflict("This case is closed already.")
    cancelled = tuple(
        replace(each, state=VisitState.CANCELLED, reason=WhyCancelled.CASE_CLOSED.value) for each in planned
    )
    after = replace(case, reason=why, closed_on=today, visits_planned=0, version=case.version + 1)
    return after, cancelled


def reopen(case: Case) -> Case | Refused:
    """The case goes on. Visits that were cancelled stay so, and money is asked for anew."""
    if not case.closed_on:
        return conflict("This case is not closed.")
    return replace(case, reason=None, closed_on=None, version=case.version + 1)


def state_of(case: Case, on: date) -> AdvocacyChanged:
    """What the other services may know of a case as it is on the day `on`."""
    return AdvocacyChanged(
        case_id=case.id,
        version=case.version,
        status=case.status.value,
        topics=case.topics,
        visits_planned=case.visits_planned,
        visits_done=case.visits_done,
        on=on,
    )
