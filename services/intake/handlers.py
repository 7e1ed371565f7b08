"""What inventory says about a household goes to its timeline; its first answer makes the household active."""

from collections.abc import Sequence

from services.intake import repository
from services.intake.domain.timeline import Entry, entry_of
from shared.contracts.inventory import (
    HouseholdSupplies,
    RationLapsed,
    SuppliesBackordered,
    SuppliesDelivered,
    SuppliesReleased,
    SuppliesReserved,
)
from shared.messaging.consumer import Hears
from shared.messaging.unit import Unit


async def on_supplies_reserved(facts: list[SuppliesReserved], unit: Unit) -> None:
    """An answer: the household is active from now on."""
    await _keep(facts, unit)
    await _activate(facts, unit)


async def on_supplies_backordered(facts: list[SuppliesBackordered], unit: Unit) -> None:
    """An answer too: what is missing is known and waits."""
    await _keep(facts, unit)
    await _activate(facts, unit)


async def on_supplies_delivered(facts: list[SuppliesDelivered], unit: Unit) -> None:
    await _keep(facts, unit)


async def on_supplies_released(facts: list[SuppliesReleased], unit: Unit) -> None:
    await _keep(facts, unit)


async def on_ration_lapsed(facts: list[RationLapsed], unit: Unit) -> None:
    await _keep(facts, unit)


HANDLERS = (
    Hears(SuppliesReserved, on_supplies_reserved),
    Hears(SuppliesBackordered, on_supplies_backordered),
    Hears(SuppliesDelivered, on_supplies_delivered),
    Hears(SuppliesReleased, on_supplies_released),
    Hears(RationLapsed, on_ration_lapsed),
)


async def _keep(facts: Sequence[HouseholdSupplies], unit: Unit) -> None:
    await repository.add_entries(unit.session, [entry_of(fact, unit.now) for fact in facts])


async def _activate(facts: Sequence[HouseholdSupplies], unit: Unit) -> None:
    became = await repository.activate(unit.session, {fact.household_id for fact in facts})
    words = "Active: inventory has answered."
    await repository.add_entries(
        unit.session, [Entry(each, unit.now, unit.today, "intake.status", words) for each in became]
    )
