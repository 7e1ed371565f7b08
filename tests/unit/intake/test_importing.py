"""Lines of a register become people and households."""

import tracemalloc
from datetime import date
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.intake.commands.people import Person
from services.intake.domain.households import MOST_MEMBERS, Priority
from services.intake.domain.people import Relation, Sex
from services.intake.identities import identity_of
from services.intake.importing.groups import LONGEST_GROUP, Read, groups
from services.intake.importing.looking import RegionsSeen
from services.intake.importing.memory import register_key
from services.intake.importing.people import read
from services.intake.importing.planning import Plan, merged, plan_arrival
from services.intake.importing.report import Report
from services.intake.importing.run import ROWS_PER_UNIT, Import, _some_households
from shared.contracts.intake import ClothingSize, NeedKind
from shared.messaging.unit import Units
from shared.principals import LOCAL_OPERATOR
from shared.spreadsheets.cells import Line, RowFault
from shared.spreadsheets.report import MOST_LISTED

TODAY, KEY = date(2006, 11, 1), b"k" * 32
FIRST = {
    "household": "R-1",
    "given_name": "Canary",
    "family_name": "Kestrel",
    "birth_date": "1980-05-17",
    "size": "M",
    "region": "north",
    "arrived_on": "2006-10-01",
}


def line(row: int = 2, **cells: str) -> Line:
    return Line(row, {**FIRST, **cells})


def other(row: int, given_name: str = "Other", **cells: str) -> Line:
    return line(row, given_name=given_name, region="", arrived_on="", **cells)


def read_all(*some: Line) -> Read:
    (group,) = groups(some)
    return read(group, TODAY)


def places(result: Read) -> list[tuple[int, str | None]]:
    return [(fault.row, fault.column) for fault in result.faults]


def test_a_household_takes_its_columns_from_its_first_row() -> None:
    result = read_all(
        line(needs="food; kit", priority="medical;pregnant", languages="ko;zh", sex="Female"), other(3)
    )
    assert not result.faults
    assert list(result.people) == [2, 3]
    assert result.common is not None
    assert result.common.needs == {NeedKind.FOOD, NeedKind.KIT}
    assert result.common.priorities == {Priority.MEDICAL, Priority.PREGNANT}
    assert result.people[2].languages == ("ko", "zh")
    assert result.people[2].size is ClothingSize.ADULT_M


def test_needs_that_are_left_out_are_all_and_none_is_none() -> None:
    assert read_all(line()).common.needs == frozenset(NeedKind)  # type: ignore[union-attr]
    assert read_all(line(needs="none")).common.needs == frozenset()  # type: ignore[union-attr]


def test_every_fault_of_a_row_is_found_and_its_value_not_repeated() -> None:
    wrong = {
        "size": "Canary",
        "sex": "Canary",
        "relation": "Canary",
        "languages": "Canary",
        "birth_date": "Canary",
    }
    result = read_all(line(), other(3, **wrong))
    assert places(result) == [(3, name) for name in ("sex", "size", "relation", "languages", "birth_date")]
    assert list(result.people) == [2]
    assert not any("Canary" in fault.reason for fault in result.faults)


def test_dates_and_ages_are_checked_against_today() -> None:
    rows = [
        line(),
        other(3, birth_date="2006-11-02"),
        other(4, birth_date="1880-01-01"),
        other(5, birth_date="", age="121"),
        other(6, birth_date="", age="-3"),
        other(7, birth_date="", age=""),
        other(8, birth_date="1980-05-17T", age="26"),
        other(9, birth_date="17.05.1980"),
        other(10, birth_date="1981-02-29"),
        other(11, birth_date="", age="2.5"),
    ]
    result = read_all(*rows)
    columns = [
        "birth_date",
        "birth_date",
        "age",
        "age",
        "birth_date",
        "birth_date",
        "birth_date",
        "birth_date",
        "age",
    ]
    assert places(result) == list(enumerate(columns, 3))


@pytest.mark.parametrize(
    ("said", "birth", "estimated"),
    [
        ({"birth_date": "1948년 3월 4일"}, date(1948, 3, 4), False),
        ({"birth_date": "1948.03.04"}, date(1948, 3, 4), False),
        ({"birth_date": "1948年３月４日"}, date(1948, 3, 4), False),
        ({"birth_date": "1948"}, date(1948, 7, 1), True),
        ({"birth_date": "1948년 3월", "age": "58"}, date(1948, 3, 15), True),
        ({"birth_date": "2006", "size": "6m"}, date(2006, 7, 1), True),
        ({"birth_date": "", "age": "만 58세"}, date(1948, 5, 3), True),
        ({"birth_date": "", "age": "５８歳"}, date(1948, 5, 3), True),
    ],
)
def test_a_birth_is_taken_as_it_is_written_there(said: dict[str, str], birth: date, estimated: bool) -> None:
    result = read_all(line(2, **{**said, "arrived_on": "2006년 10월 20일"}))
    assert not result.faults
    assert not result.warnings
    assert result.common is not None
    assert result.common.arrived_on == date(2006, 10, 20)
    who = result.people[2].identity
    assert (who.birth_date, who.estimated) == (birth, estimated)


