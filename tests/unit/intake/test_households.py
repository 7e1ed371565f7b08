"""What can happen to a household, and what others are told of it."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.intake.domain.changes import change, close, grow, join, leave, reopen
from services.intake.domain.facts import closing_of, state_of
from services.intake.domain.households import (
    MOST_MEMBERS,
    Household,
    Member,
    Outcome,
    Priority,
    Status,
    checked_arrival,
    code_of,
)
from services.intake.domain.people import Relation, Sex
from shared.contracts.intake import (
    WITHOUT_PARENTS,
    AgeBand,
    ClothingSize,
    HouseholdChanged,
    HouseholdRegistered,
    NeedKind,
)
from shared.outcomes import Kind, Refused

ARRIVED, TODAY = date(2006, 10, 1), date(2006, 11, 1)


def member(joined_on: date = TODAY, **more: Any) -> Member:
    values = {"sex": Sex.UNKNOWN, "size": ClothingSize.ADULT_M, "relation": Relation.OTHER}
    return Member(**{**values, "id": uuid4(), "joined_on": joined_on, "age_band": AgeBand.ADULT, **more})


def household(people: int = 2) -> Household:
    return Household(
        id=uuid4(),
        code="LF-06-0001",
        region="north",
        arrived_on=ARRIVED,
        registered_at=datetime(2006, 11, 1, tzinfo=UTC),
        registered_on=TODAY,
        members=tuple(member() for _ in range(people)),
    )


def done(after: Household | Refused) -> Household:
    assert isinstance(after, Household)
    return after


def test_a_code_can_be_said() -> None:
    assert code_of(2006, 42) == "LF-06-0042"
    assert code_of(2006, 12345) == "LF-06-12345"


def test_a_change_that_changes_nothing_keeps_the_version() -> None:
    before = household()
    assert change(before, region="north", needs=before.needs) == before


def test_a_change_counts_and_leaves_the_rest() -> None:
    before = household()
    after = done(change(before, priorities=frozenset({Priority.MEDICAL})))
    assert (after.version, after.region, after.needs) == (2, before.region, before.needs)


def test_members_who_join_together_are_one_change() -> None:
    after = done(join(household(), member(), member()))
    assert (after.version, len(after.present)) == (2, 4)


def test_a_household_has_room_for_fifty() -> None:
    full = done(join(household(MOST_MEMBERS - 1), member()))
    assert isinstance(join(full, member()), Refused)


def test_nobody_joins_before_the_household_arrived() -> None:
    assert isinstance(join(household(), member(date(2006, 9, 30))), Refused)


def test_who_left_stays_in_the_record_but_is_not_told_of() -> None:
    before = household()
    gone, stays = before.members
    after = done(leave(before, gone.id, TODAY))
    told = state_of(after, TODAY, HouseholdChanged)
    assert len(after.members) == 2
    assert [each.member_id for each in told.members] == [stays.id]
    assert told.version == 2
    assert isinstance(leave(after, gone.id, TODAY), Refused)


def test_the_last_member_cannot_leave() -> None:
    one = household(1)
    assert isinstance(leave(one, one.members[0].id, TODAY), Refused)


def test_nobody_leaves_before_joining_and_strangers_cannot_leave() -> None:
    before = household()
    assert isinstance(leave(before, before.members[0].id, date(2006, 10, 31)), Refused)
    stranger = leave(before, uuid4(), TODAY)
    assert isinstance(stranger, Refused)
    assert stranger.kind is Kind.MISSING


def test_other_services_hear_a_rank_and_never_why() -> None:
    def told(*priorities: Priority) -> HouseholdRegistered:
        return state_of(replace(household(), priorities=frozenset(priorities)), TODAY, HouseholdRegistered)

    assert [told(each).rank for each in Priority] == [0, 1, 2, 3]
    assert told(Priority.TRAFFICKING_VICTIM, Priority.PREGNANT).rank == 1
    assert told().rank == 9
    assert not [each for each in Priority if each in told(*Priority).model_dump_json()]


@pytest.mark.parametrize("outcome", list(Outcome))
def test_a_closed_household_can_only_be_reopened(outcome: Outcome) -> None:
    closed = done(close(household(), outcome, TODAY))
    assert (closed.status, closed.outcome, closed.version) == (Status.CLOSED, outcome, 2)
    assert closing_of(closed, TODAY).version == 2
    for refused in (
        close(closed, outcome, TODAY),
        join(closed, member()),
        change(closed, region="south"),
        leave(closed, closed.members[0].id, TODAY),
    ):
        assert isinstance(refused, Refused)
        assert refused.kind is Kind.CONFLICT
    again = done(reopen(closed, {}))
    assert (again.status, again.outcome, again.closed_on, again.version) == (Status.REOPENED, None, None, 3)
    assert isinstance(reopen(again, {}), Refused)


def test_a_reopened_household_has_the_age_bands_of_the_day() -> None:
    closed = done(close(household(), Outcome.RETURNED, TODAY))
    first, second = closed.members
    again = done(reopen(closed, {first.id: AgeBand.ELDERLY}))
    assert [each.age_band for each in again.members] == [AgeBand.ELDERLY, second.age_band]
    assert again.version == closed.version + 1


def test_members_who_grow_on_one_day_are_one_change() -> None:
    before = household(3)
    bands = {each.id: AgeBand.ELDERLY for each in before.members[:2]}
    after = grow(before, bands)
    assert after.version == 2
    assert [each.age_band for each in after.members] == [AgeBand.ELDERLY, AgeBand.ELDERLY, AgeBand.ADULT]
    assert grow(after, bands) == after


def test_others_are_told_of_languages_and_of_children_who_came_alone() -> None:
    alone = member(relation=Relation.UNACCOMPANIED, languages=("ko", "zh"), age_band=AgeBand.SCHOOL)
    told = state_of(done(join(household(1), alone)), TODAY, HouseholdChanged).members
    assert [(each.age_band, each.languages, each.circumstances) for each in told] == [
        (AgeBand.ADULT, (), ()),
        (AgeBand.SCHOOL, ("ko", "zh"), (WITHOUT_PARENTS,)),
    ]


steps = st.lists(st.sampled_from(["join", "leave", "change", "close", "reopen"]), max_size=30)


@given(steps)
def test_whatever_happens_versions_count_and_somebody_stays(names: list[str]) -> None:
    now = household()
    for place, name in enumerate(names):
        after = _step(now, name, place)
        if isinstance(after, Household):
            assert after.version == now.version + (after != now)
            assert (
                (after.status is Status.CLOSED)
                == (after.outcome is not None)
                == (after.closed_on is not None)
            )
            now = after
        assert now.present


def _step(now: Household, name: str, place: int) -> Household | Refused:
    somebody: UUID = now.members[place % len(now.members)].id
    needs = frozenset({NeedKind.FOOD}) if place % 2 else frozenset(NeedKind)
    match name:
        case "join":
            return join(now, member())
        case "leave":
            return leave(now, somebody, TODAY)
        case "change":
            return change(now, needs=needs)
        case "close":
            return close(now, Outcome.SETTLED, TODAY)
    return reopen(now, {now.members[0].id: AgeBand.ELDERLY})


def test_an_arrival_lies_in_the_past() -> None:
    assert checked_arrival(TODAY, TODAY) == TODAY
    with pytest.raises(ValueError, match="future"):
        checked_arrival(date(2006, 11, 2), TODAY)
    with pytest.raises(ValueError, match="1950"):
        checked_arrival(date(1949, 12, 31), TODAY)
