"""The repository in memory: what handlers, commands and the day do with rows is done with dictionaries.

A `Store` is passed for the session. What a database guards, it asserts.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace
from typing import Any, cast
from uuid import UUID

import pytest

from services.inventory import day, handlers
from services.inventory.commands import handing_out
from services.inventory.domain.food import lapse
from services.inventory.domain.households import Household
from services.inventory.domain.items import Kind
from services.inventory.domain.reservations import Reservation
from services.inventory.domain.stock import Lot, ShelfKey
from services.inventory.ledger import giving, posting, stock_ledger
from services.inventory.ledger import goods as ledger_goods
from services.inventory.queries import forecasting
from services.inventory.repository import (
    catalogue,
    households,
    marks,
    receipts,
    renewals,
    reservations,
    stock,
    totals,
)
from services.inventory.repository.renewals import Renewal
from services.inventory.repository.reservations import ALL, Some
from shared.contracts.intake import HouseholdClosed, NeedKind
from shared.contracts.inventory import Why
from shared.database.session import GatheringSession
from shared.messaging.unit import Unit
from shared.principals import service_principal
from tests.unit.inventory.builders import CATALOGUE, DEPOTS, ids

LOT = UUID(int=1)
NOW = datetime(2006, 11, 28, tzinfo=UTC)


@dataclass
class Store:
    """All that inventory has written down. A patient store does ahead of the turn of a day what can be done ahead."""

    today: date
    patient: bool = False
    households: dict[UUID, Household] = field(default_factory=dict)
    reservations: dict[UUID, Reservation] = field(default_factory=dict)
    shelves: dict[ShelfKey, tuple[int, int]] = field(default_factory=dict)
    marked: set[ShelfKey] = field(default_factory=set)
    renewal: Renewal | None = None

    @property
    def writes(self) -> "Store":
        """What is gathered is written at once."""
        return self

    def unit(self) -> Unit:
        return Unit(cast("GatheringSession", self), self.today, NOW, service_principal("inventory"))

    def those(self, condition: Callable[[Reservation], object]) -> list[Reservation]:
        return sorted(
            (each for each in self.reservations.values() if condition(each)), key=lambda each: each.order
        )

    async def execute(self, *_: object) -> None:
        """A row that nobody here reads."""

    async def scalar(self, *_: object) -> bool:
        """A row that nobody here reads was written."""
        return True

    async def scalars(self, _: object, values: Mapping[str, Any]) -> list[str]:
        """The timers of these keys were there."""
        return list(values["keys"])


async def standing(store: Store, items: Collection[str]) -> marks.Standing:
    short = {each.key for each in store.those(lambda each: each.short and each.kind is Kind.FOOD) if each.key}
    here = {key for key in store.shelves if key[1] in items}
    return marks.Standing(
        frozenset(short & here), frozenset(store.marked & here), frozenset(store.marked & here)
    )


async def mark(store: Store, keys: Collection[ShelfKey], _: timedelta) -> dict[ShelfKey, datetime]:
    new = {key for key in keys if key in store.shelves} - store.marked
    store.marked |= new
    return dict.fromkeys(new, NOW)


async def move_shelves(store: Store, deltas: Mapping[ShelfKey, tuple[int, int]]) -> None:
    for key, (more, aside) in deltas.items():
        on_hand, reserved = store.shelves.get(key, (0, 0))
        store.shelves[key] = on_hand + more, reserved + aside
        assert 0 <= reserved + aside <= on_hand + more


async def lots_of(store: Store, keys: Collection[ShelfKey]) -> dict[ShelfKey, list[Lot]]:
    return {key: [Lot(LOT, None, store.shelves[key][0])] for key in keys}


async def make_shelves(store: Store, keys: Collection[ShelfKey]) -> None:
    for key in keys:
        store.shelves.setdefault(key, (0, 0))


async def lock_shelves(store: Store, items: Collection[str]) -> dict[ShelfKey, tuple[int, int]]:
    return {key: held for key, held in store.shelves.items() if key[1] in items}


async def save_reservations(store: Store, rows: Sequence[Reservation]) -> None:
    store.reservations.update({each.id: each for each in rows})


def save_states(store: Store, states: Iterable[Household]) -> None:
    store.households.update({each.id: each for each in states})


def save_closed(store: Store, versions: Mapping[UUID, int]) -> None:
    store.households |= {key: replace(store.households[key], active=False) for key in versions}


async def newest(unit: Unit, _: object, facts: Sequence[Household | HouseholdClosed]) -> SimpleNamespace:
    said = {each.household_id if isinstance(each, HouseholdClosed) else each.id: each for each in facts}
    store = cast("Store", unit.session)
    return SimpleNamespace(facts=said, rows={key: store.households.get(key) for key in said})


async def under_way(store: Store, *, lock: bool = False) -> Renewal | None:
    return store.renewal


async def begin(store: Store, first_day: date) -> None:
    store.renewal = Renewal(first_day, None)


async def move(store: Store, after: UUID | None) -> None:
    assert store.renewal
    store.renewal = replace(store.renewal, after=after) if after else None


async def those_without(store: Store, renewal: Renewal, ids: Collection[UUID]) -> frozenset[UUID]:
    had = {
        each.household_id
        for each in store.reservations.values()
        if each.last_day and each.last_day >= renewal.first_day
    }
    return frozenset(ids) - had


async def next_households(store: Store, renewal: Renewal, limit: int) -> list[Household]:
    lacking = await those_without(store, renewal, store.households)
    later = sorted(key for key in lacking if renewal.after is None or key > renewal.after)
    known = [store.households[key] for key in later]
    return [each for each in known if each.active and NeedKind.FOOD in each.needs][:limit]


async def count_eaters(store: Store) -> int:
    return sum(len(each.members) for each in store.households.values() if each.active)


def found(condition: Callable[..., Callable[[Reservation], object]]) -> Callable[..., Any]:
    """A query for reservations; `condition` makes of its parameters what a row must meet."""

    async def query(store: Store, *parameters: Any, **_: object) -> list[Reservation]:
        some = parameters[-1] if isinstance(parameters[-1], Some) else ALL
        rows = store.those(condition(*(each for each in parameters if each is not some)))
        return [each for each in rows if some.ids is None or each.id in some.ids][: some.limit]

    return query


def gives(value: object) -> Callable[..., Any]:
    async def given(*_: object, **__: object) -> object:
        return value

    return given


async def clear(store: Store, keys: Collection[ShelfKey]) -> None:
    store.marked -= set(keys)


async def marked_items(store: Store) -> list[str]:
    return sorted({item for _, item in store.marked})


async def locked(store: Store, household_id: UUID) -> Household | None:
    return store.households.get(household_id)


QUERIES: dict[str, Callable[..., Callable[[Reservation], object]]] = {
    "open_rations": lambda keys: lambda each: each.open and each.kind is Kind.FOOD and each.key in keys,
    "homeless_rations": lambda _: lambda _: False,
    "waiting": lambda _, __: lambda _: False,
    "set_aside_on": lambda key: lambda each: each.reserved and each.key == key,
    "not_fetched_by": lambda today: lambda each: each.reserved and each.fetch_by and each.fetch_by < today,
    "rations_not_fetched_by": lambda today: (
        lambda each: each.kind is Kind.FOOD and each.reserved and each.fetch_by and each.fetch_by < today
    ),
    "past_short": lambda day: lambda each: each.kind is Kind.FOOD and lapse(each, day).grams,
    "open_of_households": lambda ids: lambda each: each.open and each.household_id in ids,
    "worn_by": lambda members: (
        lambda each: each.kind is Kind.CLOTHING and each.delivered and each.member_id in members
    ),
    "cancelled_since": lambda ids, first: (
        lambda each: (
            each.household_id in ids
            and each.released
            and not each.delivered
            and each.reason.code == Why.CANCELLED
            and each.last_day
            and each.last_day >= first
        )
    ),
    "given_since": lambda ids, first: (
        lambda each: (
            each.delivered and each.household_id in ids and (each.last_day is None or each.last_day >= first)
        )
    ),
}


@contextmanager
def in_memory() -> Iterator[None]:
    """Within the block the repository keeps everything in the `Store` that is given for a session."""
    numbers = ids()
    with pytest.MonkeyPatch.context() as patch:
        for module, fakes in {
            marks: {"standing": standing, "mark": mark, "clear": clear, "marked_items": marked_items},
            stock: {
                "lots_of": lots_of,
                "make_shelves": make_shelves,
                "lock_shelves": lock_shelves,
                "move_shelves": move_shelves,
                "expired_lots": gives([]),
                "dated_lots": gives({}),
            },
            reservations: {"save_reservations": save_reservations, "taken_along": gives([])}
            | {name: found(each) for name, each in QUERIES.items()},
            households: {
                "where_present": gives([]),
                "save_states": save_states,
                "save_closed": save_closed,
                "household_of": lambda fact: fact,
                "household_in": lambda row: row,
            },
            catalogue: {
                "load_catalogue": gives(CATALOGUE),
                "load_depots": gives(tuple(DEPOTS)),
            },
            renewals: {
                "under_way": under_way,
                "begin": begin,
                "move": move,
                "those_without": those_without,
                "next_households": next_households,
            },
            forecasting: {"count_eaters": count_eaters},
            handlers: {"newest": newest, "uuid7": numbers},
            posting: {"uuid7": numbers},
            ledger_goods: {"uuid7": numbers},
            giving: {"uuid7": numbers},
            stock_ledger: {"PART": 1},
            day: {"PART": 1},
            handing_out: {
                "lock_household": locked,
                "lots_of_paper": gives(()),
                "open_of_households": found(QUERIES["open_of_households"]),
            },
        }.items():
            for name, fake in fakes.items():
                patch.setattr(module, name, fake)
        for module, names in {
            marks: ("took",),
            receipts: ("tell",),
            reservations: ("take_along", "forget_taken_along"),
            stock: ("add_lots", "move_lots", "add_movements", "add_unmet"),
        }.items():
            for name in names:
                patch.setattr(module, name, gives(None))
        patch.setattr(totals, "add", lambda *_: None)
        yield