def test_an_arrival_needs_its_day_and_a_short_year_is_refused() -> None:
    result = read_all(line(arrived_on="2006-10", birth_date="48.3.4"))
    assert places(result) == [(2, "arrived_on"), (2, "birth_date")]
    assert "lacks the day" in result.faults[0].reason
    assert "write all four" in result.faults[1].reason


def test_a_household_whose_own_columns_are_wrong_is_not_taken() -> None:
    result = read_all(line(region="Up North", arrived_on="2006-12-24"), other(3))
    assert places(result) == [(2, "region"), (2, "arrived_on"), (3, None)]
    assert "see row 2" in result.faults[-1].reason
    assert not result.people


def test_a_first_row_with_a_wrong_person_still_gives_its_household() -> None:
    result = read_all(line(size="huge"), other(3))
    assert places(result) == [(2, "size")]
    assert list(result.people) == [3]
    assert result.common is not None


def test_a_later_row_may_repeat_the_households_columns_but_not_differ() -> None:
    same, different = line(3, given_name="Other"), line(4, given_name="Third", region="south")
    result = read_all(line(), same, different)
    assert places(result) == [(4, "region")]


def test_the_same_person_twice_is_told() -> None:
    result = read_all(line(), other(3, given_name="  cANARY "))
    assert places(result) == [(3, None)]
    assert "row 2" in result.faults[0].reason


def test_a_reference_is_needed_and_rows_without_one_stand_alone() -> None:
    some = list(groups([line(2, household=""), line(3, household="")]))
    assert [len(group.lines) for group in some] == [1, 1]
    assert places(read(some[0], TODAY)) == [(2, "household")]


def test_a_fault_of_the_sheet_keeps_its_person_out() -> None:
    spoilt = Line(3, {**FIRST, "given_name": "=Canary()"}, (RowFault(3, "given_name", "begins with ="),))
    result = read_all(line(), spoilt)
    assert places(result) == [(3, "given_name")]


def test_a_fault_in_a_households_column_is_told_once() -> None:
    spoilt = Line(2, {**FIRST, "region": "=A1"}, (RowFault(2, "region", "begins with ="),))
    assert places(read_all(spoilt, other(3))) == [(2, "region"), (3, None)]


def test_a_household_of_any_length_is_read_in_parts() -> None:
    parts = list(groups(other(row, given_name=f"P{row}") for row in range(2, 2 + 3 * LONGEST_GROUP)))
    assert [len(part.lines) for part in parts] == [LONGEST_GROUP] * 3


def test_parts_of_a_household_are_put_together_and_a_person_taken_once() -> None:
    plan = Plan()
    first, second = read_all(line(), other(3)), read_all(other(9), other(10, given_name="New"))
    (whole,) = merged([first, second], plan, TODAY)
    assert list(whole.people) == [2, 3, 10]
    assert (plan.twice, plan.already_there) == (1, 0)
    assert [(fault.row, "row 3" in fault.reason) for fault in plan.faults] == [(9, True)]


def test_a_new_household_needs_region_and_arrival() -> None:
    plan = Plan()
    plan_arrival(plan, read_all(other(2, given_name="A"), other(3)), TODAY)
    assert not plan.arrivals
    assert [(fault.row, fault.column) for fault in plan.faults] == [
        (2, "region"),
        (2, "arrived_on"),
        (3, None),
    ]


def test_a_household_larger_than_allowed_takes_as_many_as_fit() -> None:
    plan = Plan()
    rows = [line(), *(other(row, given_name=f"P{row}") for row in range(3, MOST_MEMBERS + 4))]
    plan_arrival(plan, read_all(*rows), TODAY)
    (_, arrival) = plan.arrivals[0]
    assert len(arrival.people) == MOST_MEMBERS
    assert [fault.row for fault in plan.faults] == [MOST_MEMBERS + 2, MOST_MEMBERS + 3]


names = st.text(st.characters(categories=["L"]), min_size=1, max_size=20)


@given(names, names, st.dates(date(1900, 1, 1), TODAY))
def test_a_register_key_is_the_same_however_a_name_is_typed(
    given_name: str, family: str, birth: date
) -> None:
    one = identity_of(given_name, family, birth, None, TODAY)
    two = identity_of(f"  {given_name.upper().lower()} ", family, birth, None, TODAY)
    folded_same = given_name.upper().lower().casefold() == given_name.casefold()
    same = register_key(KEY, "R-1", one) == register_key(KEY, " r-1 ", two)
    assert same or not folded_same


