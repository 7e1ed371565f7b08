"""A hand-out is undone: everything is back on the lots it came from, and set aside again."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from functools import partial
from typing import Any
from uuid import UUID

from sqlalchemy import Row, select, update
from uuid_utils.compat import uuid7

from services.inventory.commands.room import no_way_back
from services.inventory.commands.undoing import Undone, counted_since
from services.inventory.domain.changes import KINDS
from services.inventory.domain.edit import TakenAlong
from services.inventory.domain.facts import lines_undone
from services.inventory.domain.households import Household
from services.inventory.domain.movements import Cause, Earlier
from services.inventory.domain.reservations import Reservation
from services.inventory.domain.rules import Rules
from services.inventory.ledger import StockLedger
from services.inventory.repository import stock
from services.inventory.repository.households import lock_household
from services.inventory.repository.reservations import open_of_households, reservations_where, taken_along
from services.inventory.tables import DELIVERY, MOVEMENT, RESERVATION
from shared.contracts.inventory import HandOutUndone
from shared.messaging.unit import Unit
from shared.outcomes import Refused, conflict, missing


async def undo_hand_out(unit: Unit, rules: Rules, delivery_id: UUID, note: str) -> Undone | Refused:
    """What was handed out by mistake is set aside for the household again, on the same lots.

    Refused for an unknown hand-out, one that was undone, a household that is closed, for what is past its date or
    blocked, for a reservation that was changed since or whose days are over, and for what nobody of the household needs
    any more: then count what is there.
    """
    row = DELIVERY.c
    paper = (
        await unit.session.execute(select(row.household_id, row.lines).where(row.id == delivery_id))
    ).first()
    if paper is None:
        return missing(f"hand-out {delivery_id}")
    household = await lock_household(unit.session, paper.household_id)
    undone = await unit.session.scalar(select(row.undone_on).where(row.id == delivery_id).with_for_update())
    if undone is not None:
        return conflict(f"This hand-out was undone on {undone}.")
    if household is None or not household.active:
        return conflict("The household is closed: nothing is set aside for it. Count what came back instead.")
    given = {UUID(key): int(quantity) for key, quantity in paper.lines.items()}
    async with StockLedger.open(unit, rules, document=uuid7()) as ledger:

        async def load() -> list[Reservation]:
            return await reservations_where(unit.session, RESERVATION.c.id.in_(sorted(given)))

        rows = await ledger.lock_for(load, lambda found: {each.item for each in found})
        others = await open_of_households(unit.session, [household.id])
        along = await taken_along(unit.session, [household.id], [], unit.today)
        needless = partial(_needless, household, others, along)
        for each in rows:
            if refused := _unfit(each, given, unit.today) or needless(each):
                return ledger.refuse(refused)
        if refused := await _lots_back(ledger, delivery_id, note):
            return ledger.refuse(refused)
        for each in rows:
            ledger.record(_aside_again(each, given[each.id], unit.today, rules), each)
        await unit.session.execute(update(DELIVERY).where(row.id == delivery_id).values(undone_on=unit.today))
        lines = lines_undone([(each, given[each.id]) for each in rows], ledger.catalogue, ledger.depots)
        unit.say(
            HandOutUndone(household_id=household.id, on=unit.today, lines=lines, hand_out_id=delivery_id)
        )
        words = await counted_since(unit, await _lines(unit, delivery_id))
        return Undone(ledger.document or delivery_id, words)


def _unfit(row: Reservation, given: dict[UUID, int], today: date) -> Refused | None:
    if row.released or row.delivered < given[row.id]:
        return conflict(f"What was asked for of {row.item} has changed since. Count what came back instead.")
    if row.last_day and row.last_day < today:
        return conflict(
            f"The days of this {row.item} are over since {row.last_day}. Count what came back instead."
        )
    return None


def _needless(
    household: Household,
    others: Sequence[Reservation],
    along: Sequence[TakenAlong],
    row: Reservation,
) -> Refused | None:
    """Refused if it would be set aside for nobody, or a second time."""
    here = {member.id for member in household.members}
    left = row.member_id is not None and row.member_id not in here
    took = row.per_day and any(
        each.member_id not in here and row.first_day <= each.day <= row.last_day
        for each in along
        if row.first_day and row.last_day
    )
    asked = row.kind in {KINDS[each] for each in household.needs}
    twice = not row.per_day and any(
        each.id != row.id and (each.kind, each.member_id) == (row.kind, row.member_id) for each in others
    )
    if asked and not left and not took and not twice:
        return None
    return conflict(f"Nobody of the household needs this {row.item} any more. Count what came back instead.")


def _aside_again(row: Reservation, quantity: int, today: date, rules: Rules) -> Reservation:
    by = row.fetch_by if row.last_day else today + timedelta(days=rules.fetch_within_days)
    return replace(row, delivered=row.delivered - quantity, reserved=row.reserved + quantity, fetch_by=by)


async def _lots_back(ledger: StockLedger, delivery_id: UUID, note: str) -> Refused | None:
    for line in await _lines(ledger.unit, delivery_id):
        lot = await stock.lot_of(ledger.unit.session, line.lot_id)
        if refused := no_way_back(lot, line.depot, line.item, ledger.unit.today):
            return refused
        cause = Cause(note=note, reverses=line.id, undoes=Earlier("delivered", line.on_day))
        ledger.bring_back((line.depot, line.item), lot, -line.on_hand, line.household_id, cause)
    return None


async def _lines(unit: Unit, delivery_id: UUID) -> Sequence[Row[Any]]:
    row = MOVEMENT.c
    query = select(row.id, row.depot, row.item, row.on_hand, row.lot_id, row.household_id, row.on_day)
    query = query.where(row.document_id == delivery_id, row.kind == "delivered", row.on_hand != 0)
    found: Sequence[Row[Any]] = (await unit.session.execute(query.order_by(row.id))).all()
    return found
