"""The food of a household that changes: what the days to come lack, what is too much, what goes with those who leave.

What was fetched for a person for the days to come counts wherever the person is now, whichever of the two households
tells of it first: the one that is left writes it down (`TakenAlong`), and every household in which the person is
present then has its open rations lowered by it.
"""

from collections.abc import Iterable
from datetime import date
from itertools import groupby
from operator import itemgetter
from uuid import UUID

from services.inventory.domain.cutting import lower
from services.inventory.domain.edit import Edit, TakenAlong
from services.inventory.domain.households import Household, Member
from services.inventory.domain.needs import Need, ration_line
from services.inventory.domain.reasons import Because
from services.inventory.domain.reservations import Reservation, release
from services.inventory.domain.rules import period_of
from shared.contracts.intake import NeedKind
from shared.contracts.inventory import Why


def _covers(ration: Reservation, ordinal: int, *, for_good: bool) -> int:
    """Grams of a ration for one day: all of them while it is open, else what was fetched."""
    if not ration.first_ordinal <= ordinal < ration.first_ordinal + ration.days:
        return 0
    given_up = for_good and ration.released and ration.reason.code in (Why.CANCELLED, Why.NOT_FETCHED)
    if ration.open or given_up:
        return ration.per_day
    past = ration.per_day * (ordinal - ration.first_ordinal)
    return max(0, min(ration.per_day, ration.delivered + ration.lapsed - past))


class Eating(Edit):
    """The edits of food."""

    def food(self, *, for_good: bool = False) -> list[Need]:
        """Rations for what the days to come lack. With `for_good`, what was cancelled is not asked for again."""
        lacking = [(day, self._lacking(day, for_good=for_good)) for day in self._days()]
        return [
            ration_line(
                self._new, date.fromordinal(days[0]), date.fromordinal(days[-1]), per_day, self._rules
            )
            for per_day, run in groupby(lacking, itemgetter(1))
            if per_day > 0
            for days in [[day for day, _ in run]]
        ]

    def _days(self) -> range:
        """The days to come of this period on which the household eats; none if it does not ask for food."""
        last = period_of(self._today, self._rules.ration_period)[1]
        first = max(self._today, self._new.registered_on)
        asked = NeedKind.FOOD in self._new.needs
        return range(first.toordinal(), last.toordinal() + 1) if asked else range(0)

    def _lacking(self, day: int, *, for_good: bool) -> int:
        """500 g a member, less what open rations want, or was fetched, for a day; below 0 if that is too much."""
        due = len(self._new.members) * self._rules.grams_per_person_day
        rations = [row for row in self._rows.values() if row.per_day]
        return (
            due
            - sum(_covers(row, day, for_good=for_good) for row in rations)
            - self._brought(day)
            + self._taken(day)
        )

    def _brought(self, day: int) -> int:
        """What members brought from other households for a day."""
        here = {member.id for member in self._new.members}
        theirs = (
            each for each in self._along if each.household_id != self._new.id and each.member_id in here
        )
        return sum(each.grams for each in theirs if each.day.toordinal() == day)

    def _taken(self, day: int) -> int:
        """What those who left took from here for a day; of a closed household all have left."""
        here = {member.id for member in self._new.members} if self._new.active else set()
        mine = (
            each for each in self._along if each.household_id == self._new.id and each.member_id not in here
        )
        return sum(each.grams for each in mine if each.day.toordinal() == day)

    def change_people(self, old: Household) -> None:
        """More or fewer to feed from today (or registration) on: a further ration, or less per day."""
        eats = NeedKind.FOOD in self._new.needs & old.needs
        if {member.id for member in old.members} == {member.id for member in self._new.members}:
            if eats and any(self._brought(day) for day in self._days()):
                self.take_off()
            return
        if eats:
            self.take_off()
        self.part_from(old.members)
        if eats:
            self._add += self.food(for_good=True)

    def take_off(self) -> None:
        """Lower open rations by what is too much for the people who are left.

        From the last days to the first: a ration that is cut keeps its id for the earlier days.
        """
        days = [(day, -self._lacking(day, for_good=True), self._open_on(day)) for day in self._days()]
        runs = [list(run) for _, run in groupby(days, itemgetter(1, 2))]
        for run in reversed(runs):
            (first, too_much, keys), last = run[0], run[-1][0]
            for key in keys:
                if too_much > 0:
                    row = self._rows[key]
                    if row.last_day and last < row.last_day.toordinal():
                        self._from(row, date.fromordinal(last + 1))
                    part = self._from(self._rows[key], date.fromordinal(first))
                    less = min(part.per_day, too_much)
                    self._lower(part, less)
                    too_much -= less

    def _open_on(self, day: int) -> tuple[UUID, ...]:
        """The open rations of a day, the one that began first first."""
        rows = [row for row in self._rations() if 0 <= day - row.first_ordinal < row.days]
        return tuple(row.id for row in sorted(rows, key=lambda row: (row.first_ordinal, row.id)))

    def part_from(self, members: Iterable[Member]) -> None:
        """What was fetched for those who are gone goes with them, if those who stay have enough without it."""
        here = {member.id for member in self._new.members} if self._new.active else set()
        gone = [member.id for member in members if member.id not in here]
        if not gone:
            return
        due = len(here) * self._rules.grams_per_person_day
        last = period_of(self._today, self._rules.ration_period)[1]
        closed = [row for row in self._rows.values() if row.per_day and not row.open]
        for day in range(self._today.toordinal(), last.toordinal() + 1):
            spare = sum(_covers(row, day, for_good=False) for row in closed) - self._taken(day) - due
            for member in gone:
                grams = min(spare, self._rules.grams_per_person_day)
                if grams > 0:
                    self._along.append(TakenAlong(member, self._new.id, date.fromordinal(day), grams))
                    spare -= grams

    def _lower(self, row: Reservation, less: int) -> None:
        if less == row.per_day:
            self._rows[row.id] = release(row, Because(Why.FEWER_PEOPLE))
            return
        staying, leaving = lower(row, row.per_day - less, self._new_id())
        self._rows.update({staying.id: staying, leaving.id: leaving})
