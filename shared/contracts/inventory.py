"""What inventory says: supplies set aside, missing, handed out or free again, and what will run out."""

from datetime import date
from typing import Annotated, ClassVar
from uuid import UUID

from pydantic import Field

from shared.contracts.base import Contract, Part

Quantity = Annotated[int, Field(ge=0, le=10**12)]
Code = Annotated[str, Field(max_length=40)]
UnitName = Annotated[str, Field(max_length=20)]
Words = Annotated[str, Field(max_length=300)]


class SupplyLine(Part):
    """So much of one item, in base units (grams, sets, kits, places); `reason` is for people."""

    item: Code
    quantity: Quantity
    unit: UnitName
    depot: Code | None = None
    reason: Words = ""


class HouseholdSupplies(Contract):
    """Lines of one household; `on` is the service's day."""

    household_id: UUID
    on: date
    lines: tuple[SupplyLine, ...]

    @property
    def subject(self) -> UUID:
        return self.household_id


class SuppliesReserved(HouseholdSupplies):
    """These quantities are newly set aside for the household."""

    wire: ClassVar[str] = "inventory.supplies_reserved.v1"


class SuppliesBackordered(HouseholdSupplies):
    """These quantities are missing now; they follow by themselves when goods arrive."""

    wire: ClassVar[str] = "inventory.supplies_backordered.v1"


class SuppliesDelivered(HouseholdSupplies):
    """These quantities were handed out."""

    wire: ClassVar[str] = "inventory.supplies_delivered.v1"


class SuppliesReleased(HouseholdSupplies):
    """These quantities are no longer set aside: closed, left, cancelled, not fetched, or dealt again."""

    wire: ClassVar[str] = "inventory.supplies_released.v1"


class RationLapsed(HouseholdSupplies):
    """Food that was missing for a day now past; `on` is that day. It is unmet need, not a debt."""

    wire: ClassVar[str] = "inventory.ration_lapsed.v1"


class DayShort(Part):
    """A day on which not everybody can eat, and by how many grams."""

    on: date
    grams: Quantity


class ShortfallForecast(Contract):
    """What will be missing within the horizon. Said once, and again only when it changes; no days means it is over."""

    wire: ClassVar[str] = "inventory.shortfall_forecast.v1"

    forecast_id: UUID
    item: Code
    made_on: date
    until: date
    runs_out_on: date | None
    short_days: tuple[DayShort, ...]

    @property
    def subject(self) -> UUID:
        return self.forecast_id
