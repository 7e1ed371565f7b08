"""Prices are set, and follow from what is paid; purchases for funded appeals are ordered, changed and cancelled."""

from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from sqlalchemy import select

from services.inventory.commands import planning
from services.inventory.commands.naming import unknown
from services.inventory.commands.proposing import tell
from services.inventory.domain import purchases as rules
from services.inventory.domain.purchases import Price, Purchase
from services.inventory.repository import catalogue, prices, purchases
from services.inventory.tables import PLANNED_DELIVERY
from shared.contracts.inventory import PurchaseStatus
from shared.messaging.unit import Unit
from shared.outcomes import Refused, conflict, invalid, missing


async def set_price(unit: Unit, item: str, price: Price) -> Price | Refused:
    """What an item costs until it is bought again. Refused for an item that is not in the catalogue."""
    if refused := unknown(await catalogue.catalogue_of(unit), (), [], [item]):
        return refused
    await prices.set_price(unit, item, price)
    return price


@dataclass(frozen=True)
class Order:
    """From whom, where to and by when; `cost`, in minor units of the appeal's currency, if it is not the proposed
    one. `expires_on` is the date that the goods are expected to have.
    """

    supplier: str
    depot: str
    due_on: date
    cost: int | None = None
    expires_on: date | None = None


async def order(unit: Unit, purchase_id: UUID, wanted: Order) -> Purchase | Refused:
    """Somebody has ordered what was proposed: from now on it is a planned delivery.

    Refused for one that is ordered or over, and for what no planned delivery may be.
    """
    before = await purchases.find(unit.session, purchase_id, lock=True)
    if before is None:
        return missing(f"purchase {purchase_id}")
    if before.status is not PurchaseStatus.PROPOSED:
        return conflict(f"This purchase is {before.status.value.replace('_', ' ')}.")
    goods = planning.PlannedGoods(
        depot=wanted.depot,
        item=before.item,
        quantity=before.quantity,
        due_on=wanted.due_on,
        reference=f"purchase {purchase_id}",
        expires_on=wanted.expires_on,
    )
    done = await planning.plan_deliveries(unit, [goods])
    if isinstance(done, Refused):
        return done
    row = PLANNED_DELIVERY.c
    mine = (row.depot == goods.depot, row.reference == goods.reference)
    plan = (await unit.session.execute(select(PLANNED_DELIVERY).where(*mine))).mappings().one()
    ordered = rules.costing(before, wanted.cost or before.cost)
    ordered = replace(ordered, supplier=wanted.supplier, planned_id=plan["id"])
    ordered = replace(ordered, ordered_on=unit.today, ordered_at=unit.now)
    return await tell(unit, before, rules.planned(ordered, purchases.plan_in(plan)))


@dataclass(frozen=True)
class Changes:
    """What is to be different about an ordered purchase; None leaves it as it is. `cost` is in minor units, for all
    that is to come, or that has come if that is all.
    """

    cost: int | None = None
    due_on: date | None = None
    supplier: str | None = None


async def change(unit: Unit, purchase_id: UUID, wanted: Changes) -> Purchase | Refused:
    """The supplier charges something else, or the goods come on another day. The cost may change after they came.

    Refused for one that is not ordered, or cancelled, and for another day once nothing more is to come.
    """
    found = await purchases.find(unit.session, purchase_id)
    if found is None:
        return missing(f"purchase {purchase_id}")
    if found.planned_id is None or found.status is PurchaseStatus.CANCELLED:
        return conflict(f"This purchase is {found.status.value}.")
    if wanted.due_on:
        # It locks the planned delivery, and the purchase after it, as goods that come in do.
        values = planning.NewValues(due_on=wanted.due_on)
        if isinstance(refused := await planning.change(unit, found.planned_id, values), Refused):
            return refused
    before = await purchases.find(unit.session, purchase_id, lock=True)
    if before is None or before.status is PurchaseStatus.CANCELLED:
        return conflict("This purchase was cancelled meanwhile.")
    after = rules.costing(before, wanted.cost) if wanted.cost else before
    return await tell(unit, before, replace(after, supplier=wanted.supplier or before.supplier))


async def cancel(unit: Unit, purchase_id: UUID) -> Purchase | Refused:
    """An order is given up before anything of it came: no more is to come, and its appeal has its money again.

    Refused for a proposal, which stands as long as its appeal is funded, and for one of which something came: then the
    planned delivery is closed, and what came stays.
    """
    found = await purchases.find(unit.session, purchase_id)
    if found is None:
        return missing(f"purchase {purchase_id}")
    if found.status is PurchaseStatus.PROPOSED:
        return conflict("A proposal stands as long as its appeal is funded: close the appeal instead.")
    if found.planned_id is None or found.status is PurchaseStatus.CANCELLED:
        return conflict("This purchase is cancelled.")
    closed = await planning.close(unit, found.planned_id, "cancelled")
    if isinstance(closed, Refused):
        return closed
    if closed["received"]:
        words = "Some of this purchase came: close its planned delivery, and change the cost, instead."
        return invalid(words, ("purchase_id", "is of goods that came in part"))
    return await purchases.find(unit.session, purchase_id) or missing(f"purchase {purchase_id}")
