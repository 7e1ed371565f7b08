"""What sponsorship's chapter found out: figures, tables, JSON."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Self

from rich.table import Table

from shared.cli.demo.chapter import Results
from shared.cli.demo.tables import NUMBERS, table, words_of


@dataclass(frozen=True)
class Child:
    """A child, without who it is: how its sponsorship stands, since when, and since when it waits or waited."""

    status: str
    since: date
    waiting_since: date

    @classmethod
    def of(cls, told: Mapping[str, Any]) -> Self:
        since, waiting = (date.fromisoformat(told[name]) for name in ("since", "waiting_since"))
        return cls(told["status"], since, waiting)

    def as_json(self) -> dict[str, Any]:
        return {
            "status": self.status,
            "since": self.since.isoformat(),
            "waiting_since": self.waiting_since.isoformat(),
        }


@dataclass(frozen=True)
class Fee:
    """What the education fund was asked for of a month of school, and paid, in minor units; no child is named."""

    due_on: date
    amount: int
    currency: str
    status: str
    paid: int

    @classmethod
    def of(cls, told: Mapping[str, Any]) -> Self:
        same = {name: told[name] for name in ("amount", "currency", "status", "paid")}
        return cls(date.fromisoformat(told["due_on"]), **same)

    def as_json(self) -> dict[str, Any]:
        return {**vars(self), "due_on": self.due_on.isoformat()}


@dataclass(frozen=True)
class Learner:
    """A place in the lessons: how it stands, and how much of what was held somebody came to."""

    status: str
    came: int
    held: int
    certificate: bool

    @classmethod
    def of(cls, told: Mapping[str, Any]) -> Self:
        return cls(told["status"], told["minutes_attended"], told["minutes_held"], told["certificate"])


@dataclass(frozen=True)
class Wish:
    """One thing that somebody who settles asked for, and whether it was answered."""

    wish: str
    answered: bool
    words: str

    @classmethod
    def of(cls, told: Mapping[str, Any]) -> Self:
        return cls(told["wish"], told["answered"], " ".join(told["words"]))


@dataclass(frozen=True)
class Schooling(Results):
    """All that the chapter shows, as it stands at the end of a story that began on the day `first`.

    `holds` are those that were made, by what became of them; `letters` by whom they are for and how they stand.
    """

    first: date
    children: Sequence[Child]
    holds: Mapping[str, int]
    fees: Sequence[Fee]
    letters: Mapping[str, int]
    learners: Sequence[Learner]
    wishes: Sequence[Wish]

    @property
    def by_status(self) -> dict[str, int]:
        return dict(sorted(Counter(each.status for each in self.children).items()))

    @property
    def listed_later(self) -> list[Child]:
        """Who came of school age while the story went on."""
        return [each for each in self.children if each.waiting_since > self.first]

    def tables(self) -> Iterable[Table]:
        if self.children:
            yield self._children()
        if self.learners or self.wishes:
            yield self._settling()

    def as_json(self) -> dict[str, Any]:
        return {
            "school": {
                "children": self.by_status,
                "offered_again": [e.as_json() for e in self.children if e.status == "offered_again"],
                "listed_later": [each.as_json() for each in self.listed_later],
                "holds": dict(self.holds),
                "fees": [each.as_json() for each in self.fees],
                "letters": dict(self.letters),
            },
            "settlement": {
                "wishes": {each.wish: each.answered for each in self.wishes},
                "learners": dict(Counter(each.status for each in self.learners)),
                "certificates": sum(each.certificate for each in self.learners),
            },
        }

    def _children(self) -> Table:
        shown = table("Children and their sponsors", "what", number=NUMBERS)
        for status, many in self.by_status.items():
            shown.add_row(f"children {words_of(status)}", f"{many:,}")
        for each in self.listed_later:
            shown.add_row(f"became of school age on {each.waiting_since}", "1")
        for state, many in sorted(self.holds.items()):
            shown.add_row(f"holds {words_of(state)}", f"{many:,}")
        for status, many in sorted(Counter(each.status for each in self.fees).items()):
            shown.add_row(f"months of school {words_of(status)}", f"{many:,}")
        for what, many in sorted(self.letters.items()):
            shown.add_row(f"letters {words_of(what)}", f"{many:,}")
        return shown

    def _settling(self) -> Table:
        shown = table("A couple that settles", "asked for", "what became of it")
        for each in self.wishes:
            shown.add_row(words_of(each.wish), each.words or "not answered")
        for one in self.learners:
            came = f"came to {one.came:,} of {one.held:,} minutes"
            words = f"{words_of(one.status)}, {came}{', certificate' if one.certificate else ''}"
            shown.add_row("a place in the lessons", words)
        return shown
