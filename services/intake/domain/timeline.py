"""A household's timeline: what other services said about it and what became of it here, in words.

`TOLD` is the table from contract to words: whoever has intake hear another contract adds a line to it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from services.intake.domain.households import Outcome
from services.intake.domain.wording import why_words
from shared.contracts.inventory import (
    HandOutUndone,
    HouseholdSupplies,
    RationLapsed,
    SuppliesBackordered,
    SuppliesDelivered,
    SuppliesReleased,
    SuppliesReserved,
    SupplyLine,
)
from shared.principals import service_principal
from shared.words import many

LONGEST_SUMMARY = 1000


@dataclass(frozen=True)
class Words:
    """How a timeline tells a fact: `opening` and then its lines.

    A fact that `answers` says what became of a household's needs: the first one makes a registered household active.
    """

    opening: str
    answers: bool = False


TOLD: Mapping[type[HouseholdSupplies], Words] = {
    SuppliesReserved: Words("Set aside", answers=True),
    SuppliesBackordered: Words("Missing", answers=True),
    SuppliesDelivered: Words("Handed out"),
    HandOutUndone: Words("Not handed out after all"),
    SuppliesReleased: Words("No longer set aside"),
    RationLapsed: Words("Not eaten that day"),
}


@dataclass(frozen=True)
class Entry:
    """One line of a timeline: `on` is the day it is about, `at` when it was written down, `actor` who did it."""

    household_id: UUID
    at: datetime
    on: date
    contract: str
    actor: str
    summary: str
    data: dict[str, Any] = field(default_factory=dict)


def line_of(fact: Any, at: datetime, summary: str) -> dict[str, Any]:
    """What another service said, as a line of a timeline or a history, kept whole; the actor is that service."""
    return {
        "at": at,
        "on": fact.on,
        "contract": fact.wire,
        "actor": service_principal(fact.publisher()).id,
        "summary": summary,
        "data": fact.model_dump(mode="json"),
    }


def entry_of(fact: HouseholdSupplies, at: datetime) -> Entry:
    """What inventory said of supplies, as a line of the timeline."""
    lines = "; ".join(_words(line) for line in fact.lines) or "nothing"
    summary = shortened(f"{TOLD[type(fact)].opening}: {lines}.")
    return Entry(household_id=fact.household_id, **line_of(fact, at, summary))


def closed_words(outcome: Outcome) -> str:
    return f"Closed: {outcome.value.replace('_', ' ')}."


def grown_words(count: int) -> str:
    """Some members came into another age band; which ones, and what their age is, stays out of the timeline."""
    return f"{'A member is' if count == 1 else f'{count} members are'} now in another age group."


def people_words(count: int) -> str:
    return many(count, "person", "people")


def shortened(words: str) -> str:
    return words if len(words) <= LONGEST_SUMMARY else words[: LONGEST_SUMMARY - 1] + "…"


def _words(line: SupplyLine) -> str:
    unit = "" if line.unit == line.item else f" {line.unit}"
    where = f" at {line.depot}" if line.depot else ""
    why = f" ({told})" if (told := why_words(line.reason)) else ""
    return f"{line.item} {line.quantity:,}{unit}{where}{why}"
