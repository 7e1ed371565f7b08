"""Rows that only the end of the file can decide: what they lack may stand in a later row."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import groupby, islice

from services.intake.domain.people import folded
from services.intake.importing.groups import Read

MOST_ROWS = 2000


class PutOff:
    """What was put off so far. It is kept in memory, so after `MOST_ROWS` rows no more is to come."""

    def __init__(self) -> None:
        self._reads: list[Read] = []
        self._rows = 0

    @property
    def full(self) -> bool:
        return self._rows > MOST_ROWS

    def add(self, reads: Iterable[Read]) -> None:
        for each in reads:
            self._reads.append(each)
            self._rows += len(each.people)

    def parts(self, households: int) -> Iterator[list[Read]]:
        """All of it, so many households at a time, each whole."""

        def ref(each: Read) -> str:
            return folded(each.ref)

        later = (list(some) for _, some in groupby(sorted(self._reads, key=ref), ref))
        while reads := [each for one in islice(later, households) for each in one]:
            yield reads


def again(reads: list[Read]) -> list[Read]:
    """Copies for one more try, as planning changes them; their faults were told before."""
    return [
        replace(
            each,
            people=dict(each.people),
            lost=dict(each.lost),
            said={name: list(said) for name, said in each.said.items()},
            faults=[],
            warnings=[],
        )
        for each in reads
    ]
