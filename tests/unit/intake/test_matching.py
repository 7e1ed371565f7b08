"""Each member answers for one row of a register at most, and each row is told once."""

from collections.abc import Mapping
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.intake.commands.people import Person
from services.intake.domain.people import (
    Relation,
    Sex,
    folded,
    name_text,
    reference_text,
    without_leading_zeros,
)
from services.intake.identities import Identity
from services.intake.importing.matching import Registered, match
from services.intake.importing.memory import Remembered
from shared.contracts.intake import ClothingSize

TODAY = date(2006, 11, 1)
births = st.sampled_from([date(1961, 5, 2), date(1980, 5, 17), date(1980, 5, 18), date(2005, 3, 3)])
people = st.builds(
    lambda name, birth, estimated, sex: Person(
        Identity(name, "Testo", birth, estimated), sex, ClothingSize("M"), Relation.OTHER
    ),
    st.sampled_from(["Noor", "noor", "Baby"]),
    births,
    st.booleans(),
    st.sampled_from(list(Sex)),
)
families = st.lists(people, max_size=6).map(lambda some: dict(enumerate(some, 2)))


def registered(people: dict[int, Person]) -> list[Registered]:
    return [Registered(row, person.face) for row, person in people.items()]


@given(families, families, st.integers(0, 6))
def test_each_row_is_told_once_and_each_member_answers_for_one_row_at_most(
    rows: dict[int, Person], before: dict[int, Person], gone: int
) -> None:
    known = registered(before)
    known[:gone] = [Registered(each.mark, each.face, left_on=TODAY) for each in known[:gone]]
    found = match(rows, known, TODAY)
    tables: list[Mapping[int, object]] = [found.already, found.left, found.twice, found.unsure, found.new]
    assert sorted(row for table in tables for row in table) == sorted(rows)
    answering = [each.mark for each in (*found.already.values(), *found.left.values())]
    assert len(answering) == len(set(answering))
    assert found.namesakes <= found.new.keys()


@given(families)
def test_what_is_registered_of_a_file_is_there_when_the_file_comes_again(rows: dict[int, Person]) -> None:
    new = match(rows, [], TODAY).new
    again = match(new, registered(new), TODAY)
    assert again.already.keys() == new.keys()
    # Somebody told apart from all others of their name is found even where they are the only row.
    for row, person in new.items():
        alone = match({row: person}, registered(new), TODAY)
        assert not alone.new


@given(families)
def test_a_dry_run_remembers_whom_it_would_have_registered(rows: dict[int, Person]) -> None:
    remembered = Remembered(b"k" * 32)
    new = match(rows, [], TODAY).new
    taken = [Person(each.identity, each.sex, each.size, each.relation, (), row) for row, each in new.items()]
    remembered.add("W-01", taken)
    there = remembered.of("ｗ-01", taken)
    assert [(each.face, each.row) for each in there] == [(each.face, each.row) for each in taken]
    assert remembered.of("w-1", taken) == []
    assert (remembered.but_for_zeros("w-1") is not None) == bool(taken)


MARKS = "\u200b\u200f\u3164\ufe0f\u00ad\u2060\ufeff\u2800\u202b\u2066\u115f\uffa0"


@given(st.text(st.characters(categories=["L"]), min_size=1, max_size=20), st.lists(st.sampled_from(MARKS)))
def test_marks_that_nobody_sees_make_no_other_name(name: str, marks: list[str]) -> None:
    marked = "".join(marks) + name + "".join(marks)
    assert folded(marked) == folded(name)
    if folded(name):
        assert name_text(marked) == name_text(name)


@pytest.mark.parametrize(
    "text", ["\u200b", "\u3164", "...", "7", "Fran\ufffdois", "\u0301", "a\nb", " \u2800 "]
)
def test_a_name_has_a_letter_that_can_be_seen(text: str) -> None:
    with pytest.raises(ValueError, match=r"letter|lost|empty|line break"):
        name_text(text)


def test_references_are_folded_and_their_zeros_compared() -> None:
    assert reference_text(" W\u200b-201 ") == "W-201"
    assert folded("Ｗ－２０１") == folded("w-201")
    assert without_leading_zeros("K-0301/007") == without_leading_zeros("k-301/7") == "k-301/7"
    assert without_leading_zeros("K-300") == "k-300"
    assert without_leading_zeros("000") == "0"


def test_names_are_written_as_they_are_in_arabic_and_japanese() -> None:
    assert name_text("می\u200cخواهم") == "می\u200cخواهم"
    assert name_text("葛\U000e0100城") == "葛\U000e0100城"
    assert folded("葛\U000e0100城") == "葛城"
