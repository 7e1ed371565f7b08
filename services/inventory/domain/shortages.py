"""What is missing now of things that are given whole, and when it is worth telling. Pure."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID, uuid5

from services.inventory.domain.items import Kind
from shared.contracts.inventory import ShortageChanged

SHORTAGES = UUID("7c0e5c42-0b0f-5a53-9a3e-0f6b1d6f2c11")
"""Namespace: what is told of one item's shortage always has the same id."""

TOLD = (Kind.CLOTHING, Kind.KIT)
"""Kinds whose shortage is told. Of food the forecast says more: what is missing today is a part of it. A bed cannot be
bought, and its item's code may name a shelter."""


@dataclass(frozen=True)
class Shortage:
    """So much of an item is missing now, for so many households; `coming` is what planned deliveries still bring."""

    item: str
    kind: Kind
    unit: str
    missing: int = 0
    coming: int = 0
    households: int = 0


@dataclass(frozen=True)
class Said:
    """What was told of an item last, and on which day."""

    version: int = 0
    missing: int = 0
    coming: int = 0
    households: int = 0
    since: date | None = None
    on_day: date | None = None


def is_news(now: Shortage, said: Said, today: date) -> bool:
    """Whether the others are to be told.

    Within a day only of what passes a power of two, begins or is over: a thousand households that register on one day,
    each with a kit that is missing, make ten facts and not a thousand. Steps of a tenth would make seventy, and the
    next day tells the exact figure anyway. What planned deliveries bring is told at once: it changes by hand, rarely.
    """
    exact = (now.missing, now.coming, now.households) != (said.missing, said.coming, said.households)
    if now.missing == said.missing == 0:
        return False
    if said.on_day != today:
        return exact
    return now.missing.bit_length() != said.missing.bit_length() or now.coming != said.coming


def told(now: Shortage, said: Said, today: date) -> Said:
    """What was told of an item after it is told of this."""
    since = (said.since or today) if now.missing else None
    return Said(said.version + 1, now.missing, now.coming, now.households, since, today)


def fact_of(now: Shortage, said: Said) -> ShortageChanged:
    """What the others are told; `said` is what was told after this."""
    assert said.on_day, "it is told on a day"
    return ShortageChanged(
        shortage_id=uuid5(SHORTAGES, now.item),
        version=said.version,
        item=now.item,
        kind=now.kind.value,
        missing=now.missing,
        coming=now.coming,
        unit=now.unit,
        households=now.households,
        since=said.since,
        on=said.on_day,
    )
