"""What a plan file is made of."""

from datetime import date
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from shared.contracts import SERVICES
from shared.contracts.intake import ClothingSize

Code = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9-]*$", max_length=40)]
Name = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]*$", max_length=23)]
Quantity = Annotated[int, Field(ge=1, le=10**12, strict=True)]
Lines = Annotated[dict[Code, Quantity], Field(min_length=1)]


def _service(name: str) -> str:
    if name not in SERVICES:
        raise ValueError(f"there is no service {name}")
    return name


ServiceName = Annotated[str, AfterValidator(_service)]


class Piece(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Item(Piece):
    """One thing the store keeps. `shelf_life_days`: it expires so many days after it came."""

    code: Code
    name: str
    kind: Literal["food", "clothing", "kit", "bed", "part"]
    unit: str
    season: Literal["summer", "winter"] | None = None
    size: ClothingSize | None = None
    shelf_life_days: Annotated[int, Field(ge=1)] | None = None


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
