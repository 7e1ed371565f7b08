"""What the demo found out, and the same as JSON."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from shared.cli.demo.chapter import Results


@dataclass(frozen=True)
class Area:
    """A measure of the plan; no target: as many as possible; no actual: nothing records it yet."""

    number: int
    measure: str
    words: str
    unit: str
    target: int | None
    actual: int | None


@dataclass(frozen=True)
class Found:
    """Everything that the demo shows. `settle_seconds`: from the last registration to the last reservation."""

    chapters: Sequence[Results]
    areas: Sequence[Area]
    settle_seconds: float
    parked: int

    @property
    def errors(self) -> int:
        return sum(each.errors for each in self.chapters)


def as_json(found: Found) -> dict[str, Any]:
    """The figures for programs, in base units, dates as text."""
    figures: dict[str, Any] = {}
    for each in found.chapters:
        figures |= each.as_json()
    areas = [_area(each) for each in found.areas]
    return {**figures, "areas": areas, "settle_seconds": found.settle_seconds}


def _area(area: Area) -> dict[str, Any]:
    return {
        "number": area.number,
        "measure": area.measure,
        "words": area.words,
        "unit": area.unit,
        "target": area.target,
        "actual": area.actual,
    }
