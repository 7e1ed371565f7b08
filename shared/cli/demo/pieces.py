"""What a plan file is made of."""

from datetime import date
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from shared.contracts import SERVICES
from shared.contracts.intake import ClothingSize
from shared.web.models import Currency

Code = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9-]*$", max_length=40)]
Name = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]*$", max_length=23)]
Quantity = Annotated[int, Field(ge=1, le=10**12, strict=True)]
Minor = Annotated[int, Field(ge=1, le=10**13)]
Lines = Annotated[dict[Code, Quantity], Field(min_length=1)]


def _service(name: str) -> str:
    if name not in SERVICES:
        raise ValueError(f"there is no service {name}")
    return name


ServiceName = Annotated[str, AfterValidator(_service)]


NOT_OF_THE_CATALOGUE = frozenset({"shelf_life_days", "price", "currency", "per"})
"""What a file says of an item beside what inventory's catalogue keeps."""


def whole_price(price: int | None, currency: str | None, per: int | None) -> None:
    """Raise ValueError for half a price."""
    if (price is None) != (currency is None) or (price is None and per is not None):
        raise ValueError("a price has a currency too, and `per` only says what it is the price of")


def price_body(code: str, price: int | None, currency: str | None, per: int | None) -> dict[str, Any] | None:
    """What inventory is told of an item's price; None without one."""
    return None if price is None else {"item": code, "amount": price, "currency": currency, "per": per or 1}


class Piece(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Item(Piece):
    """One thing the store keeps. `shelf_life_days`: it expires so many days after it came. `price` is what `per` base
    units of it cost, in minor units of the currency (yen, cents).
    """

    code: Code
    name: str
    kind: Literal["food", "clothing", "kit", "bed", "part"]
    unit: str
    season: Literal["summer", "winter"] | None = None
    size: ClothingSize | None = None
    shelf_life_days: Annotated[int, Field(ge=1)] | None = None
    price: Minor | None = None
    currency: Currency | None = None
    per: Quantity | None = None

    @model_validator(mode="after")
    def _has_a_whole_price(self) -> Self:
        whole_price(self.price, self.currency, self.per)
        return self

    @property
    def priced(self) -> dict[str, Any] | None:
        """What inventory is told of its price; None without one."""
        return price_body(self.code, self.price, self.currency, self.per)


class Depot(Piece):
    code: Code
    name: str
    kind: Literal["depot", "shelter"]
    region: Code


class Kit(Piece):
    """What goes into one kit, and where it is put together."""

    kit: Code
    depot: Code
    parts: Lines


class Opening(Piece):
    """What one depot has on the first day, in base units by item; all of it expires on the day given, if one is."""

    depot: Code
    lines: Lines
    expires_on: date | None = None


class Deliveries(Piece):
    """The same goods to the same depot on each of the days, in base units by item.

    With `comes_on = "never"` they are planned like all others, and do not come: the demo shows what follows.
    """

    name: Name
    depot: Code
    due_on: Annotated[tuple[date, ...], Field(min_length=1)]
    comes_on: Literal["never"] | None = None
    lines: Lines


class Target(Piece):
    """A measure of one of the eight areas, kept by one service; without a target the words say what is asked."""

    service: ServiceName
    area: Annotated[int, Field(ge=1, le=8)]
    measure: str
    words: str
    target: Annotated[int, Field(ge=0)] | None = None
    unit: str
