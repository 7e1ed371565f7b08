"""An advocacy case: its visits, its states, and what the others may know of it."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import get_args
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.intake.api.case_bodies import NewCaseRequest, VisitCancelling
from services.intake.domain import cases as rules
from services.intake.domain import history as words
from services.intake.domain.cases import (
    FURTHEST,
    MOST_PEOPLE,
    MOST_PLANNED,
    Case,
    CaseRole,
    Topic,
    Visit,
    VisitState,
    WhyCancelled,
)
from shared.contracts.intake import ADVOCACY_TOPICS, GRANT_KINDS, AdvocacyStatus
from shared.outcomes import Kind, Refused

TODAY = date(2006, 11, 10)
CASE = Case(UUID(int=1), "AC-06-0001", frozenset({"arrest"}), datetime(2006, 11, 1, tzinfo=UTC), TODAY)
CLOSED = replace(CASE, version=4, reason="released", closed_on=TODAY)


def visit(number: int = 1, on: date = TODAY, state: VisitState = VisitState.PLANNED) -> Visit:
    return Visit(UUID(int=number), CASE.id, on, state)


@pytest.mark.parametrize(
    ("planned", "done", "closed", "status"),
    [
        (0, 0, None, AdvocacyStatus.OPEN),
        (1, 0, None, AdvocacyStatus.VISIT_PLANNED),
        (2, 5, None, AdvocacyStatus.VISIT_PLANNED),
        (0, 1, None, AdvocacyStatus.VISITED),
        (0, 0, TODAY, AdvocacyStatus.CLOSED),
        (0, 3, TODAY, AdvocacyStatus.CLOSED),
    ],
)
def test_how_a_case_stands_follows_from_its_visits_and_its_close(
    planned: int, done: int, closed: date | None, status: AdvocacyStatus
) -> None:
    case = replace(CASE, visits_planned=planned, visits_done=done, closed_on=closed)
    assert case.status is status
    told = rules.state_of(case, TODAY)
    assert (told.status, told.visits_planned, told.visits_done) == (status.value, planned, done)


REFUSED: dict[str, tuple[Callable[[], object], Kind]] = {
    "planned for yesterday": (
        lambda: rules.plan(CASE, visit(on=TODAY - timedelta(days=1)), TODAY),
        Kind.INVALID,
    ),
    "planned for the year after next": (
        lambda: rules.plan(CASE, visit(on=TODAY + FURTHEST + timedelta(days=1)), TODAY),
        Kind.INVALID,
    ),
    "one planned too many": (
        lambda: rules.plan(replace(CASE, visits_planned=MOST_PLANNED), visit(), TODAY),
        Kind.CONFLICT,
    ),
    "planned for a closed case": (lambda: rules.plan(CLOSED, visit(), TODAY), Kind.CONFLICT),
    "made tomorrow": (lambda: rules.make(CASE, visit(), TODAY + timedelta(days=1), TODAY), Kind.INVALID),
    "made twice": (lambda: rules.make(CASE, visit(state=VisitState.DONE), TODAY, TODAY), Kind.CONFLICT),
    "made after it was cancelled": (
        lambda: rules.make(CASE, visit(state=VisitState.CANCELLED), TODAY, TODAY),
        Kind.CONFLICT,
    ),
    "made for a closed case": (lambda: rules.make(CLOSED, visit(), TODAY, TODAY), Kind.CONFLICT),
    "cancelled after it was made": (
        lambda: rules.cancel(CASE, visit(state=VisitState.DONE), "not_safe"),
        Kind.CONFLICT,
    ),
    "topics of a closed case": (lambda: rules.about(CLOSED, frozenset()), Kind.CONFLICT),
    "closed twice": (lambda: rules.close(CLOSED, [], "died", TODAY), Kind.CONFLICT),
    "reopened without being closed": (lambda: rules.reopen(CASE), Kind.CONFLICT),
    "nobody in prison": (lambda: rules.one_imprisoned([CaseRole.FAMILY]), Kind.INVALID),
    "two in prison": (lambda: rules.one_imprisoned([CaseRole.IMPRISONED] * 2), Kind.INVALID),
    "too many people": (
        lambda: rules.one_imprisoned([CaseRole.IMPRISONED, *[CaseRole.FAMILY] * MOST_PEOPLE]),
        Kind.INVALID,
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_is_refused(name: str) -> None:
    do, kind = REFUSED[name]
    refused = do()
    assert isinstance(refused, Refused)
    assert refused.kind is kind


class Model:
    """A case with all its visits, as rows would have them."""

    def __init__(self) -> None:
        self.case, self.visits = CASE, dict[UUID, Visit]()
        self.told = [rules.state_of(CASE, TODAY)]

    def do(self, what: str, which: int) -> None:
        before = self.case
        outcome = getattr(self, f"_{what}")(which)
        if isinstance(outcome, Refused):
            assert self.case is before
            return
        self.case, *changed = outcome if isinstance(outcome, tuple) else (outcome,)
        self.visits |= {each.id: each for each in changed}
        if self.case != before:
            assert self.case.version == before.version + 1
            self.told.append(rules.state_of(self.case, TODAY))

    def _plan(self, which: int) -> object:
        planned = visit(len(self.visits) + 1, TODAY + timedelta(days=which))
        after = rules.plan(self.case, planned, TODAY)
        return after if isinstance(after, Refused) else (after, planned)

    def _make(self, which: int) -> object:
        known = self.visits.get(UUID(int=which))
        return rules.make(self.case, known, TODAY, TODAY) if known else rules.NO_VISIT

    def _cancel(self, which: int) -> object:
        known = self.visits.get(UUID(int=which))
        return rules.cancel(self.case, known, "not_allowed") if known else rules.NO_VISIT

    def _close(self, _: int) -> object:
        planned = [each for each in self.visits.values() if each.state is VisitState.PLANNED]
        closed = rules.close(self.case, planned, "released", TODAY)
        return closed if isinstance(closed, Refused) else (closed[0], *closed[1])

    def _reopen(self, _: int) -> object:
        return rules.reopen(self.case)

    def _about(self, which: int) -> object:
        return rules.about(self.case, frozenset(ADVOCACY_TOPICS[:which]))


ACTS = st.tuples(
    st.sampled_from(["plan", "plan", "make", "cancel", "close", "reopen", "about"]), st.integers(1, 5)
)


@given(st.lists(ACTS, max_size=25))
def test_whatever_is_done_a_case_counts_its_visits_and_each_version_is_told_once(
    acts: list[tuple[str, int]],
) -> None:
    model = Model()
    for what, which in acts:
        model.do(what, which)
        states = [each.state for each in model.visits.values()]
        assert model.case.visits_planned == states.count(VisitState.PLANNED)
        assert model.case.visits_done == states.count(VisitState.DONE)
        assert not (model.case.closed_on and model.case.visits_planned)
        assert (model.case.closed_on is None) == (model.case.reason is None)
    assert [each.version for each in model.told] == list(range(1, model.case.version + 1))


def test_the_codes_of_the_routes_are_those_of_the_contract_and_of_the_rules() -> None:
    assert {each.value for each in Topic} == set(ADVOCACY_TOPICS)
    assert set(get_args(NewCaseRequest.model_fields["kind"].annotation)) <= set(GRANT_KINDS)
    by_hand = set(get_args(VisitCancelling.model_fields["reason"].annotation))
    assert by_hand == {each.value for each in WhyCancelled} - {WhyCancelled.CASE_CLOSED.value}


def test_an_alias_tells_a_year_and_a_number_and_nobody() -> None:
    assert [rules.alias_of(2006, 3), rules.alias_of(2010, 12_345)] == ["AC-06-0003", "AC-10-12345"]


def test_a_history_tells_what_was_done_in_words() -> None:
    planned = visit(on=date(2006, 11, 20))
    made = replace(planned, state=VisitState.DONE, done_on=date(2006, 11, 21))
    cancelled = replace(planned, state=VisitState.CANCELLED, reason="not_allowed")
    assert [
        words.opened_words([CaseRole.IMPRISONED]),
        words.opened_words([CaseRole.FAMILY, CaseRole.IMPRISONED, CaseRole.FAMILY]),
        words.topics_words(frozenset({"trial", "prison_conditions"})),
        words.topics_words(frozenset()),
        words.planned_words(planned),
        words.made_words(made),
        words.cancelled_words(cancelled),
        words.closed_words("left_the_country", 0),
        words.closed_words("released", 1),
        words.closed_words("released", 2),
    ] == [
        "Opened: one in prison, none of the family known.",
        "Opened: one in prison, 2 of the family known.",
        "Topics: prison conditions, trial.",
        "Topics: none.",
        "A visit is planned for 2006-11-20.",
        "The visit planned for 2006-11-20 was made on 2006-11-21.",
        "The visit planned for 2006-11-20 is cancelled: not allowed.",
        "Closed: left the country.",
        "Closed: released; 1 planned visit is cancelled.",
        "Closed: released; 2 planned visits are cancelled.",
    ]
