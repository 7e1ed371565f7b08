"""The plan that the demo loads: a TOML file, read and checked before anything is sent."""

import hashlib
import tomllib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Annotated, Self

from pydantic import Field, ValidationError, model_validator

from shared.cli import Trouble
from shared.cli.demo.pieces import Deliveries, Depot, Item, Kit, Name, Opening, Piece, Target
from shared.cli.files import text_of
from shared.plainly import reason_of

LONGEST_REFERENCE = 100


@dataclass(frozen=True)
class Delivery:
    """One item that is to come to one depot on one day; `reference` is its own and always the same."""

    name: str
    reference: str
    depot: str
    item: str
    quantity: int
    due_on: date
    comes: bool = True


class Plan(Piece):
    """A whole plan: targets, catalogue, opening stock and planned deliveries.

    `name` marks all that is loaded from it. Households come to fetch on the `fetch_days` of each month, on its
    first day, when there are new rations, and whenever goods come. The demo lives on after the winter, until
    `lives_until`, if that is given.
    """

    name: Name
    title: str
    first_day: date
    last_day: date
    winter_from: date
    winter_until: date
    lives_until: date | None = None
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
        if self.lives_until and self.lives_until < self.winter_until:
            raise ValueError(
                f"the demo would end on {self.lives_until}, before the winter on {self.winter_until}"
            )
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
                    comes = delivery.comes_on != "never"
                    yield Delivery(delivery.name, reference, delivery.depot, item, quantity, day, comes)

    def coming(self) -> Iterator[Delivery]:
        """The planned deliveries that come, all on their day."""
        return (each for each in self.planned() if each.comes)

    def foods_late_on(self, day: date) -> list[Delivery]:
        """Food that is late from this day on, because it was due the day before and does not come."""
        due = day - timedelta(days=1)
        return [
            each
            for each in self.planned()
            if not each.comes and each.due_on == due and self._is_food(each.item)
        ]

    def _is_food(self, code: str) -> bool:
        return any(item.code == code and item.kind == "food" for item in self.items)

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
        return day.day == 1 or day.day in self.fetch_days

    def next_fetch_day(self, day: date) -> date:
        """The first day after `day` on which households come again: nobody takes food home for days after it.

        Households come when food comes, too. If they had taken all of the old sacks home before, then what comes with
        an earlier date would lie until it is thrown out.
        """
        food = {each.due_on for each in self.coming() if self._is_food(each.item)}
        later = day + timedelta(days=1)
        while not self.fetches_on(later) and later not in food:
            later += timedelta(days=1)
        return later


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
        yield f"  {place}: {reason_of(each)}"
