"""Why something is as it is: codes with numbers, their words, and what the other services are told of them."""

import json
import re
import string
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.inventory.domain.allocate import allocate
from services.inventory.domain.facts import facts
from services.inventory.domain.items import Catalogue, Item, Kind
from services.inventory.domain.needs import needs_of
from services.inventory.domain.reasons import Because, InStore, because_of
from services.inventory.domain.reservations import deliver, release
from services.inventory.domain.stock import Depot, Shelf
from services.inventory.domain.whole import cut_back, fill
from services.inventory.domain.wording import TEXTS, words_of
from shared.contracts.intake import NeedKind
from shared.contracts.inventory import (
    BED,
    SuppliesBackordered,
    SuppliesDelivered,
    SuppliesReleased,
    SuppliesReserved,
    Why,
)
from shared.outcomes import Refused
from tests.unit.inventory.builders import CATALOGUE, NOV_1, RULES, household, ids

numbers = st.none() | st.integers(0, 10**12)
reasons = st.builds(
    Because,
    st.sampled_from([*Why, *InStore, "", "not_known_yet"]),
    numbers,
    numbers,
    numbers,
    numbers,
    st.none() | st.dates(),
)


def test_every_known_reason_has_words() -> None:
    assert set(TEXTS) == {"", *Why, *InStore}


@given(reasons)
def test_a_reason_is_kept_and_worded_whatever_its_numbers(reason: Because) -> None:
    kept = json.loads(json.dumps(reason.numbers))
    assert because_of(reason.code, kept) == reason
    named = {name for _, name, _, _ in string.Formatter().parse(words_of(reason)) if name}
    assert named == set()
    assert reason.said.code == (reason.code or Why.OTHER)


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        (Because("not_known_yet", number=3), "Another reason"),
        (
            Because(Why.SOME_DAYS, 30, 31, 1_500, None, date(2006, 12, 31)),
            "30 of 31 days; 1,500 g short from 2006-12-31",
        ),
        (Because(Why.SOME_DAYS, 9, 30, unmet=4_000), "9 of 30 days; 4,000 g unmet on days past"),
        (Because(Why.DAYS_OVER, 9, 30, unmet=4_000), "Over: 9 of 30 days fetched; 4,000 g unmet"),
        (Because(Why.TAKEN_BACK), "? set aside before, no longer there; waits in line again"),
    ],
)
def test_the_words_are_of_the_code_and_the_numbers(reason: Because, words: str) -> None:
    assert words_of(reason) == words


def test_what_is_set_aside_elsewhere_now_was_taken_back_where_it_was() -> None:
    asking = household(1, needs=frozenset({NeedKind.KIT}))
    needs = needs_of(asking, NOV_1, CATALOGUE, RULES)
    two = [Depot("north", "border"), Depot("south", "coast")]
    (held,) = allocate(needs, [Shelf("north", "kit", 1)], two, CATALOGUE, RULES, NOV_1, ids()).reservations
    (cut,) = cut_back([held], 1, NOV_1)
    (given_again,) = fill([cut], [Shelf("south", "kit", 1)], two, CATALOGUE, RULES, NOV_1)
    said = facts([(held, given_again)], {}, CATALOGUE, two, NOV_1)
    reasons = {type(each): each.lines[0].reason.code for each in said}  # type: ignore[attr-defined]
    assert reasons == {SuppliesReserved: Why.FROM_AFAR, SuppliesReleased: Why.TAKEN_BACK}


SHELTER, BED_THERE = "s1", "bed-in-s1"
DEPOTS = [
    Depot("north", "border"),
    Depot(SHELTER, "border", shelter=True),
    Depot("s2", "coast", shelter=True),
]
IN_SHELTER = Catalogue(
    [
        *(item for item in (CATALOGUE.get("rice"), CATALOGUE.get("kit")) if item),
        Item(BED_THERE, "Bed in s1", Kind.BED, "place"),
    ]
)
"""A shelter's name stands in the code of its beds, and a kit lies in it too."""


def test_no_shelter_is_told_neither_by_its_code_nor_by_that_of_its_beds() -> None:
    shelves = [
        Shelf("north", "rice", 99_000),
        Shelf(SHELTER, "kit", 1),
        Shelf(SHELTER, BED_THERE, 2),
        Shelf("s2", BED_THERE, 2),
    ]
    asking = household(1, ("M",) * 3, needs=frozenset({NeedKind.FOOD, NeedKind.KIT, NeedKind.SHELTER}))
    needs = needs_of(asking, NOV_1, IN_SHELTER, RULES)
    made = allocate(needs, shelves, DEPOTS, IN_SHELTER, RULES, NOV_1, ids()).reservations
    assert {row.depot for row in made} == {"north", SHELTER, "s2"}
    gone = [(row, release(row, Because(Why.CANCELLED))) for row in made]
    fetched = [
        (row, outcome) for row in made if not isinstance(outcome := deliver(row, row.reserved), Refused)
    ]
    said = [
        fact
        for changed in ([(None, row) for row in made], gone, fetched)
        for fact in facts(changed, {}, IN_SHELTER, DEPOTS, NOV_1)
    ]
    assert {type(fact) for fact in said} == {SuppliesReserved, SuppliesReleased, SuppliesDelivered}
    for fact in said:
        assert not {SHELTER, "s2", BED_THERE} & set(re.findall(r'"([^"]*)"', fact.model_dump_json()))
    (reserved,) = (fact for fact in said if isinstance(fact, SuppliesReserved))
    told = {(line.item, line.depot, line.quantity, line.reason.code) for line in reserved.lines}
    assert told == {
        ("rice", "north", 45_000, Why.ALL_DAYS),
        ("kit", None, 1, Why.SET_ASIDE),
        (BED, None, 3, Why.BEDS_APART),
    }


def test_beds_that_are_missing_have_no_code_of_their_own() -> None:
    needs = needs_of(household(needs=frozenset({NeedKind.SHELTER})), NOV_1, IN_SHELTER, RULES)
    made = allocate(needs, [], DEPOTS, IN_SHELTER, RULES, NOV_1, ids()).reservations
    (fact,) = facts([(None, row) for row in made], {}, IN_SHELTER, DEPOTS, NOV_1)
    assert isinstance(fact, SuppliesBackordered)
    assert [(line.item, line.depot, line.reason.code) for line in fact.lines] == [(BED, None, Why.NO_BED)]
