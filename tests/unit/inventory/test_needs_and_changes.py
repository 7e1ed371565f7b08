"""What a household needs, and what a change of it touches."""

from collections import Counter
from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.inventory.domain.allocate import allocate
from services.inventory.domain.changes import difference
from services.inventory.domain.edit import Change
from services.inventory.domain.households import Household, Member
from services.inventory.domain.items import Kind
from services.inventory.domain.needs import Need, needs_of, ration_need
from services.inventory.domain.reasons import Because
from services.inventory.domain.reservations import Reservation
from services.inventory.domain.stock import Shelf
from shared.contracts.intake import NeedKind
from shared.contracts.inventory import Why
from tests.unit.inventory.builders import (
    CATALOGUE,
    DEC_1,
    DEC_31,
    DEPOTS,
    LONG_AGO,
    NOV_1,
    RULES,
    accounted,
    household,
    ids,
)

NOV_11, NOV_30 = date(2006, 11, 11), date(2006, 11, 30)
ALL_THINGS = ("rice", "kit", "bed", "winter-M", "winter-S", "winter-4")
PLENTY = [Shelf(depot.code, item, 10**6) for depot in DEPOTS for item in ALL_THINGS]
FOOD = frozenset({NeedKind.FOOD})


def needed(found: Household, today: date = NOV_1) -> tuple[Need, ...]:
    return needs_of(found, today, CATALOGUE, RULES)


def supplied(found: Household, today: date = NOV_1) -> list[Reservation]:
    needs = needed(found, today)
    return list(allocate(needs, PLENTY, DEPOTS, CATALOGUE, RULES, today, ids()).reservations)


def changed(old: Household, new: Household, rows: list[Reservation], today: date = NOV_11) -> Change:
    return difference(old, new, rows, today, CATALOGUE, RULES, ids(2_000_000))


def after(rows: list[Reservation], change: Change) -> list[Reservation]:
    now = {row.id: row for row in rows} | {row.id: row for row in (*change.changed, *change.created)}
    return list(now.values())


def eaten_on(rows: list[Reservation], adds: tuple[Need, ...], day: date) -> int:
    """Grams planned for a day: rations not given up, and those to be added."""
    lines = [(r.first_day, r.last_day, r.per_day) for r in rows if not r.released]
    lines += [(need.first_day, need.last_day, need.per_day) for need in adds]
    return sum(grams for first, last, grams in lines if first and last and first <= day <= last)


def with_members(found: Household, *sizes: str) -> Household:
    joined = tuple(Member(UUID(int=90_000 + place), size) for place, size in enumerate(sizes))
    return replace(found, members=found.members + joined)


def test_a_household_needs_rations_sets_one_kit_and_beds() -> None:
    found = needed(household(1, ("M", "4")), NOV_11)
    assert [(n.item, n.quantity) for n in found] == [
        ("rice", 20_000),
        ("winter-M", 1),
        ("winter-4", 1),
        ("kit", 1),
        ("bed", 1),
        ("bed", 1),
    ]
    assert (found[0].first_day, found[0].last_day, found[0].per_day) == (NOV_11, NOV_30, 1_000)


def test_only_what_was_asked_for_is_needed() -> None:
    assert [n.kind for n in needed(household(needs=frozenset({NeedKind.KIT})))] == [Kind.KIT]
    assert needed(household(needs=frozenset())) == ()
    assert needed(replace(household(), active=False)) == ()


def test_food_starts_with_registration_and_waits_for_the_renewal_of_its_month() -> None:
    late = household(needs=FOOD, registered_on=date(2006, 12, 5))
    assert needed(late) == ()
    (ration,) = needed(late, DEC_1)
    assert (ration.first_day, ration.last_day) == (date(2006, 12, 5), DEC_31)


def test_clothing_is_for_the_season_of_registration() -> None:
    clothing = household(needs=frozenset({NeedKind.CLOTHING}), registered_on=date(2007, 4, 2))
    assert needed(clothing)[0].item == "summer-M"


def test_a_renewed_ration_is_for_every_day_of_its_period() -> None:
    renewed = ration_need(household(needs=FOOD), DEC_1, RULES)
    assert renewed is not None
    assert (renewed.first_day, renewed.last_day, renewed.quantity) == (DEC_1, DEC_31, 15_500)


def test_a_member_who_joins_adds_a_ration_from_that_day_a_set_and_a_bed_near_the_others() -> None:
    old = household(1, ("M",))
    rows = supplied(old)
    change = changed(old, with_members(old, "S"), rows)
    assert [(n.item, n.quantity, n.first_day) for n in change.add] == [
        ("winter-S", 1, None),
        ("bed", 1, None),
        ("rice", 10_000, NOV_11),
    ]
    assert change.add[1].near == next(r.depot for r in rows if r.kind is Kind.BED)
    assert change.changed == change.created == ()


def test_a_member_who_leaves_frees_a_set_a_bed_and_food_from_that_day() -> None:
    old = household(1, ("M", "S", "4"))
    rows = supplied(old)
    new = replace(old, members=old.members[:2])
    change = changed(old, new, rows)
    assert change.add == ()
    assert change.freed == {("north", "rice"): 10_000, ("north", "winter-4"): 1, ("north", "bed"): 1}
    now = after(rows, change)
    assert eaten_on(now, (), date(2006, 11, 10)) == 1_500
    assert eaten_on(now, (), NOV_11) == eaten_on(now, (), NOV_30) == 1_000
    assert sum(accounted(r) for r in now) == sum(r.wanted for r in rows)


