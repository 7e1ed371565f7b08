"""A household's timeline: what other services said about it and what became of it here, in words."""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from shared.contracts.intake import Outcome
from shared.contracts.inventory import (
    HouseholdSupplies,
    RationLapsed,
    SuppliesBackordered,
    SuppliesDelivered,
    SuppliesReleased,
    SuppliesReserved,
    SupplyLine,
)

LONGEST_SUMMARY = 1000
OPENINGS: dict[type[HouseholdSupplies], str] = {
    SuppliesReserved: "Set aside",
    SuppliesBackordered: "Missing",
    SuppliesDelivered: "Handed out",
    SuppliesReleased: "No longer set aside",
    RationLapsed: "Not eaten that day",
}


@dataclass(frozen=True)
class Entry:
    """One line of a timeline. `on` is the day it is about, `at` when it was written down."""

    household_id: UUID
    at: datetime
    on: date
    contract: str
    summary: str
    data: dict[str, Any] = field(default_factory=dict)


def entry_of(fact: HouseholdSupplies, at: datetime) -> Entry:
    """What inventory said, kept whole."""
    opening = OPENINGS[type(fact)]
    lines = "; ".join(_words(line) for line in fact.lines) or "nothing"
    summary = shortened(f"{opening}: {lines}.")
    return Entry(fact.household_id, at, fact.on, fact.wire, summary, fact.model_dump(mode="json"))


def closed_words(outcome: Outcome) -> str:
    return f"Closed: {outcome.value.replace('_', ' ')}."


def shortened(words: str) -> str:
    return words if len(words) <= LONGEST_SUMMARY else words[: LONGEST_SUMMARY - 1] + "…"


def _words(line: SupplyLine) -> str:
    unit = "" if line.unit == line.item else f" {line.unit}"
    where = f" at {line.depot}" if line.depot else ""
    why = f" ({line.reason})" if line.reason else ""
    return f"{line.item} {line.quantity:,}{unit}{where}{why}"
