"""Clothing, kits and beds: whole or backordered."""

from collections import Counter
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

from hypothesis import given

from services.inventory.domain.allocate import Allocation, allocate, rehome
from services.inventory.domain.households import Household
from services.inventory.domain.needs import needs_of
from services.inventory.domain.reservations import Reservation, deliver, expire
from services.inventory.domain.reservations import reserved_by_shelf as held_by_shelf
from services.inventory.domain.stock import Shelf
from services.inventory.domain.whole import cut_back, fill
from services.inventory.domain.wording import words_of
from shared.contracts.intake import NeedKind
from shared.outcomes import Refused
from tests.unit.inventory.builders import (
    CATALOGUE,
    DEPOTS,
    NOV_1,
    RULES,
    accounted,
    household,
    ids,
    ration,
    worlds,
)

CLOTHING, KIT, SHELTER, FOOD = (
    frozenset({a}) for a in (NeedKind.CLOTHING, NeedKind.KIT, NeedKind.SHELTER, NeedKind.FOOD)
)


def allocated(shelves: list[Shelf], *households: Household) -> Allocation:
    needs = [need for h in households for need in needs_of(h, NOV_1, CATALOGUE, RULES)]
    return allocate(needs, shelves, DEPOTS, CATALOGUE, RULES, NOV_1, ids())


def filled(waiting: list[Reservation], shelves: list[Shelf]) -> tuple[Reservation, ...]:
    return fill(waiting, shelves, DEPOTS, CATALOGUE, RULES, NOV_1)


def test_the_asked_size_is_given_from_the_households_own_region() -> None:
    shelves = [Shelf("south", "winter-M", 5), Shelf("upland", "winter-M", 1)]
    (given_out,) = allocated(shelves, household(needs=CLOTHING)).reservations
    assert (given_out.depot, given_out.item, given_out.reserved) == ("upland", "winter-M", 1)
    assert words_of(given_out.reason) == "Set aside"
    assert given_out.fetch_by == NOV_1 + timedelta(days=30)


def test_the_next_size_up_is_given_when_no_depot_has_the_size() -> None:
    (given_out,) = allocated([Shelf("south", "winter-L", 1)], household(needs=CLOTHING)).reservations
    assert (given_out.requested_item, given_out.item) == ("winter-M", "winter-L")
    assert (
        words_of(given_out.reason)
        == "One size up, none in the size asked for; from another region, none nearer"
    )


def test_two_sizes_up_are_not_given() -> None:
    (waits,) = allocated([Shelf("north", "winter-XL", 1)], household(needs=CLOTHING)).reservations
    assert (waits.reserved, waits.short, waits.fetch_by) == (0, 1, None)
    assert words_of(waits.reason) == "None on the shelf, nor one size up; waits in line"


def test_a_child_is_not_given_a_grown_ups_set() -> None:
    (waits,) = allocated([Shelf("north", "winter-XS", 1)], household(1, ("12",), needs=CLOTHING)).reservations
    assert waits.short == 1


def test_a_member_of_unknown_size_waits_with_the_reason() -> None:
    (waits,) = allocated([Shelf("north", "winter-M", 1)], household(1, (None,), needs=CLOTHING)).reservations
    assert words_of(waits.reason) == "No clothing size known; ask the household"


def test_all_members_sleep_in_one_shelter_if_one_has_room() -> None:
    shelves = [Shelf("north", "bed", 2), Shelf("south", "bed", 3), Shelf("upland", "bed", 4)]
    beds = allocated(shelves, household(1, ("M", "S", "2"), needs=SHELTER)).reservations
    assert {bed.depot for bed in beds} == {"upland"}
    assert words_of(beds[0].reason) == "All 3 together"
    assert beds[0].fetch_by is None


def test_a_household_too_large_is_parted_over_as_few_shelters_as_can_be() -> None:
    shelves = [Shelf("north", "bed", 1), Shelf("south", "bed", 3), Shelf("upland", "bed", 2)]
    beds = allocated(shelves, household(1, ("M",) * 5, needs=SHELTER)).reservations
    assert Counter(bed.depot for bed in beds) == {"south": 3, "upland": 2}
    assert words_of(beds[0].reason) == "No shelter has 5 beds free, so the household is parted"


def test_beds_that_find_no_place_wait() -> None:
    beds = allocated([Shelf("north", "bed", 2)], household(1, ("M",) * 3, needs=SHELTER)).reservations
    assert [bed.reserved for bed in beds] == [1, 1, 0]
    assert words_of(beds[2].reason) == "No bed free; waits in line"


def test_the_tightest_shelter_of_the_region_is_taken() -> None:
    shelves = [Shelf("north", "bed", 9), Shelf("south", "bed", 2), Shelf("upland", "bed", 3)]
    beds = allocated(shelves, household(1, ("M", "S"), needs=SHELTER)).reservations
    assert {bed.depot for bed in beds} == {"upland"}


def test_the_urgent_come_before_the_older() -> None:
    urgent = household(2, needs=KIT, rank=0)
    old, new = allocated([Shelf("north", "kit", 1)], household(1, needs=KIT), urgent).reservations
    assert (old.reserved, new.reserved) == (0, 1)
    assert words_of(old.reason) == "None on the shelf; waits in line"


def test_goods_that_arrive_go_to_the_first_in_line() -> None:
    waiting = list(allocated([], *(household(n, needs=KIT) for n in (3, 1, 2))).reservations)
    got = filled(waiting, [Shelf("north", "kit", 2)])
    assert [r.household_id.int for r in got] == [1, 2]


