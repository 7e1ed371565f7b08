"""Whatever is marked, dealt and done in which order: after the last deal all stands as if it had been dealt at once."""

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from datetime import date, timedelta
from typing import Any, cast

from hypothesis import example, given, settings
from hypothesis import strategies as st

from services.inventory import day, handlers
from services.inventory.commands import goods, handing_out, moving, stock
from services.inventory.domain.households import Household
from services.inventory.domain.stock import ShelfKey
from services.inventory.ledger import StockLedger
from services.inventory.settings import Settings
from shared.cli.wiring import filled_in
from shared.contracts.intake import HouseholdClosed, NeedKind
from tests.unit.inventory.builders import RULES, household
from tests.unit.inventory.memory import Store, in_memory

FIRST = date(2006, 11, 28)
"""The month turns within the steps of a story."""
NORTH, SOUTH = SHELVES = (("north", "rice"), ("south", "rice"))
"""Two depots that keep rice, the second from when it first comes there; each serves its own region first."""
REGIONS = ("border", "coast")
SETTINGS = cast(Settings, filled_in("inventory"))

Step = Callable[[Store], Coroutine[Any, Any, None]]


def one(number: int, people: int, urgent: bool, region: str = "border") -> Household:
    needs = frozenset({NeedKind.FOOD})
    return household(number, ("M",) * people, needs=needs, rank=0 if urgent else 9, region=region)


async def hears(store: Store, said: Household) -> None:
    """A household is registered, or known already and changed."""
    await handlers.on_household_registered(RULES, cast("Any", [said]), store.unit())


def lives(number: int, people: int, urgent: bool, region: str = "border") -> Step:
    """Known already, a household grows, shrinks, moves or is another rank."""

    async def step(store: Store) -> None:
        await hears(store, one(number, people, urgent, region))

    return step


def leaves(number: int) -> Step:
    async def step(store: Store) -> None:
        known = store.households.get(one(number, 1, False).id)
        if known and known.active:
            said = HouseholdClosed(household_id=known.id, version=2, on=store.today)
            await handlers.on_household_closed(RULES, [said], store.unit())

    return step


def comes_in(grams: int, shelf: ShelfKey = NORTH) -> Step:
    async def step(store: Store) -> None:
        await goods.receive(store.unit(), RULES, shelf[0], "waybill", [goods.GoodsLine("rice", grams)], None)

    return step


def is_lost(grams: int, shelf: ShelfKey = NORTH) -> Step:
    async def step(store: Store) -> None:
        less = min(grams, store.shelves.get(shelf, (0, 0))[0])
        await stock.adjust(store.unit(), RULES, *shelf, -less, "lost")

    return step


def goes(grams: int, source: ShelfKey) -> Step:
    """What is free of so much goes to the other depot."""

    async def step(store: Store) -> None:
        target = next(each for each in SHELVES if each != source)
        # Whoever says how much goes has seen what is free.
        async with StockLedger.open(store.unit(), RULES, {"rice"}):
            pass
        on_hand, reserved = store.shelves.get(source, (0, 0))
        if less := min(grams, on_hand - reserved):
            await moving.transfer(store.unit(), RULES, source[0], target[0], "rice", less, "evening out")

    return step


def fetches(number: int, grams: int | None) -> Step:
    """A household fetches some grams of its first open ration, or all that is set aside for it, if it has that."""

    async def step(store: Store) -> None:
        fetching = store.households.get(one(number, 1, False).id)
        if fetching and grams:
            # Who names a ration has seen it.
            async with StockLedger.open(store.unit(), RULES, {"rice"}):
                pass
        if fetching:
            mine = store.those(lambda each: each.open and each.household_id == fetching.id)
            wanted = [handing_out.Wanted(each.id, grams) for each in mine[:1] if grams]
            await handing_out.hand_out(store.unit(), RULES, fetching.id, fetching.members[0].id, wanted)

    return step


async def night(store: Store) -> None:
    """The day turns; a patient store does what it can ahead."""
    tomorrow = store.today + timedelta(days=1)
    for part in day.ahead(SETTINGS) if store.patient else ():
        while await part(tomorrow, store.unit()):
            pass
    store.today = tomorrow
    await day.on_day(SETTINGS)(store.today, store.unit())


async def some_renewed(store: Store) -> None:
    """One household's ration of the new month."""
    await day.timers(SETTINGS)["renew"]({}, store.unit())