def test_a_register_key_depends_on_reference_names_birth_date_and_secret() -> None:
    who = identity_of("A", "B", date(1980, 1, 1), None, TODAY)
    keys = {
        register_key(KEY, "R-1", who),
        register_key(KEY, "R-2", who),
        register_key(b"x" * 32, "R-1", who),
        register_key(KEY, "R-1", identity_of("A", "C", date(1980, 1, 1), None, TODAY)),
        register_key(KEY, "R-1", who, dated=False),
        register_key(KEY, "R-1", identity_of("A", "B", date(1980, 1, 2), None, TODAY)),
    }
    assert len(keys) == 6


def test_somebody_whose_age_is_given_has_the_same_key_next_year() -> None:
    now = identity_of("A", "B", None, 7, TODAY)
    later = identity_of("A", "B", None, 8, date(2007, 11, 1))
    assert register_key(KEY, "R-1", now) == register_key(KEY, "R-1", later)


def test_a_report_lists_a_thousand_errors_and_counts_all() -> None:
    report = Report(dry_run=False)
    for start in range(0, 3000, 500):
        report.blame(RowFault(row, "size", "is empty") for row in range(start, start + 500))
        report.blame([RowFault(start, "sex", "x"), RowFault(start, "age", "y")] if start == 2500 else [])
    assert len(report.errors) == MOST_LISTED
    assert (report.error_count, report.bad_rows) == (3002, 3001)


def test_a_dry_run_of_as_many_households_as_a_register_has_rows_remembers_little() -> None:
    importing = Import(cast(Units, None), LOCAL_OPERATOR, KEY, dry_run=True)
    identity = identity_of("Given", "Family", None, 30, TODAY)
    tracemalloc.start()
    for number in range(50_000):
        person = Person(identity, Sex.UNKNOWN, ClothingSize("M"), Relation.OTHER, (), number)
        importing._remember(f"{number:060}", [person])
    held, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert held / 50_000 < 250


def test_a_unit_s_households_have_at_most_some_rows_together() -> None:
    many = groups(line(row, household=f"R-{row // 50}") for row in range(10_000))
    taken = []
    while some := _some_households(many):
        taken.append(sum(len(group.lines) for group in some))
    assert sum(taken) == 10_000
    assert max(taken) <= ROWS_PER_UNIT + LONGEST_GROUP


def family(*rows: Line) -> Plan:
    plan, result = Plan(), read_all(*rows)
    plan_arrival(plan, result, TODAY, lost_head=result.lost_head(TODAY))
    return plan


@pytest.mark.parametrize(
    ("rows", "held"),
    [
        ((line(size="?", relation="head"), other(3, relation="spouse")), [3]),
        ((line(relation="head"), other(3, relation="head", size="?"), other(4, "Third")), []),
        ((line(size="?", relation="spouse"), other(3, relation="child", birth_date="2001-01-01")), []),
        ((line(size="?", relation=""), other(3, relation="child", birth_date="2001-01-01")), [3]),
        ((line(size="?", relation="hed"), other(3, relation="child", birth_date="2001-01-01")), [3]),
        ((line(size="?", relation="head"), other(3, relation="unaccompanied", birth_date="2001-01-01")), []),
        ((line(relation="child"), other(3, relation="head")), []),
        ((line(relation="sibling"), other(3, relation="unaccompanied"), other(4, "D", size="?")), []),
    ],
)
def test_a_family_whose_head_cannot_be_taken_is_held_back(rows: tuple[Line, ...], held: list[int]) -> None:
    plan = family(*rows)
    assert [fault.row for fault in plan.faults if "held back" in fault.reason] == held
    assert plan.held == len(held)
    assert bool(plan.arrivals) != bool(held)


def test_a_head_whose_row_contradicts_an_earlier_one_is_lost_too() -> None:
    rows = (
        line(relation="child", birth_date="2001-01-01"),
        line(3, given_name="B", relation="head", region="south"),
    )
    plan = family(*rows)
    assert not plan.arrivals
    assert [fault.row for fault in plan.faults] == [2]


def test_a_region_that_few_write_and_nearly_all_write_otherwise_is_told() -> None:
    seen, plan = RegionsSeen(), Plan()
    for number in range(2, 12):
        region = "nroth" if number == 4 else "south" if number == 5 else "north"
        plan_arrival(
            plan,
            read_all(line(number, household=f"R-{number}", region=region, arrived_on="2006-10-20")),
            TODAY,
        )
    seen.add(plan)
    assert [(each.row, each.column) for each in seen.alike()] == [(4, "region")]
    assert "is north meant" in next(seen.alike()).reason
