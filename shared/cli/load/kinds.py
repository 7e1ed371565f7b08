"""What a row of each sheet is."""

from abc import abstractmethod
from datetime import date, datetime
from typing import Annotated, Any, ClassVar, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from shared.cli.demo.pieces import Minor, ServiceName, price_body, whole_price
from shared.cli.demo.plan import delivery_reference, opening_reference
from shared.contracts.intake import ClothingSize
from shared.spreadsheets.dates import day_of
from shared.web.models import Currency

Code = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$", max_length=40)]
Name = Annotated[str, Field(min_length=1, max_length=100)]
Quantity = Annotated[int, Field(ge=1, le=10**12)]
Short = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]*$", max_length=23)]


def _day(value: Any) -> Any:
    """Pydantic takes a number for a date too, in seconds; nobody means that."""
    if isinstance(value, datetime):
        raise ValueError("is a date with a time of day: write the date alone")  # noqa: TRY004 - pydantic tells these alone
    return value if isinstance(value, date) else day_of(str(value))


Day = Annotated[date, BeforeValidator(_day)]


class Entry(BaseModel):
    """A row. `sheet` is where it stands in a plan file or a workbook."""

    model_config = ConfigDict(extra="forbid", frozen=True, coerce_numbers_to_str=True)
    sheet: ClassVar[str]

    @property
    @abstractmethod
    def key(self) -> object:
        """What no two rows of a sheet may share."""


class ItemRow(Entry):
    """Something the store keeps. `shelf_life_days`: opening stock without a date expires so long after it is loaded.
    `price` is what `per` base units cost, in minor units of the currency; a price that the store has already stays.
    """

    sheet: ClassVar[str] = "items"
    code: Code
    name: Name
    kind: Literal["food", "clothing", "kit", "bed", "part"]
    unit: Annotated[str, Field(pattern=r"^[a-z]{1,10}$")]
    season: Literal["summer", "winter"] | None = None
    size: ClothingSize | None = None
    shelf_life_days: Annotated[int, Field(ge=1)] | None = None
    price: Minor | None = None
    currency: Currency | None = None
    per: Quantity | None = None

    @model_validator(mode="after")
    def _fits_its_kind(self) -> "ItemRow":
        clothing = self.kind == "clothing"
        if clothing != (self.season is not None and self.size is not None):
            raise ValueError(
                "clothing has a season and a size" if clothing else f"{self.kind} has no season or size"
            )
        whole_price(self.price, self.currency, self.per)
        return self

    @property
    def priced(self) -> dict[str, Any] | None:
        """What the store is told of its price; None without one."""
        return price_body(self.code, self.price, self.currency, self.per)

    @property
    def key(self) -> object:
        return self.code


class DepotRow(Entry):
    sheet: ClassVar[str] = "depots"
    code: Code
    name: Name
    kind: Literal["depot", "shelter"]
    region: Code

    @property
    def key(self) -> object:
        return self.code


class KitRow(Entry):
    """How many of a part go into one kit."""

    sheet: ClassVar[str] = "kits"
    kit: Code
    part: Code
    quantity: Quantity

    @property
    def key(self) -> object:
        return self.kit, self.part


class OpeningRow(Entry):
    """What a depot has of an item when the work begins, in base units."""

    sheet: ClassVar[str] = "opening"
    depot: Code
    item: Code
    quantity: Quantity
    expires_on: Day | None = None

    @property
    def key(self) -> object:
        return self.depot, self.item, self.expires_on

    def reference(self, name: str) -> str:
        return opening_reference(name, self.depot, self.item, self.expires_on)


class DeliveryRow(Entry):
    """So much of an item that is to come to a depot on a day."""

    sheet: ClassVar[str] = "deliveries"
    name: Short
    depot: Code
    item: Code
    quantity: Quantity
    due_on: Day

    @property
    def key(self) -> object:
        return self.reference("")

    def reference(self, name: str) -> str:
        return delivery_reference(name, self.name, self.due_on, self.item)


class TargetRow(Entry):
    """A measure of one of the eight areas; without a target, as many as possible."""

    sheet: ClassVar[str] = "targets"
    service: ServiceName
    area: Annotated[int, Field(ge=1, le=8)]
    measure: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$", max_length=60)]
    words: Annotated[str, Field(min_length=1, max_length=200)]
    target: Annotated[int, Field(ge=0, le=10**15)] | None = None
    unit: Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_]{0,19}$")]

    @property
    def key(self) -> object:
        return self.measure


KINDS: tuple[type[Entry], ...] = (ItemRow, DepotRow, KitRow, OpeningRow, DeliveryRow, TargetRow)
SHEETS = {kind.sheet: kind for kind in KINDS}
