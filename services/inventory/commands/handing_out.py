"""Supplies are handed to a household, or given up for it."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import insert, select
from uuid_utils.compat import uuid7

from services.inventory.domain.items import Kind
from services.inventory.domain.reasons import Because
from services.inventory.domain.reservations import Reservation, deliver, release
from services.inventory.domain.rules import Rules
from services.inventory.ledger import StockLedger
from services.inventory.repository.households import lock_household
from services.inventory.repository.reservations import open_of_households, reservations_where
from services.inventory.repository.stock import LotMoved, lots_of_paper
from services.inventory.tables import CANCELLATION, DELIVERY, RESERVATION
from shared.contracts.inventory import Why
from shared.messaging.unit import Unit
from shared.outcomes import Refused, conflict, invalid, missing


@dataclass(frozen=True)
class Wanted:
    """A reservation to hand out: `quantity` base units, or with None all that is set aside."""

    reservation_id: UUID
    quantity: int | None = None


@dataclass(frozen=True)
class HandedOut:
    """One line of a delivery, in base units."""

    reservation_id: UUID
    item: str
    quantity: int
    depot: str | None


@dataclass(frozen=True)
class Delivery:
    """What a household was handed at once."""

    id: UUID
    lines: tuple[HandedOut, ...]
    lots: tuple[LotMoved, ...] = ()


async def hand_out(
    unit: Unit, rules: Rules, household_id: UUID, received_by: UUID, wanted: Sequence[Wanted]
) -> Delivery | Refused:
    """Hand a household the wanted reservations, or with none named all that is set aside for it but beds.

    Refused for an unknown household, for a receiver who is not in it, for a reservation that is not its own, a bed, or
    more than is set aside, and if nothing is.
    """
    household = await lock_household(unit.session, household_id)
    if household is None:
        return missing(f"household {household_id}")
    if received_by not in {member.id for member in household.members}:
        return invalid(
            "Supplies are received by a member of the household.", ("received_by", "is not a member of it")
        )
    delivery_id = uuid7()
    async with StockLedger.open(unit, rules, document=delivery_id) as ledger:

        async def load() -> list[Reservation]:
            return await open_of_households(unit.session, [household_id])

        rows = await ledger.lock_for(load, lambda found: {each.item for each in found})
        if refused := _give(ledger, rows, wanted):
            return ledger.refuse(refused)
        given = ledger.changed()
        if not given:
            return ledger.refuse(conflict("Nothing is set aside for this household to hand out."))
        lines = tuple(
            HandedOut(new.id, new.item, new.delivered - (old.delivered if old else 0), new.depot)
            for old, new in given
        )
        row = {"id": delivery_id, "household_id": household_id, "received_by": received_by}
        by_reservation = {str(line.reservation_id): line.quantity for line in lines}
        adding = insert(DELIVERY).values(**row, lines=by_reservation, on_day=unit.today, actor=unit.actor.id)
        await unit.session.execute(adding)
    return Delivery(delivery_id, lines, await lots_of_paper(unit.session, delivery_id))


def _give(ledger: StockLedger, rows: Sequence[Reservation], wanted: Sequence[Wanted]) -> Refused | None:
    """Record the wanted reservations as delivered; refused if one of them cannot be."""
    quantities = {each.reservation_id: each.quantity for each in wanted}
    if len(quantities) < len(wanted):
        return invalid("Each reservation is named once.", ("lines", "the same reservation stands twice"))
    if strangers := set(quantities) - {row.id for row in rows}:
        fields = (("lines", str(each)) for each in strangers)
        return invalid("Some reservations are not open for this household.", *fields)
    for row in rows:
        if row.id in quantities or (not quantities and row.reserved and row.kind is not Kind.BED):
            quantity = quantities.get(row.id)
            outcome = deliver(row, row.reserved if quantity is None else quantity)
            if isinstance(outcome, Refused):
                return outcome
            ledger.record(outcome, row)
    return None


async def cancel(unit: Unit, rules: Rules, reservation_id: UUID, note: str) -> Reservation | Refused:
    """Give up what is not fetched of one reservation, and give it to those who wait.

    `note` is a person's own words: they stay beside the decision, and nobody else is told them.

    Refused for an unknown reservation, and for one that is over.
    """
    mine = RESERVATION.c.id == reservation_id
    owner = await unit.session.scalar(select(RESERVATION.c.household_id).where(mine))
    if owner is None:
        return missing(f"reservation {reservation_id}")
    await lock_household(unit.session, owner)
    async with StockLedger.open(unit, rules) as ledger:

        async def load() -> list[Reservation]:
            return await reservations_where(unit.session, mine)

        (row,) = await ledger.lock_for(load, lambda found: {each.item for each in found})
        if not row.open:
            return ledger.refuse(conflict("This reservation is over already."))
        given_up = release(row, Because(Why.CANCELLED))
        ledger.record(given_up, row)
        if row.key:
            await ledger.fill({row.key})
        decision = {
            "reservation_id": reservation_id,
            "on_day": unit.today,
            "released": given_up.released - row.released,
            "note": note,
            "actor": unit.actor.id,
        }
        await unit.session.execute(insert(CANCELLATION).values(decision))
        return given_up
