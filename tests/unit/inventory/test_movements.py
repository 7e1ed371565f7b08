"""The ledger's lines that follow from changes, and what they add to shelves, lots and totals."""

from datetime import date
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.inventory.domain.facts import Net
from services.inventory.domain.movements import (
    Movement,
    MovementKind,
    lines_for,
    lot_differences,
    shelf_differences,
)
from services.inventory.domain.reasons import NO_REASON, Because
from services.inventory.domain.reservations import Reservation
from services.inventory.domain.stock import Lot, ShelfKey
from services.inventory.domain.totals import AMOUNTS, month_differences, total_differences
from shared.contracts.inventory import Why
from tests.unit.inventory.builders import DEC_1, DEC_31, NOV_1, rations

KEY = ("north", "rice")
OLD, NEW = Lot(UUID(int=1), DEC_1, 3), Lot(UUID(int=2), DEC_31, 5)


def line(key: ShelfKey, kind: str, **values: Any) -> Movement:
    return Movement(UUID(int=9), *key, MovementKind(kind), "somebody", **values)


def handed(household: int, quantity: int) -> Net:
    return Net(UUID(int=household), KEY, 0, quantity, NO_REASON)


def test_what_is_handed_out_is_taken_from_one_lot_after_another() -> None:
    lines = lines_for([handed(1, 2), handed(2, 4)], {KEY: [NEW, OLD]}, NOV_1, line)
    taken = [(each.household_id, each.lot_id, each.on_hand, each.reserved) for each in lines]
    assert taken == [
        (UUID(int=1), OLD.id, -2, -2),
        (UUID(int=2), OLD.id, -1, -1),
        (UUID(int=2), NEW.id, -3, -3),
    ]
    assert shelf_differences(lines) == {KEY: (-6, -6)}
    assert lot_differences(lines, new=()) == {OLD.id: -3, NEW.id: -3}
    assert lot_differences(lines, new={OLD.id}) == {NEW.id: -3}
    assert month_differences(lines, date(2006, 11, 30)) == {("rice", "delivered", NOV_1): -6}


def test_a_shelf_whose_lots_hold_less_than_is_handed_out_is_an_error() -> None:
    with pytest.raises(RuntimeError, match="hold less"):
        lines_for([handed(1, 9)], {KEY: [OLD, NEW]}, NOV_1, line)


def test_what_is_set_aside_or_freed_is_a_line_without_goods() -> None:
    changes = [
        Net(UUID(int=1), KEY, 5, 0, Because(Why.ALL_DAYS)),
        Net(UUID(int=2), KEY, -5, 0, Because(Why.HOUSEHOLD_CLOSED)),
    ]
    found = [(each.kind, each.reserved, each.on_hand) for each in lines_for(changes, {}, NOV_1, line)]
    assert found == [("reserved", 5, 0), ("released", -5, 0)]


@given(st.lists(st.tuples(st.none() | rations(), rations()), max_size=8))
def test_totals_grow_by_what_the_reservations_are_now_less_what_they_were(
    changed: list[tuple[Reservation | None, Reservation]],
) -> None:
    found = total_differences(changed)
    for name in AMOUNTS:
        now = sum(getattr(after, name) for _, after in changed)
        before = sum(getattr(old, name) for old, _ in changed if old)
        assert sum(row[name] for row in found.values()) == now - before
