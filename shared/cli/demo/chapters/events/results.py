"""What events' chapter found out: figures, tables, JSON."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from rich.table import Table

from shared.cli.demo.chapter import Results
from shared.cli.demo.tables import NUMBERS, table, words_of


@dataclass(frozen=True)
class Gathering:
    """A gathering as figures: how many asked for a seat, how many came, and how many of these were no members."""

    kind: str
    status: str
    day: str
    topics: tuple[str, ...]
    seats: int
    asked: int
    came: int
    others: int


@dataclass(frozen=True)
class Voices(Results):
    """All that the chapter shows: gatherings, needs for helpers and speakers' slots, these by how they stand."""

    gatherings: Sequence[Gathering]
    needs: Mapping[str, int]
    slots: Mapping[str, int]

    def tables(self) -> Iterable[Table]:
        if self.gatherings:
            yield self._gatherings()
        if self.needs or self.slots:
            yield self._helped()

    def as_json(self) -> dict[str, Any]:
        gatherings = [{**asdict(each), "topics": list(each.topics)} for each in self.gatherings]
        return {"events": {"gatherings": gatherings, "needs": dict(self.needs), "slots": dict(self.slots)}}

    def _gatherings(self) -> Table:
        figures = {"seats": NUMBERS, "asked": NUMBERS, "came": NUMBERS, "no members": NUMBERS}
        shown = table("Gatherings", "day", "what", "topics", "became", **figures)
        for each in self.gatherings:
            numbers = (each.seats, each.asked, each.came, each.others)
            words = (
                each.day,
                words_of(each.kind),
                ", ".join(map(words_of, each.topics)),
                words_of(each.status),
            )
            shown.add_row(*words, *(f"{number:,}" for number in numbers))
        return shown

    def _helped(self) -> Table:
        shown = table("Helpers and speakers", "what", number=NUMBERS)
        for what, many in sorted(self.needs.items()):
            shown.add_row(f"help wanted: {words_of(what)}", f"{many:,}")
        for status, many in sorted(self.slots.items()):
            shown.add_row(f"talks {words_of(status)}", f"{many:,}")
        return shown
