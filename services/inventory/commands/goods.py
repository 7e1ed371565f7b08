"""Goods come in, or are to come."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert
from uuid_utils.compat import uuid7

from services.inventory.commands.naming import unknown
from services.inventory.domain.facts import Changed
from services.inventory.domain.reasons import Because
from services.inventory.domain.rules import Rules
from services.inventory.ledger import FORECAST, StockLedger
from services.inventory.repository import catalogue
from services.inventory.tables import PLANNED_DELIVERY, RECEIPT
from shared.messaging.unit import Unit
from shared.outcomes import Refused, conflict, invalid, missing


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
    """Goods came in: shelve them and give them to those who wait.

    Refused for an unknown item or depot, for what has expired, and for a reference or a planned delivery that came in
    before.
    """
    receipt_id = uuid7()
    async with StockLedger.open(unit, rules, document=receipt_id) as ledger:
        items = [line.item for line in lines]
        if refused := unknown(ledger.catalogue, ledger.depots, [depot], items) or _expired(lines, unit.today):
            return ledger.refuse(refused)
        if refused := await _new_receipt(unit, receipt_id, depot, reference):
            return ledger.refuse(refused)
        if planned and (refused := await _arrived(unit, planned, depot)):
            return ledger.refuse(refused)
        keys = {(depot, line.item) for line in lines}
        await ledger.lock({item for _, item in keys}, making=keys)
        for line in lines:
            key = (depot, line.item)
            ledger.receive(key, line.quantity, line.expires_on, "received")
        await ledger.fill(keys)
        return Receipt(receipt_id, tuple(_filled(each) for each in ledger.filled()))


def _expired(lines: Sequence[GoodsLine], today: date) -> Refused | None:
    old = [line.expires_on for line in lines if line.expires_on and line.expires_on < today]
    if not old:
        return None
    return invalid("What has expired is not taken in.", *(("expires_on", f"{each} is past") for each in old))


async def _new_receipt(unit: Unit, receipt_id: UUID, depot: str, reference: str) -> Refused | None:
    row = {"id": receipt_id, "depot": depot, "reference": reference, "on_day": unit.today}
    adding = insert(RECEIPT).values(**row, actor=unit.actor.id).on_conflict_do_nothing()
    if await unit.session.scalar(adding.returning(RECEIPT.c.id)) is None:
        return conflict(f"Goods with the reference {reference} were received before.")
    return None


async def _arrived(unit: Unit, planned: UUID, depot: str) -> Refused | None:
    """Mark a planned delivery as received today."""
    mine = PLANNED_DELIVERY.c.id == planned
    found = await unit.session.execute(select(PLANNED_DELIVERY).where(mine).with_for_update())
    plan = found.mappings().one_or_none()
    if plan is None:
        return missing(f"planned delivery {planned}")
    name = f"The planned delivery {plan['reference']}"
    if plan["received_on"] is not None:
        return conflict(f"{name} came in on {plan['received_on']}.")
    if plan["depot"] != depot:
        return invalid(f"{name} is for {plan['depot']}, not {depot}.")
    await unit.session.execute(update(PLANNED_DELIVERY).where(mine).values(received_on=unit.today))
    return None


def _filled(change: Changed) -> Filled:
    before, after = change
    more = after.reserved - (before.reserved if before else 0)
    return Filled(after.household_id, after.item, more, after.reason)


@dataclass(frozen=True)
class PlannedGoods:
    """So many base units of an item that are to come to a depot on a day; the reference is theirs alone."""

    depot: str
    item: str
    quantity: int
    due_on: date
    reference: str


@dataclass(frozen=True)
class Planned:
    """How many planned deliveries were new."""

    new: int


async def plan_deliveries(unit: Unit, deliveries: Sequence[PlannedGoods]) -> Planned | Refused:
    """Write down deliveries that are to come; a known reference is left as it is, and of two with one reference the
    later counts.
    """
    items, depots = await catalogue.catalogue_of(unit), await catalogue.depots_of(unit)
    for each in deliveries:
        if refused := unknown(items, depots, [each.depot], [each.item]):
            return refused
    by_reference = {each.reference: each for each in deliveries}
    rows = [{"id": uuid7(), "actor": unit.actor.id, **asdict(each)} for each in by_reference.values()]
    adding = insert(PLANNED_DELIVERY).values(rows).on_conflict_do_nothing()
    added = await unit.session.scalars(adding.returning(PLANNED_DELIVERY.c.id))
    unit.remind(FORECAST)
    return Planned(len(added.all()))
