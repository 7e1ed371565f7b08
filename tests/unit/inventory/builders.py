"""Small worlds for the tests: invented items, depots, households."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from itertools import count
from uuid import UUID

from hypothesis import strategies as st

from services.inventory.domain.households import Household, Member
from services.inventory.domain.items import SIZES, Catalogue, Item, Kind, Season
from services.inventory.domain.reservations import Reservation
from services.inventory.domain.rules import Rules
from services.inventory.domain.stock import Depot, Shelf
from shared.contracts.intake import NeedKind

NOV_1 = date(2006, 11, 1)
DEC_1 = date(2006, 12, 1)
DEC_31 = date(2006, 12, 31)
LONG_AGO = date(1990, 1, 1)
RULES = Rules()
DEPOTS = (Depot("north", "border"), Depot("south", "coast"), Depot("upland", "border"))
CATALOGUE = Catalogue(
    [
        Item("rice", "Rice", Kind.FOOD, "g"),
        Item("kit", "First-aid kit", Kind.KIT, "kit"),
        Item("bed", "Bed", Kind.BED, "place"),
        *(
            Item(f"{season}-{size}", f"{season} {size}", Kind.CLOTHING, "set", season, size)
            for season in Season
            for size in SIZES
        ),
    ]
)


def ids(start: int = 1_000_000) -> Callable[[], UUID]:
    """A source of ids that never repeats within a test."""
    numbers: Iterator[int] = count(start)
    return lambda: UUID(int=next(numbers))


def household(
    number: int = 1,
    sizes: tuple[str | None, ...] = ("M",),
    *,
    needs: frozenset[NeedKind] = frozenset(NeedKind),
    rank: int = 9,
    region: str = "border",
    registered_on: date | None = None,
) -> Household:
    """A household whose members' ids follow from its number; a higher number is younger."""
    members = tuple(Member(UUID(int=number * 1000 + place), size) for place, size in enumerate(sizes, 1))
    since = registered_on or LONG_AGO + timedelta(days=number)
    return Household(UUID(int=number), region, since, members, needs, rank)


def ration(
    number: int,
    people: int = 1,
    first: date = DEC_1,
    last: date = DEC_31,
    rank: int = 9,
    depot: str | None = "north",
) -> Reservation:
    """A ration of 500 g per day for each of `people`, nothing set aside; a higher number is younger."""
    return Reservation(
        id=UUID(int=number),
        household_id=UUID(int=number),
        member_id=None,
        kind=Kind.FOOD,
        requested_item="rice",
        item="rice",
        depot=depot,
        region="border",
        wanted=500 * people * ((last - first).days + 1),
        rank=rank,
        registered_on=LONG_AGO + timedelta(days=number // 2),
        first_day=first,
        last_day=last,
        per_day=500 * people,
        fetch_by=last,
    )


@st.composite
def rations(draw: st.DrawFn) -> Reservation:
    """A ration somewhere in December, begun, part fetched, part lapsed, part given up."""
    first = DEC_1 + timedelta(days=draw(st.integers(0, 12)))
    last = first + timedelta(days=draw(st.integers(0, 12)))
    number, people = draw(st.integers(1, 5000)), draw(st.integers(1, 3))
    fresh = ration(number, people, first, last, draw(st.sampled_from((0, 1, 9))))
    marks = sorted(draw(st.lists(st.integers(0, fresh.wanted), min_size=4, max_size=4)))
    lapsed, delivered, released, reserved = (
        high - low for low, high in zip([0, *marks], marks, strict=False)
    )
    return replace(fresh, lapsed=lapsed, delivered=delivered, released=released, reserved=reserved)


sizes = st.lists(st.sampled_from([*SIZES, None]), min_size=1, max_size=4).map(tuple)


@st.composite
def worlds(draw: st.DrawFn) -> tuple[list[Shelf], list[Household]]:
    """Shelves with something, little or nothing on them, and households that ask for all they can."""
    items = ["rice", "kit", "bed", "winter-M", "winter-L", "winter-S", "winter-2", "winter-4"]
    shelves = [
        Shelf(depot.code, item, draw(st.integers(0, 40_000 if item == "rice" else 4)))
        for depot in DEPOTS
        for item in items
        if draw(st.booleans())
    ]
    households = [
        household(number, draw(sizes), region=draw(st.sampled_from(["border", "coast", "elsewhere"])))
        for number in range(1, draw(st.integers(1, 5)) + 1)
    ]
    return shelves, households


def accounted(reservation: Reservation) -> int:
    """All that a reservation's wanted quantity is made of."""
    r = reservation
    return r.reserved + r.delivered + r.released + r.lapsed + r.short
