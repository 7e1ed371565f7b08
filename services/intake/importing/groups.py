"""Lines of a register by household, and what some rows of a household hold once they are read."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from itertools import groupby
from typing import Any

from services.intake.commands.people import HOW_TWINS, Person
from services.intake.domain.households import ALL_NEEDS, Priority
from services.intake.domain.people import Relation, age_on, folded
from shared.contracts.intake import NeedKind
from shared.spreadsheets.cells import Line, RowFault

ADULT = 18
# The rest of a longer household is read as a reference that comes again, so that no household fills the memory.
LONGEST_GROUP = 100


@dataclass(frozen=True)
class Group:
    """Lines of one household that stand together; "" for lines without a reference."""

    ref: str
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class Common:
    """What the rows of a household say about it, the first that says something; None is what none of them says."""

    region: str | None
    arrived_on: date | None
    needs: frozenset[NeedKind]
    priorities: frozenset[Priority]


Said = dict[str, list[tuple[int, Any]]]
"""What rows say of their household: for each of its columns the rows and values, the first row first."""


@dataclass
class Read:
    """What some rows of a household hold: people by row, and the faults of the other rows.

    `common` is None when a column of the household itself cannot be taken. `tells_heads` says that the file has the
    column in which somebody is named head of the household. `lost` are rows of which the person cannot be taken, and
    what that person is to the head, None if nobody can tell.
    """

    ref: str
    first_row: int
    common: Common | None = None
    people: dict[int, Person] = field(default_factory=dict)
    faults: list[RowFault] = field(default_factory=list)
    warnings: list[RowFault] = field(default_factory=list)
    said: Said = field(default_factory=dict)
    tells_heads: bool = False
    lost: dict[int, Relation | None] = field(default_factory=dict)

    def headless(self, today: date) -> bool:
        """Whether nobody taken is head, or grown up if the file tells no heads. Children who came alone have none."""
        people = self.people.values()
        # Whoever came without parents, and their brothers and sisters, have no head to wait for.
        if any(each.relation in (Relation.HEAD, Relation.UNACCOMPANIED) for each in people):
            return False
        return self.tells_heads or self._minors(today)

    def lost_head(self, today: date) -> int | None:
        """The row of a head who cannot be taken, or of whoever may be one where only children are left."""
        if not self.headless(today):
            return None
        heads = [row for row, relation in self.lost.items() if relation is Relation.HEAD]
        if not heads and self._minors(today):
            heads = [row for row, relation in self.lost.items() if relation is None]
        return min(heads, default=None)

    def _minors(self, today: date) -> bool:
        return all(age_on(each.identity.birth_date, today) < ADULT for each in self.people.values())

    def settle(self) -> None:
        """The first value of each column counts for the household; a row that says another one is at fault."""
        for name, said in self.said.items():
            said.sort(key=lambda each: each[0])
            (first_row, first), *others = said
            for row, value in others:
                if value != first:
                    reason = f"differs from row {first_row}, which is of the same household and comes first"
                    self.faults.append(RowFault(row, name, reason))
                    if gone := self.people.pop(row, None):
                        self.lost[row] = gone.relation
            self.said[name] = [each for each in said if each[1] == first]
        if self.common is not None:
            values = {name: said[0][1] for name, said in self.said.items()}
            self.common = Common(
                values.get("region"),
                values.get("arrived_on"),
                values.get("needs", ALL_NEEDS),
                values.get("priority", frozenset()),
            )


def groups(lines: Iterable[Line]) -> Iterator[Group]:
    """Lines that stand together and have the same reference, however written; a line without one stands alone."""
    for folded_ref, together in groupby(lines, key=lambda line: folded(line.cells.get("household", ""))):
        part: list[Line] = []
        for line in together:
            part.append(line)
            if len(part) == LONGEST_GROUP or not folded_ref:
                yield Group(line.cells.get("household", ""), tuple(part))
                part = []
        if part:
            yield Group(part[0].cells.get("household", ""), tuple(part))


def twin_words(row: int | None) -> str:
    """Why a row is not taken: another one has the same person."""
    where = f"in row {row}" if row else "in an earlier row"
    return f"is the same person as {where}, twice in this file; {HOW_TWINS}"