def test_what_a_leaving_member_was_given_stays_given() -> None:
    old = household(1, ("M", "S"))
    rows = [
        replace(r, reserved=0, delivered=r.wanted) if r.kind is not Kind.BED else r for r in supplied(old)
    ]
    change = changed(old, replace(old, members=old.members[:1]), rows)
    assert change.freed == {("north", "bed"): 1}
    assert [r.kind for r in change.changed] == [Kind.BED]


def test_one_leaves_and_one_joins_and_the_food_is_not_touched() -> None:
    old = household(1, ("M", "S"))
    new = with_members(replace(old, members=old.members[:1]), "4")
    change = changed(old, new, supplied(old))
    assert {n.kind for n in change.add} == {Kind.CLOTHING, Kind.BED}
    assert all(r.kind is not Kind.FOOD for r in change.changed)


def test_closing_releases_all_that_is_not_delivered() -> None:
    old = household(1, ("M",))
    rows = [replace(r, reserved=0, delivered=1) if r.kind is Kind.KIT else r for r in supplied(old)]
    change = changed(old, replace(old, active=False), rows)
    assert change.freed == {("north", "rice"): 15_000, ("north", "winter-M"): 1, ("north", "bed"): 1}
    assert not [r for r in after(rows, change) if r.open]
    assert {r.reason for r in change.changed} == {Because(Why.HOUSEHOLD_CLOSED)}


def test_opening_again_gives_nothing_twice() -> None:
    old = replace(household(1, ("M",)), active=False)
    rows = []
    for r in supplied(replace(old, active=True)):
        if r.kind is Kind.FOOD:
            rows.append(replace(r, reserved=0, delivered=7_000, released=8_000))
        else:
            rows.append(
                replace(
                    r, reserved=0, delivered=int(r.kind is Kind.KIT), released=int(r.kind is not Kind.KIT)
                )
            )
    change = changed(old, replace(old, active=True), rows)
    assert [(n.item, n.first_day) for n in change.add] == [
        ("rice", date(2006, 11, 15)),
        ("winter-M", None),
        ("bed", None),
    ]


def test_asking_for_more_and_for_less() -> None:
    old = household(1, ("M",), needs=frozenset({NeedKind.FOOD, NeedKind.KIT}))
    change = changed(old, replace(old, needs=frozenset({NeedKind.FOOD, NeedKind.CLOTHING})), supplied(old))
    assert [n.item for n in change.add] == ["winter-M"]
    assert change.freed == {("north", "kit"): 1}


def test_another_size_is_given_only_while_the_first_was_not_fetched() -> None:
    old = household(1, ("M",), needs=frozenset({NeedKind.CLOTHING}))
    new = replace(old, members=(Member(old.members[0].id, "S"),))
    rows = supplied(old)
    assert [n.item for n in changed(old, new, rows).add] == ["winter-S"]
    worn = [replace(r, reserved=0, delivered=1) for r in rows]
    assert changed(old, new, worn) == Change((), (), (), Counter())


def test_a_new_priority_moves_open_reservations_up() -> None:
    old = household(1, ("M",))
    change = changed(old, replace(old, rank=0), supplied(old))
    assert {r.rank for r in change.changed} == {0}
    assert len(change.changed) == 4


def test_moving_to_another_region_asks_there_for_what_was_not_fetched() -> None:
    old = household(1, ("M",))
    rows = [replace(r, reserved=0, delivered=1) if r.kind is Kind.KIT else r for r in supplied(old)]
    rows = [replace(r, reserved=9_000, delivered=6_000) if r.kind is Kind.FOOD else r for r in rows]
    change = changed(old, replace(old, region="coast"), rows)
    assert [(n.item, n.region, n.first_day) for n in change.add] == [
        ("rice", "coast", date(2006, 11, 13)),
        ("winter-M", "coast", None),
        ("bed", "coast", None),
    ]
    assert change.freed == {("north", "rice"): 9_000, ("north", "winter-M"): 1, ("north", "bed"): 1}


@given(
    st.lists(st.sampled_from(["M", "S", "4"]), min_size=1, max_size=4),
    st.lists(st.tuples(st.integers(0, 29), st.integers(0, 5)), max_size=4),
)
def test_after_any_changes_each_day_to_come_has_500_g_a_member(
    sizes: list[str], steps: list[tuple[int, int]]
) -> None:
    found = household(1, tuple(sizes), needs=FOOD)
    rows, new_id = supplied(found), ids(5_000_000)
    for offset, people in sorted(steps):
        today = NOV_1 + timedelta(days=offset)
        new = replace(found, members=tuple(Member(UUID(int=n + 1), "M") for n in range(people)))
        if not found.members and not new.members:
            continue
        before = sum(r.wanted for r in rows)
        change = difference(found, new, rows, today, CATALOGUE, RULES, new_id)
        rows = after(rows, change)
        assert sum(accounted(r) for r in rows) == before
        rows += allocate(change.add, PLENTY, DEPOTS, CATALOGUE, RULES, today, new_id).reservations
        found = new
        for day in (today, NOV_30):
            assert eaten_on(rows, (), day) == 500 * people


def test_needs_that_make_no_sense_are_refused() -> None:
    (ration,) = needed(household(needs=FOOD))
    with pytest.raises(ValueError, match="is not 500 g for each day"):
        replace(ration, quantity=1)
    with pytest.raises(ValueError, match="parts go into kits"):
        Need(UUID(int=1), None, Kind.PART, "bandage", 1, "border", 9, LONG_AGO)
    with pytest.raises(ValueError, match="one member twice"):
        replace(household(), members=(Member(UUID(int=1)), Member(UUID(int=1))))
