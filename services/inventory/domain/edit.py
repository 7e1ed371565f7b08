"""A household's reservations while they are being changed, and what follows from it."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from services.inventory.domain.cutting import split
from services.inventory.domain.households import Household
from services.inventory.domain.items import Catalogue
from services.inventory.domain.needs import Need
from services.inventory.domain.reasons import Because
from services.inventory.domain.reservations import Reservation, release, reserved_by_shelf
from services.inventory.domain.rules import Rules
from services.inventory.domain.stock import ShelfKey


@dataclass(frozen=True)
class TakenAlong:
    """Grams that were fetched in a household for one day of a member who left it since."""

    member_id: UUID
    household_id: UUID
    day: date
    grams: int


@dataclass(frozen=True)
class Elsewhere:
    """The sets that members of a household were given in other ones, and the food that they brought from there, with
    the food that others took from here.
    """

    worn: Sequence[Reservation] = ()
    taken_along: Sequence[TakenAlong] = ()


@dataclass(frozen=True)
class Change:
    """What follows from a change of a household.

    `add` is to be allocated; `changed` are reservations with new values under their old ids; `created` are
    parts cut off from rations, under new ids; `freed` is what comes back to each shelf. `taken_along` is what was
    fetched for those who left.
    """

    add: tuple[Need, ...]
    changed: tuple[Reservation, ...]
    created: tuple[Reservation, ...]
    freed: Counter[ShelfKey]
    taken_along: tuple[TakenAlong, ...] = ()


class Edit:
    """The household's reservations while they are being changed."""

    def __init__(
        self,
        new: Household,
        reservations: Iterable[Reservation],
        today: date,
        catalogue: Catalogue,
        rules: Rules,
        new_id: Callable[[], UUID],
        elsewhere: Elsewhere,
    ) -> None:
        self._worn = elsewhere.worn
        self._along = list(elsewhere.taken_along)
        self._known = len(self._along)
        self._before = {row.id: row for row in reservations}
        self._rows = dict(self._before)
        self._add: list[Need] = []
        self._new, self._today, self._catalogue, self._rules, self._new_id = (
            new,
            today,
            catalogue,
            rules,
            new_id,
        )

    def result(self) -> Change:
        changed = tuple(
            row for key, row in self._rows.items() if key in self._before and row != self._before[key]
        )
        created = tuple(row for key, row in self._rows.items() if key not in self._before)
        freed = reserved_by_shelf(self._before.values()) - reserved_by_shelf(self._rows.values())
        return Change(tuple(self._add), changed, created, freed, tuple(self._along[self._known :]))

    def release_where(self, condition: Callable[[Reservation], bool], reason: Because) -> None:
        for row in self.open_rows():
            if condition(row):
                self._rows[row.id] = release(row, reason)

    def open_rows(self) -> list[Reservation]:
        return [row for row in self._rows.values() if row.open]

    def _rations(self) -> list[Reservation]:
        return [row for row in self.open_rows() if row.last_day and row.last_day >= self._today]

    def _from(self, row: Reservation, day: date) -> Reservation:
        """The part of a row from `day` on, cut off if the row began before; the whole row if it did not."""
        if not row.first_day or not row.last_day or not row.first_day < day <= row.last_day:
            return row
        early, late = split(row, day, self._new_id())
        self._rows.update({early.id: early, late.id: late})
        return late
