from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any, cast
from uuid import UUID

import pytest
from hypothesis import given

from services.inventory.domain.households import Household
from services.inventory.domain.movements import Cause
from services.inventory.domain.needs import needs_of, ration_need
from services.inventory.domain.reasons import NO_REASON
from services.inventory.domain.reservations import release
from services.inventory.domain.stock import Shelf
from services.inventory.ledger import FORECAST, StockLedger
from services.inventory.repository import catalogue, reservations, stock, totals
from shared.database.session import GatheringSession
from shared.messaging.unit import Unit
from shared.outcomes import Refused, conflict
from shared.principals import service_principal
from tests.unit.inventory.builders import CATALOGUE, DEC_1, DEPOTS, NOV_1, RULES, household, worlds

RICE = ("south", "rice")


def unit() -> Unit:
    """A unit without a database."""
    now = datetime(2006, 11, 1, tzinfo=UTC)
    return Unit(
        cast("GatheringSession", SimpleNamespace(writes=None)), NOV_1, now, service_principal("inventory")
    )


def new_ledger() -> StockLedger:
    """The ledger of a store that has no shelf yet."""
    return StockLedger(unit(), RULES, CATALOGUE, DEPOTS)


def reserve_rice(ledger: StockLedger, number: int) -> None:
    need = ration_need(household(number), NOV_1, RULES)
    assert need is not None
    ledger.reserve([need])


def test_rations_that_wait_make_no_shelf_where_they_wait() -> None:
    """Else the next household would wait at a depot that never keeps rice, and not move when rice comes elsewhere."""
    ledger = new_ledger()
    reserve_rice(ledger, 1)
    assert ledger.shelves() == []
    ledger.receive(RICE, 100_000, None, "received")
    reserve_rice(ledger, 2)
    assert [each.depot for _, each in ledger.changed()] == ["north", "south"]
    assert {shelf.key for shelf in ledger.shelves()} == {RICE}


def test_what_is_set_aside_and_handed_out_moves_its_shelf() -> None:
    ledger = new_ledger()
    ledger.receive(RICE, 20_000, DEC_1, "received")
    reserve_rice(ledger, 1)
    (ration,) = [each for _, each in ledger.changed()]
    assert ledger.shelf(RICE) == Shelf("south", "rice", 20_000, 15_000)
    ledger.record(replace(ration, reserved=5_000, delivered=10_000), None)
    assert ledger.shelf(RICE) == Shelf("south", "rice", 10_000, 5_000)


@given(worlds())
def test_giving_everything_up_restores_every_shelf(world: tuple[list[Shelf], list[Household]]) -> None:
    shelves, households = world
    ledger = new_ledger()
    for shelf in shelves:
        ledger.receive(shelf.key, shelf.on_hand, None, "received")
    ledger.reserve([need for each in households for need in needs_of(each, NOV_1, CATALOGUE, RULES)])
    reserved = sum(new.reserved for _, new in ledger.changed())
    assert sum(shelf.reserved for shelf in ledger.shelves()) == reserved
    for _, made in ledger.changed():
        given_up = release(made, NO_REASON)
        assert not given_up.open
        ledger.record(given_up, None)
    assert ledger.shelves() == shelves


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the functions of the repository that a ledger wrote with; none of them reaches a database."""
    names: list[str] = []

    def gives(found: object) -> Callable[..., Any]:
        async def loaded(*_: object, **__: object) -> object:
            return found

        return loaded

    def writes(name: str) -> Callable[..., Any]:
        async def wrote(*_: object) -> None:
            names.append(name)

        return wrote

    monkeypatch.setattr(catalogue, "load_catalogue", gives(CATALOGUE))
    monkeypatch.setattr(catalogue, "load_depots", gives(tuple(DEPOTS)))
    for room, name in (
        (stock, "add_lots"),
        (stock, "move_lots"),
        (stock, "move_shelves"),
        (stock, "add_movements"),
        (stock, "add_unmet"),
        (reservations, "save_reservations"),
    ):
        monkeypatch.setattr(room, name, writes(name))
    monkeypatch.setattr(totals, "add", lambda *_: names.append("add"))
    return names


async def refused(ledger: StockLedger) -> Refused:
    return ledger.refuse(conflict("Not today."))


async def raising(_: StockLedger) -> Refused:
    raise RuntimeError("a bug")


async def work(of: Unit, end: Callable[[StockLedger], Any] | None) -> Refused | None:
    async with StockLedger.open(of, RULES) as ledger:
        ledger.receive(RICE, 20_000, None, "received")
        reserve_rice(ledger, 1)
        return await end(ledger) if end else None


async def test_a_ledger_posts_once_at_the_end_of_its_block(written: list[str]) -> None:
    of = unit()
    assert await work(of, None) is None
    assert sorted(written) == sorted(set(written))
    assert {"add_lots", "move_shelves", "add_movements", "save_reservations", "add"} <= set(written)
    assert [each.type for each in of.said] == ["inventory.supplies_reserved.v1"]
    assert of.reminders == {FORECAST}


@pytest.mark.parametrize("end", [refused, raising])
async def test_a_ledger_that_was_refused_or_left_by_an_error_posts_nothing(
    written: list[str], end: Callable[[StockLedger], Any]
) -> None:
    of = unit()
    try:
        assert await work(of, end) == conflict("Not today.")
    except RuntimeError:
        assert end is raising
    assert (written, of.said, of.reminders) == ([], [], set())


async def test_every_line_says_who_decided_and_which_document_it_belongs_to(written: list[str]) -> None:
    of, document = unit(), UUID(int=7)
    lines: list[Any] = []

    async def keep(_: object, movements: list[Any], *__: object) -> None:
        lines.extend(movements)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(stock, "add_movements", keep)
        async with StockLedger.open(of, RULES, document=document) as ledger:
            ledger.receive(RICE, 20_000, None, "received", Cause(reverses=UUID(int=3)))
            reserve_rice(ledger, 1)
            ledger.receive(("south", "kit"), 1, None, "received")
    assert {(each.actor, each.document_id) for each in lines} == {("service:inventory", document)}
    assert [each.reverses for each in lines] == [UUID(int=3), None, None]
