"""The plan that the demo loads: a TOML file, read and checked before anything is sent."""

import hashlib
import tomllib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator

from shared.cli import Trouble
from shared.cli.files import text_of
from shared.contracts import SERVICES
from shared.contracts.intake import ClothingSize

LONGEST_REFERENCE = 100
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
    """The same goods to the same depot on each of the days, in base units by item."""

    name: Name
    depot: Code
    due_on: Annotated[tuple[date, ...], Field(min_length=1)]
    lines: Lines


class Target(Piece):
    """A measure of one of the eight areas, kept by one service; without a target the words say what is asked."""

    service: ServiceName
    area: Annotated[int, Field(ge=1, le=8)]
    measure: str
    words: str
    target: Annotated[int, Field(ge=0)] | None = None
    unit: str


@dataclass(frozen=True)
class Delivery:
    """One item that is to come to one depot on one day; `reference` is its own and always the same."""

    name: str
    reference: str
    depot: str
    item: str
    quantity: int
    due_on: date


class Plan(Piece):
    """A whole plan: targets, catalogue, opening stock and planned deliveries.

    `name` marks all that is loaded from it. Households come to fetch on the `fetch_days` of each month.
    """

    name: Name
    title: str
    first_day: date
    last_day: date
    winter_from: date
    winter_until: date
    fetch_days: Annotated[tuple[Annotated[int, Field(ge=1, le=28)], ...], Field(min_length=1)]
    items: Annotated[tuple[Item, ...], Field(min_length=1)]
    depots: Annotated[tuple[Depot, ...], Field(min_length=1)]
    kits: tuple[Kit, ...] = ()
    opening: tuple[Opening, ...] = ()
    deliveries: tuple[Deliveries, ...] = ()
    targets: tuple[Target, ...] = ()

    @model_validator(mode="after")
    def _hangs_together(self) -> Self:
        if self.last_day < self.first_day:
            raise ValueError(f"the plan ends on {self.last_day}, before it begins on {self.first_day}")
        if not any(item.kind == "food" for item in self.items):
            raise ValueError("the plan has no food")
        items, depots = {item.code for item in self.items}, {depot.code for depot in self.depots}
        for what, codes in (
            ("item", [item.code for item in self.items]),
            ("depot", [depot.code for depot in self.depots]),
            ("opening stock of", [f"{each.depot} {each.expires_on or ''}".strip() for each in self.opening]),
            ("kit", [kit.kit for kit in self.kits]),
            ("delivery", [delivery.reference for delivery in self.planned()]),
            ("measure", [target.measure for target in self.targets]),
        ):
            if twice := [code for code, count in Counter(codes).items() if count > 1]:
                raise ValueError(f"{what} {twice[0]} is given twice")
        for depot, lines in (
            *((s.depot, s.lines) for s in self.opening),
            *((d.depot, d.lines) for d in self.deliveries),
        ):
            _known(depot, depots, "depot")
            for item in lines:
                _known(item, items, "item")
        for kit in self.kits:
            _known(kit.depot, depots, "depot")
            for item in (kit.kit, *kit.parts):
                _known(item, items, "item")
        return self

    def planned(self) -> Iterator[Delivery]:
        """Each planned delivery by itself, a line each."""
        for delivery in self.deliveries:
            for day in delivery.due_on:
                for item, quantity in delivery.lines.items():
                    reference = delivery_reference(self.name, delivery.name, day, item)
                    yield Delivery(delivery.name, reference, delivery.depot, item, quantity, day)

    def owns(self, reference: str) -> bool:
        """Whether a delivery with this reference was loaded from this plan."""
        return reference.startswith(f"{self.name}/")

    @property
    def food(self) -> Item:
        """What rations are made of: the plan's first food."""
        return next(item for item in self.items if item.kind == "food")

    def targets_of(self, service: str) -> list[Target]:
        return [target for target in self.targets if target.service == service]

    def expires_on(self, item: str, received: date) -> date | None:
        """When goods that came on that day expire; None for what keeps."""
        life = next(each.shelf_life_days for each in self.items if each.code == item)
        return received + timedelta(days=life) if life else None

    def fetches_on(self, day: date) -> bool:
        return day.day in self.fetch_days

    def next_fetch_day(self, day: date) -> date:
        """The first fetch day after `day`."""
        later = day + timedelta(days=1)
        while not self.fetches_on(later):
            later += timedelta(days=1)
        return later

    def kits_from(self, kit: Kit, day: date, first: date) -> int:
        """How many more kits the parts that come on `day` allow, with what was left over from before.

        The opening stock is there on `first`; what was due before that never comes.
        """
        before = self._kits_until(kit, day - timedelta(days=1), first) if day > first else 0
        return self._kits_until(kit, day, first) - before

    def _kits_until(self, kit: Kit, day: date, first: date) -> int:
        come: Counter[str] = Counter()
        for stock in self.opening:
            if stock.depot == kit.depot:
                come.update(stock.lines)
        for delivery in self.planned():
            if delivery.depot == kit.depot and first <= delivery.due_on <= day:
                come[delivery.item] += delivery.quantity
        return min(come[part] // quantity for part, quantity in kit.parts.items())


def delivery_reference(plan: str, name: str, due_on: date, item: str) -> str:
    """The reference of a planned delivery; loaded again, it is the same one."""
    return f"{plan}/{name}/{due_on}/{item}"


def opening_reference(plan: str, depot: str, item: str, expires_on: date | None) -> str:
    """The reference under which an item is received into a depot as opening stock, at most 100 characters."""
    whole = f"{plan}/opening/{depot}/{item}" + (f"/{expires_on}" if expires_on else "")
    digest = hashlib.sha256(whole.encode()).hexdigest()[:24]
    return whole if len(whole) <= LONGEST_REFERENCE else f"{whole[: LONGEST_REFERENCE - 25]}/{digest}"


def _known(code: str, known: set[str], what: str) -> None:
    if code not in known:
        raise ValueError(f"there is no {what} {code} in the plan")


def load_plan(path: Path) -> Plan:
    """The plan in a TOML file. Trouble, naming the place and the reason, if it cannot be taken."""
    try:
        return Plan.model_validate(tomllib.loads(text_of(path, "The plan")))
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise Trouble(f"The plan {path} is not TOML: {error}.") from None
    except ValidationError as error:
        raise Trouble(f"The plan {path} cannot be taken:\n" + "\n".join(_reasons(error))) from None


def _reasons(error: ValidationError) -> Iterator[str]:
    for each in error.errors(include_url=False, include_input=False):
        place = ".".join(str(part) for part in each["loc"]) or "plan"
        yield f"  {place}: {each['msg'].removeprefix('Value error, ')}"
