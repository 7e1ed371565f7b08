"""Goods that are to come are written down, changed, closed, and come in one part after another."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping, select, tuple_, update
from sqlalchemy.dialects.postgresql import insert
from uuid_utils.compat import uuid7

from services.inventory.commands.naming import unknown
from services.inventory.commands.proposing import follow_plan
from services.inventory.domain.days import keeps_too_long, never_due
from services.inventory.ledger import FORECAST
from services.inventory.repository import catalogue
from services.inventory.tables import PLANNED_DELIVERY
from shared.messaging.unit import Unit
from shared.outcomes import Refused, conflict, invalid, missing

ROW = PLANNED_DELIVERY.c


@dataclass(frozen=True)
class PlannedGoods:
    """So many base units of an item that are to come to a depot on a day; the reference is theirs alone in that depot.

    `expires_on` is the date that they are expected to have.
    """

    depot: str
    item: str
    quantity: int
    due_on: date
    reference: str
    expires_on: date | None = None


@dataclass(frozen=True)
class Planned:
    """How many planned deliveries were new."""

    new: int


async def plan_deliveries(unit: Unit, deliveries: Sequence[PlannedGoods]) -> Planned | Refused:
    """Write down deliveries that are to come; one that is known is left as it is.

    Refused, with nothing written down, for an unknown depot or item, for a new one whose day is past or that expires
    before it comes, for two of one reference that differ, and for a reference that is known with other values: `change`
    is for those.
    """
    items, depots = await catalogue.catalogue_of(unit), await catalogue.depots_of(unit)
    for each in deliveries:
        if refused := unknown(items, depots, [each.depot], [each.item], coming=True):
            return refused
    wanted = {(each.depot, each.reference): each for each in deliveries}
    if any(wanted[each.depot, each.reference] != each for each in deliveries):
        words = "Two deliveries to one depot have the same reference and differ."
        return invalid(words, ("deliveries", "names a reference twice"))
    rows = [{"id": uuid7(), "actor": unit.actor.id, **asdict(each)} for _, each in sorted(wanted.items())]
    adding = (
        insert(PLANNED_DELIVERY).values(rows).on_conflict_do_nothing(index_elements=["depot", "reference"])
    )
    found = await unit.session.execute(adding.returning(ROW.depot, ROW.reference))
    added = {(depot, reference) for depot, reference in found}
    if refused := await _differ(unit, [each for key, each in wanted.items() if key not in added]):
        return refused
    for key in sorted(added):
        each = wanted[key]
        if refused := never_due(each.due_on, unit.today) or _unfit(each.due_on, each.expires_on, unit.today):
            return refused
    unit.remind(FORECAST)
    return Planned(len(added))


async def _differ(unit: Unit, known: Sequence[PlannedGoods]) -> Refused | None:
    """Refused if a known reference was planned with other values."""
    keys = [(each.depot, each.reference) for each in known]
    found = await unit.session.execute(
        select(PLANNED_DELIVERY).where(tuple_(ROW.depot, ROW.reference).in_(keys))
    )
    rows = {(row["depot"], row["reference"]): row for row in found.mappings()}
    others = [
        f"{each.reference} for {each.depot}"
        for each in known
        if any(rows[each.depot, each.reference][name] != value for name, value in asdict(each).items())
    ]
    if not others:
        return None
    words = "Some references are planned already with other values: change those planned deliveries instead."
    return conflict(f"{words} They are: {', '.join(sorted(others)[:20])}.")


def _unfit(due: date, until: date | None, today: date) -> Refused | None:
    """Why goods that come on this day cannot have that date; None if they can."""
    if until and until < due:
        return invalid("What is to come cannot be past its date then.", ("expires_on", f"is before {due}"))
    return keeps_too_long(until, today) if until else None


@dataclass(frozen=True)
class NewValues:
    """What is to be different about a planned delivery; None leaves it as it is."""

    quantity: int | None = None
    due_on: date | None = None
    expires_on: date | None = None


async def change(unit: Unit, planned: UUID, values: NewValues) -> RowMapping | Refused:
    """Give a planned delivery a new quantity or new dates.

    Refused for an unknown one, one that is over, a day in the past, and for less than has come.
    """
    plan = await _open_plan(unit, planned)
    if isinstance(plan, Refused):
        return plan
    new = {name: value for name, value in vars(values).items() if value is not None}
    if values.due_on and (refused := never_due(values.due_on, unit.today)):
        return refused
    stands = {**plan, **new}
    if refused := _unfit(stands["due_on"], stands["expires_on"], unit.today):
        return refused
    if new.get("quantity", plan["quantity"]) < plan["received"]:
        return invalid(f"{plan['received']:,} have come already.", ("quantity", "is less than has come"))
    if new.get("quantity") == plan["received"]:
        new["received_on"] = unit.today
    return await _set(unit, planned, {**new, "actor": unit.actor.id})


async def close(unit: Unit, planned: UUID, reason: str) -> RowMapping | Refused:
    """No more comes of a planned delivery, for a reason that is a code. Refused for one that is unknown or over."""
    plan = await _open_plan(unit, planned)
    if isinstance(plan, Refused):
        return plan
    return await _set(
        unit, planned, {"closed_on": unit.today, "closed_reason": reason, "actor": unit.actor.id}
    )


async def arrived(unit: Unit, planned: UUID, depot: str, came: Mapping[str, int]) -> Refused | None:
    """Some of a planned delivery came in today, or all of it; of other items that came with it nothing is known here.

    Refused for an unknown one, one that is over or for another depot, and if nothing of its item came.
    """
    plan = await _open_plan(unit, planned)
    if isinstance(plan, Refused):
        return plan
    name = f"The planned delivery {plan['reference']}"
    if plan["depot"] != depot:
        return invalid(f"{name} is for {plan['depot']}, not {depot}.")
    if not came.get(plan["item"]):
        return invalid(
            f"{name} is of {plan['item']}; nothing of it came.", ("lines", f"have no {plan['item']}")
        )
    received = plan["received"] + came[plan["item"]]
    whole = received >= plan["quantity"]
    await _set(unit, planned, {"received": received, "received_on": unit.today if whole else None})
    return None


async def gone_again(unit: Unit, planned: UUID, item: str, quantity: int) -> None:
    """What came of a planned delivery was undone: it is open again, unless somebody closed it."""
    mine = (ROW.id == planned, ROW.item == item)
    plan = (
        (await unit.session.execute(select(PLANNED_DELIVERY).where(*mine).with_for_update()))
        .mappings()
        .first()
    )
    if plan:
        received = max(0, plan["received"] - quantity)
        whole = plan["received_on"] if received >= plan["quantity"] else None
        await _set(unit, planned, {"received": received, "received_on": whole})


async def _open_plan(unit: Unit, planned: UUID) -> RowMapping | Refused:
    """A planned delivery, locked; refused if there is none, or if nothing is to come of it any more."""
    found = await unit.session.execute(select(PLANNED_DELIVERY).where(ROW.id == planned).with_for_update())
    plan: RowMapping | None = found.mappings().one_or_none()
    if plan is None:
        return missing(f"planned delivery {planned}")
    name = f"The planned delivery {plan['reference']}"
    if plan["received_on"] is not None:
        return conflict(f"{name} came in on {plan['received_on']}.")
    if plan["closed_on"] is not None:
        return conflict(f"{name} was closed on {plan['closed_on']}.")
    return plan


async def _set(unit: Unit, planned: UUID, values: Mapping[str, Any]) -> RowMapping:
    changed = update(PLANNED_DELIVERY).where(ROW.id == planned).values(values).returning(PLANNED_DELIVERY)
    unit.remind(FORECAST)
    row: RowMapping = (await unit.session.execute(changed)).mappings().one()
    await follow_plan(unit, row)
    return row
