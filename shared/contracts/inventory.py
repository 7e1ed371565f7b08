"""What inventory says: supplies set aside, missing, handed out or free again; what is short, costs, and is bought."""

from datetime import date
from enum import StrEnum
from typing import Annotated, ClassVar
from uuid import UUID

from pydantic import Field

from shared.contracts.base import Contract, Money, Part, Version

Quantity = Annotated[int, Field(ge=0, le=10**12)]
Code = Annotated[str, Field(max_length=40, pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$")]
UnitName = Annotated[str, Field(max_length=10, pattern=r"^[a-z]*$")]
ReasonCode = Annotated[str, Field(max_length=40, pattern=r"^[a-z][a-z0-9_]*$")]

BED = "bed"
"""What every bed is called on the wire, so that no item's code tells of a shelter."""


class Why(StrEnum):
    """The known reasons, each with its numbers. On the wire a reason is text: one that is not known is OTHER."""

    OTHER = "other"
    ALL_DAYS = "all_days"
    """Food for all `of` days."""
    SOME_DAYS = "some_days"
    """Food for `number` of `of` days. `short` grams are missing from the day `on`, `unmet` were on days past."""
    DAYS_OVER = "days_over"
    """The ration's days are past: food for `number` of `of` days was fetched, `unmet` grams were missing."""
    DAY_PAST = "day_past"
    """It was missing on a day that is past."""
    SET_ASIDE = "set_aside"
    FROM_AFAR = "from_afar"
    """From a depot of another region, for want of a nearer one."""
    LARGER = "larger"
    """Clothing one size up, for want of the size that was asked for."""
    LARGER_FROM_AFAR = "larger_from_afar"
    BED_FOUND = "bed_found"
    BEDS_TOGETHER = "beds_together"
    """`number` beds in one shelter."""
    BEDS_APART = "beds_apart"
    """No shelter has `number` beds free."""
    NO_BED = "no_bed"
    NONE_LEFT = "none_left"
    NO_SIZE_LEFT = "no_size_left"
    """Neither the size that was asked for nor the next one up."""
    SIZE_UNKNOWN = "size_unknown"
    NOT_IN_CATALOGUE = "not_in_catalogue"
    TAKEN_BACK = "taken_back"
    """`number` were set aside and are no longer there."""
    HOUSEHOLD_CLOSED = "household_closed"
    NOBODY_LEFT = "nobody_left"
    MEMBER_LEFT = "member_left"
    FEWER_PEOPLE = "fewer_people"
    NOT_ASKED = "not_asked"
    OTHER_SIZE = "other_size"
    MOVED = "moved"
    NOT_FETCHED = "not_fetched"
    """Nobody came for it by the day `on`."""
    CANCELLED = "cancelled"


class Reason(Part):
    """Why, as a code with its numbers; whoever shows it has words for it."""

    code: ReasonCode = Why.OTHER.value
    number: Quantity | None = None
    of: Quantity | None = None
    short: Quantity | None = None
    unmet: Quantity | None = None
    on: date | None = None


class SupplyLine(Part):
    """So much of one item, in base units (grams, sets, kits, places).

    `depot` is where it is to be fetched. Beds have none, and all are called BED: no shelter is named on the wire.
    """

    item: Code
    quantity: Quantity
    unit: UnitName
    depot: Code | None = None
    reason: Reason = Reason()


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


class HandOutUndone(HouseholdSupplies):
    """These quantities were never handed out: a hand-out was written down by mistake and is undone, as a whole.

    They are set aside again, which `SuppliesReserved` says.
    """

    wire: ClassVar[str] = "inventory.handout_undone.v1"

    hand_out_id: UUID


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
    """What will be missing within the horizon, summed over the depots. Said once, and again only when it changes; no
    days means it is over.

    `short_days_after_transfers` is what would still be missing if what one depot can spare were moved to those that go
    short; None was said before there was such a figure.
    """

    wire: ClassVar[str] = "inventory.shortfall_forecast.v1"

    forecast_id: UUID
    item: Code
    made_on: date
    until: date
    runs_out_on: date | None
    short_days: tuple[DayShort, ...]
    short_days_after_transfers: tuple[DayShort, ...] | None = None

    @property
    def subject(self) -> UUID:
        return self.forecast_id


class ItemPriced(Contract):
    """What `per` base units of an item cost, whole: a later version replaces an earlier one.

    A quantity costs `quantity * price / per`, rounded up to the next minor unit, once, at the total.
    """

    wire: ClassVar[str] = "inventory.item_priced.v1"

    price_id: UUID
    version: Version
    item: Code
    price: Money
    per: Annotated[int, Field(ge=1, le=10**12)]
    unit: UnitName
    on: date

    @property
    def subject(self) -> UUID:
        return self.price_id


class ShortageChanged(Contract):
    """What is missing now of an item that is given whole (clothing, kits), whole: a later version replaces an earlier
    one; `missing` 0 means it is over.

    `coming` is what planned deliveries still bring; how far it covers what is missing is for the consumer to say.
    `households` wait, and somebody has waited since the day `since`. `kind` is the item's. Of food the forecast says
    more, and of beds nothing is told.
    """

    wire: ClassVar[str] = "inventory.shortage_changed.v1"

    shortage_id: UUID
    version: Version
    item: Code
    kind: ReasonCode
    missing: Quantity
    coming: Quantity = 0
    unit: UnitName
    households: Annotated[int, Field(ge=0, le=2**31 - 1)]
    since: date | None = None
    on: date

    @property
    def subject(self) -> UUID:
        return self.shortage_id


class CameLine(Part):
    """So much of one item, in base units; all beds are called BED."""

    item: Code
    quantity: Quantity
    unit: UnitName


class GoodsReceived(Contract):
    """What came in under one receipt and was not undone since, whole: a later version replaces an earlier one.

    Without lines all of it was undone. Each item stands in one line. Where the goods came to, and what has become of
    them, is not told.
    """

    wire: ClassVar[str] = "inventory.goods_received.v1"

    receipt_id: UUID
    version: Version
    lines: Annotated[tuple[CameLine, ...], Field(max_length=500)]
    received_on: date
    on: date

    @property
    def subject(self) -> UUID:
        return self.receipt_id


class PurchaseStatus(StrEnum):
    """The known states of a purchase. On the wire it is text."""

    PROPOSED = "proposed"
    """The money is there; nobody has ordered yet."""
    ORDERED = "ordered"
    ARRIVED_PART = "arrived_part"
    ARRIVED = "arrived"
    """All came, or staff said that no more comes."""
    CANCELLED = "cancelled"
    """Given up before anything of it came, or all that came was undone after it was closed."""


class PurchaseLine(Part):
    """So much of one item, and how much of that has come, in base units."""

    item: Code
    quantity: Quantity
    arrived: Quantity = 0
    unit: UnitName


class PurchaseChanged(Contract):
    """Goods that are bought for an appeal, whole: a later version replaces an earlier one.

    `cost` is what all of it costs, and `supplier` a code, none before it is ordered.
    """

    wire: ClassVar[str] = "inventory.purchase_changed.v1"

    purchase_id: UUID
    version: Version
    appeal_id: UUID | None = None
    status: ReasonCode
    supplier: Code | None = None
    lines: Annotated[tuple[PurchaseLine, ...], Field(max_length=50)]
    cost: Money
    due_on: date | None = None
    on: date

    @property
    def subject(self) -> UUID:
        return self.purchase_id