async def dealt(store: Store) -> None:
    await day.timers(SETTINGS)["deal"]({"item": "rice"}, store.unit())


NUMBERS = st.integers(1, 3)
MESSAGES = st.one_of(
    st.builds(lives, NUMBERS, st.integers(1, 2), st.booleans(), st.sampled_from(REGIONS)),
    st.builds(leaves, NUMBERS),
)
COMMANDS = st.one_of(
    st.builds(comes_in, st.integers(1, 12_000), st.sampled_from(SHELVES)),
    st.builds(is_lost, st.integers(1, 6_000), st.sampled_from(SHELVES)),
    st.builds(goes, st.integers(1, 6_000), st.sampled_from(SHELVES)),
    st.builds(fetches, NUMBERS, st.none() | st.integers(1, 4_000)),
    st.just(night),
    st.just(some_renewed),
)


def outcome(store: Store) -> list[tuple[object, ...]]:
    """Every reservation, without its id and its words."""
    assert all(row.dealt for row in store.those(lambda each: each.open))
    sums = ("wanted", "reserved", "delivered", "released", "lapsed")
    names = ("household_id", "depot", "first_day", "last_day", "rank", *sums)
    return [tuple(getattr(row, name) for name in names) for row in store.those(lambda _: True)]


async def deal_at_once(store: Store) -> None:
    """Marked or not."""
    async with StockLedger.open(store.unit(), RULES, {"rice"}, puts_off=True) as ledger:
        await ledger.deal(SHELVES)


async def all_renewed(store: Store) -> None:
    while store.renewal:
        await some_renewed(store)


async def lived(store: Store, steps: Sequence[tuple[Step, bool]], *, at_once: bool) -> None:
    """All steps; each is followed by a deal `at_once`, or by one of what is marked where the story has one."""
    await comes_in(1_500)(store)
    for step, then_deal in steps:
        await step(store)
        if at_once:
            await all_renewed(store)
            await deal_at_once(store)
        elif then_deal:
            await dealt(store)
    await all_renewed(store)
    await dealt(store)


def dealt_between(*steps: Step) -> list[tuple[Step, bool]]:
    return [(step, True) for step in steps]


def undealt(*steps: Step) -> list[tuple[Step, bool]]:
    return [(step, False) for step in steps]


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(st.one_of(MESSAGES, COMMANDS), st.booleans()), min_size=3, max_size=14))
@example(dealt_between(lives(1, 1, False), lives(2, 1, False), leaves(1)))
@example(dealt_between(lives(1, 2, False), lives(2, 2, False), lives(2, 2, True)))
@example([*dealt_between(lives(1, 2, False)), *undealt(lives(2, 2, True), night)])
@example(undealt(lives(1, 1, False), lives(2, 1, True), night, night, night, some_renewed, lives(2, 2, True)))
@example(undealt(lives(1, 1, False), lives(2, 1, True), night, night, night, leaves(2), fetches(1, None)))
@example(undealt(lives(1, 1, False), lives(2, 1, True), night, night, night, night, lives(3, 1, True)))
@example(undealt(lives(1, 1, False), night, night, night, night))
@example(undealt(lives(1, 2, False), lives(2, 2, True), fetches(1, None), leaves(2)))
@example(undealt(comes_in(900, SOUTH), lives(1, 2, False), lives(2, 2, True, "coast"), night))
@example(
    undealt(comes_in(900, SOUTH), lives(1, 2, False), lives(2, 1, True, "coast"), lives(1, 2, False, "coast"))
)
@example(
    undealt(lives(1, 1, False, "coast"), comes_in(2_000, SOUTH), lives(2, 1, True, "coast"), goes(400, SOUTH))
)
@example(
    undealt(
        *(night, night, lives(1, 1, False), lives(1, 1, False), lives(1, 1, False, "coast")),
        *(night, comes_in(1, SOUTH)),
    )
)
def test_dealing_later_comes_out_like_dealing_at_once(steps: list[tuple[Step, bool]]) -> None:
    later, at_once = Store(FIRST, patient=True), Store(FIRST)
    with in_memory():
        asyncio.run(lived(later, steps, at_once=False))
    with in_memory():
        asyncio.run(lived(at_once, steps, at_once=True))
    assert (outcome(later), later.shelves) == (outcome(at_once), at_once.shelves)
    assert later.marked == at_once.marked == set()
