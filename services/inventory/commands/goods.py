"""Goods come in."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.dialects.postgresql import insert
from uuid_utils.compat import uuid7

from services.inventory.commands.naming import unknown
from services.inventory.commands.planning import arrived
from services.inventory.commands.room import too_much
from services.inventory.domain.days import not_taken_in
from services.inventory.domain.facts import Changed
from services.inventory.domain.reasons import Because
from services.inventory.domain.rules import Rules
from services.inventory.ledger import StockLedger
from services.inventory.repository import receipts
from services.inventory.tables import RECEIPT
from shared.messaging.unit import Unit
from shared.outcomes import Refused, conflict, invalid


@dataclass(frozen=True)
class GoodsLine:
    """So many base units of an item that came in; None never expires."""

    item: str
    quantity: int
    expires_on: date | None = None


@dataclass(frozen=True)
class Filled:
    """A reservation that waited and has `quantity` more set aside now."""

    household_id: UUID
    item: str
    quantity: int
    reason: Because


@dataclass(frozen=True)
class Receipt:
    """Goods were taken in under this id; whom they filled."""

    id: UUID
    filled: tuple[Filled, ...]


async def receive(
    unit: Unit, rules: Rules, depot: str, reference: str, lines: Sequence[GoodsLine], planned: UUID | None
) -> Receipt | Refused:
    """Goods came in: shelve them and give them to those who wait. A line is an item and a date.

    Refused for an unknown item or depot, for what has expired, for a reference that the depot took in before, and for a
    planned delivery that is over, or of which nothing came.
    """
    receipt_id = uuid7()
    async with StockLedger.open(unit, rules, document=receipt_id) as ledger:
        items = sorted({line.item for line in lines})
        if refused := unknown(ledger.catalogue, ledger.depots, [depot], items, coming=True) or _unfit(
            lines, unit.today
        ):
            return ledger.refuse(refused)
        if refused := await _new_receipt(unit, receipt_id, depot, reference, planned):
            return ledger.refuse(refused)
        came = Counter[str]()
        for line in lines:
            came[line.item] += line.quantity
        keys = {(depot, line.item) for line in lines}
        await ledger.lock({item for _, item in keys}, making=keys)
        # After the shelves, as whoever undoes a receipt does: each of the two would wait for the other one.
        if planned and (refused := await arrived(unit, planned, depot, came)):
            return ledger.refuse(refused)
        for item, quantity in came.items():
            if refused := too_much(ledger, (depot, item), quantity):
                return ledger.refuse(refused)
        for line in lines:
            key = (depot, line.item)
            ledger.receive(key, line.quantity, line.expires_on, "received")
        await ledger.fill(keys)
        filled = tuple(_filled(each) for each in ledger.filled())
    await receipts.tell(unit, [receipt_id])
    return Receipt(receipt_id, filled)


def _unfit(lines: Sequence[GoodsLine], today: date) -> Refused | None:
    twice = [
        pair for pair, times in Counter((line.item, line.expires_on) for line in lines).items() if times > 1
    ]
    if twice:
        fields = (("item", f"{item} is named more than once with the same date") for item, _ in twice)
        return invalid("Something is named here twice.", *fields)
    dates = [line.expires_on for line in lines if line.expires_on]
    return next(filter(None, (not_taken_in(each, today) for each in dates)), None)


async def _new_receipt(
    unit: Unit, receipt_id: UUID, depot: str, reference: str, planned: UUID | None
) -> Refused | None:
    row = {
        "id": receipt_id,
        "depot": depot,
        "reference": reference,
        "on_day": unit.today,
        "planned_id": planned,
    }
    adding = insert(RECEIPT).values(**row, actor=unit.actor.id)
    adding = adding.on_conflict_do_nothing(
        index_elements=["depot", "reference"], index_where=text("undone_on IS NULL")
    )
    if await unit.session.scalar(adding.returning(RECEIPT.c.id)) is None:
        return conflict(f"{depot} received goods with the reference {reference} before.")
    return None


def _filled(change: Changed) -> Filled:
    before, after = change
    more = after.reserved - (before.reserved if before else 0)
    return Filled(after.household_id, after.item, more, after.reason)
