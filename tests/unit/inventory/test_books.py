from dataclasses import replace
from datetime import UTC, datetime
from typing import cast
from uuid import UUID

from hypothesis import given
from sqlalchemy.ext.asyncio import AsyncSession

from services.inventory.books import Books
from services.inventory.domain.households import Household
from services.inventory.domain.needs import needs_of, ration_need
from services.inventory.domain.reservations import release
from services.inventory.domain.stock import Shelf
from shared.messaging.unit import Unit
from shared.principals import service_principal
from tests.unit.inventory.builders import CATALOGUE, DEC_1, DEPOTS, NOV_1, RULES, household, worlds


def books() -> Books:
    """Books of a store that has no shelf yet."""
    unit = Unit(
        cast("AsyncSession", None), NOV_1, datetime(2006, 11, 1, tzinfo=UTC), service_principal("inventory")
    )
    return Books(unit, RULES, CATALOGUE, list(DEPOTS))


def ask_for_rice(of: Books, number: int) -> UUID:
    need = ration_need(household(number), NOV_1, RULES)
    assert need is not None
    of.ask([need])
    return next(each.id for _, each in of.changed() if each.household_id == UUID(int=number))


def test_rations_that_wait_make_no_shelf_where_they_wait() -> None:
    """Else the next household would wait at a depot that never keeps rice, and not move when rice comes elsewhere."""
    store = books()
    ask_for_rice(store, 1)
    assert store.shelves() == []
    store.receive(("south", "rice"), 100_000, None, "received", "a waybill")
    ask_for_rice(store, 2)
    assert [each.depot for _, each in store.changed()] == ["north", "south"]
    assert {shelf.key for shelf in store.shelves()} == {("south", "rice")}


def test_what_is_set_aside_and_handed_out_moves_its_shelf() -> None:
    store = books()
    store.receive(("south", "rice"), 20_000, DEC_1, "received", "a waybill")
    ask_for_rice(store, 1)
    (ration,) = [each for _, each in store.changed()]
    assert store.shelf(("south", "rice")) == Shelf("south", "rice", 20_000, 15_000)
    store.put(replace(ration, reserved=5_000, delivered=10_000), None)
    assert store.shelf(("south", "rice")) == Shelf("south", "rice", 10_000, 5_000)


@given(worlds())
def test_giving_everything_up_restores_every_shelf(world: tuple[list[Shelf], list[Household]]) -> None:
    shelves, households = world
    store = books()
    for shelf in shelves:
        store.receive(shelf.key, shelf.on_hand, None, "received", "a waybill")
    store.ask([need for each in households for need in needs_of(each, NOV_1, CATALOGUE, RULES)])
    assert sum(shelf.reserved for shelf in store.shelves()) == sum(new.reserved for _, new in store.changed())
    for _, asked in store.changed():
        given_up = release(asked, "over")
        assert not given_up.open
        store.put(given_up, None)
    assert store.shelves() == shelves
