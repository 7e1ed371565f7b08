"""How PayPal's notices arrive: some days late, scrambled, and some of them twice."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from hashlib import sha256
from typing import Any, NamedTuple
from uuid import UUID, uuid5

TRANSMISSIONS = UUID("5a0e5f0c-4d55-5b0e-9d1f-0f6b1c2a7e31")
"""Namespace: the same notice of the same plan is always sent under the same id."""
EVERY_DAYS = 6
"""So often the post of the days before arrives."""
REPEATED = 3
"""Of ten notices so many come twice."""


@dataclass(frozen=True)
class Sent:
    """What PayPal tells on a day; `name` is its own, and the same in each run."""

    on: date
    name: str
    notice: Mapping[str, Any]


class Letter(NamedTuple):
    """A notice under way, under the id of its transmission."""

    transmission: str
    notice: Mapping[str, Any]


def arrives(first: date, last: date, day: date) -> bool:
    """Whether PayPal's post arrives on a day."""
    return day == last or (day - first).days % EVERY_DAYS == EVERY_DAYS - 1


def post_of(plan: str, sent: Sequence[Sent], first: date, day: date) -> list[Letter]:
    """What arrives on a day, scrambled: all that was told since the post before, and of some of it a repeat.

    A repeat is the same transmission again, or another one of the same notice.
    """
    since = day - timedelta(days=(day - first).days % EVERY_DAYS + 1)
    fresh = [each for each in sent if since < each.on <= day]
    under_way = [(each, 0) for each in fresh] + [
        (each, _number(each, "copy") % 2) for each in _repeated(fresh)
    ]
    scrambled = sorted(enumerate(under_way), key=lambda each: _number(each[1][0], f"place {each[0]}"))
    return [
        Letter(str(uuid5(TRANSMISSIONS, f"{plan}/{each.name}/{copy}")), each.notice)
        for _, (each, copy) in scrambled
    ]


def _repeated(sent: Iterable[Sent]) -> Iterator[Sent]:
    return (each for each in sent if _number(each, "again") % 10 < REPEATED)


def _number(sent: Sent, why: str) -> int:
    """A number that looks drawn, and is the same in each run."""
    return int(sha256(f"{sent.name}/{why}".encode()).hexdigest()[:8], 16)