def test_one_that_cannot_be_met_keeps_its_place_and_blocks_nobody() -> None:
    first, second = allocated([], household(1, needs=KIT), household(2, needs=KIT)).reservations
    large = replace(first, wanted=5)
    assert [r.id for r in filled([large, second], [Shelf("north", "kit", 3)])] == [second.id]


def test_one_part_held_already_is_filled_from_the_same_shelf() -> None:
    (first,) = allocated([Shelf("north", "kit", 1)], household(needs=KIT)).reservations
    wants_more = replace(first, wanted=2)
    assert filled([wants_more], [Shelf("upland", "kit", 5)]) == ()
    assert filled([wants_more], [Shelf("north", "kit", 1)])[0].reserved == 2


def test_stock_that_is_gone_is_taken_from_the_last_in_line() -> None:
    shelves = [Shelf("north", "kit", 3)]
    held = allocated(shelves, *(household(n, needs=KIT) for n in (1, 2, 3))).reservations
    cut = cut_back(held, 2, NOV_1)
    assert [r.household_id.int for r in cut] == [3, 2]
    assert all(r.short == 1 and r.fetch_by is None for r in cut)


def test_food_that_fits_is_given_at_once_and_food_that_does_not_is_to_be_dealt() -> None:
    plenty = allocated([Shelf("north", "rice", 20_000)], household(needs=FOOD))
    assert plenty.to_deal == frozenset()
    assert words_of(plenty.reservations[0].reason) == "All 30 days"
    scarce = allocated([Shelf("north", "rice", 14_999)], household(needs=FOOD))
    assert scarce.to_deal == {("north", "rice")}
    assert scarce.reservations[0].reserved == 0
    assert words_of(scarce.reservations[0].reason) == "0 of 30 days; 15,000 g short from 2006-11-01"


def test_food_waits_where_it_is_kept_and_moves_when_only_another_depot_gets_it() -> None:
    nowhere = allocated([], household(needs=FOOD)).reservations[0]
    assert nowhere.depot == "north"
    assert rehome(nowhere, [Shelf("south", "rice", 1)], DEPOTS).depot == "south"
    assert rehome(ration(1), [Shelf("north", "rice", 0)], DEPOTS) == ration(1)


def test_delivering_is_whole_or_part_and_never_more_than_is_set_aside() -> None:
    held = replace(ration(1), reserved=1_000)
    part = deliver(held, 400)
    assert isinstance(part, Reservation)
    assert (part.reserved, part.delivered) == (600, 400)
    assert isinstance(deliver(part, 601), Refused)
    assert isinstance(deliver(part, 0), Refused)


def test_a_bed_is_not_handed_over() -> None:
    (bed,) = allocated([Shelf("north", "bed", 1)], household(needs=SHELTER)).reservations
    assert isinstance(deliver(bed, 1), Refused)


def test_what_is_not_fetched_in_time_goes_back() -> None:
    (held,) = allocated([Shelf("north", "kit", 1)], household(needs=KIT)).reservations
    assert held.fetch_by is not None
    assert expire(held, held.fetch_by) is None
    gone = expire(held, held.fetch_by + timedelta(days=1))
    assert gone is not None
    assert (gone.reserved, gone.released) == (0, 1)
    assert words_of(gone.reason) == "Not fetched by 2006-12-01; 1 back on the shelf"


@given(worlds())
def test_never_more_is_set_aside_than_is_free_and_no_need_is_lost(
    world: tuple[list[Shelf], list[Household]],
) -> None:
    shelves, households = world
    needs = [need for h in households for need in needs_of(h, NOV_1, CATALOGUE, RULES)]
    found = allocate(needs, shelves, DEPOTS, CATALOGUE, RULES, NOV_1, ids()).reservations
    assert [(r.household_id, r.member_id, r.requested_item, r.wanted) for r in found] == [
        (n.household_id, n.member_id, n.item, n.quantity) for n in needs
    ]
    taken = held_by_shelf(found)
    free = {shelf.key: shelf.free for shelf in shelves}
    assert all(quantity <= free[key] for key, quantity in taken.items())
    assert all(accounted(r) == r.wanted and r.reason for r in found)


@given(worlds(), worlds())
def test_filling_never_exceeds_what_is_free_and_whole_things_stay_whole(
    world: tuple[list[Shelf], list[Household]], later: tuple[list[Shelf], list[Household]]
) -> None:
    waiting = [r for r in allocated(world[0], *world[1]).reservations if r.short]
    got = filled(waiting, later[0])
    free = {shelf.key: shelf.free for shelf in later[0]}
    assert all(quantity <= free[key] for key, quantity in held_by_shelf(got).items())
    assert all(r.short == 0 for r in got)


@given(worlds())
def test_nobody_later_in_line_has_a_kit_while_an_earlier_one_waits(
    world: tuple[list[Shelf], list[Household]],
) -> None:
    kits = [r for r in allocated(world[0], *world[1]).reservations if r.requested_item == "kit"]
    served = [r.short == 0 for r in sorted(kits, key=lambda r: r.order)]
    assert served == sorted(served, reverse=True)


def test_ids_are_the_callers() -> None:
    (only,) = allocated([], household(needs=KIT)).reservations
    assert only.id == UUID(int=1_000_000)
