"""A household changed: touch the difference and nothing else.

The edits of `difference` come in this order, because each looks at what the ones before it left open:

1. `change_needs` gives up what is no longer asked for and adds what is newly asked for, for the members of today. All
   later edits look only at needs that were asked for before and still are, or a new need would be added twice.
2. `change_members` gives up the clothing and beds of those who left, and then asks for those who joined: a joiner's bed
   is wanted near the beds that are still held, not near one that was just given up.
3. `change_people` gives or takes the food of those who joined or left.
4. `move` comes after all of these: it gives up what is left in the old region and asks for it again in the new one.
   Earlier, it would ask again for what the others give up: clothing for somebody who left, or food for one too many.
5. `reorder` is last, and stamps the new rank and region on every row that is still open, those cut off by 1 to 4 too.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import groupby
from operator import itemgetter
from uuid import UUID

from services.inventory.domain.cutting import lower, split
from services.inventory.domain.households import Household, Member
from services.inventory.domain.items import Catalogue, Kind
from services.inventory.domain.needs import Need, bed_need, clothing_need, needs_of, ration_line
from services.inventory.domain.reasons import Because
from services.inventory.domain.reservations import Reservation, release, reserved_by_shelf
from services.inventory.domain.rules import Rules, period_of
from services.inventory.domain.stock import ShelfKey
from shared.contracts.intake import NeedKind
from shared.contracts.inventory import Why

KINDS: dict[NeedKind, Kind] = {
    NeedKind.FOOD: Kind.FOOD,
    NeedKind.CLOTHING: Kind.CLOTHING,
    NeedKind.KIT: Kind.KIT,
    NeedKind.SHELTER: Kind.BED,
}


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


def difference(
    old: Household,
    new: Household,
    reservations: Iterable[Reservation],
    today: date,
    catalogue: Catalogue,
    rules: Rules,
    new_id: Callable[[], UUID],
    elsewhere: Elsewhere | None = None,
) -> Change:
    """What to add and what to give up when a household is no longer `old` but `new`, from `today` on.

    `reservations` are the household's open ones, and those of which something was delivered: rations of this ration
    period, and all else ever; `elsewhere` is what its members were given in other households. So nothing is given
    twice. Closed or empty: all that is not delivered is released. What is delivered is never taken back.
    """
    edit = _Edit(new, reservations, today, catalogue, rules, new_id, elsewhere or Elsewhere())
    if not new.active or not new.members:
        edit.release_where(lambda _: True, Because(Why.HOUSEHOLD_CLOSED if new.members else Why.NOBODY_LEFT))
        edit.part_from(old.members)
    elif not old.active or not old.members:
        edit.reopen()
    else:
        edit.change_needs(old)
        edit.change_members(old)
        edit.change_people(old)
        if new.region != old.region:
            edit.move()
        edit.reorder()
    return edit.result()


def not_had(needs: Iterable[Need], given: Iterable[Reservation], catalogue: Catalogue) -> list[Need]:
    """Needs less the sets and kits that were given: whoever was given a set has one for that season, whatever its size,
    and whatever became of the household since. `commands/asking.py` asks once more.
    """
    had = {
        _thing(each.kind, each.member_id, each.requested_item, catalogue) for each in given if each.delivered
    }
    return [need for need in needs if _thing(need.kind, need.member_id, need.item, catalogue) not in had]


def _thing(kind: Kind, member: UUID | None, item: str, catalogue: Catalogue) -> tuple[object, ...]:
    known = catalogue.get(item)
    # The code of clothing that the catalogue did not have yet begins with the season.
    season = (known.season if known else None) or (
        item.split("-", maxsplit=1)[0] if kind is Kind.CLOTHING else ""
    )
    return kind, member, str(season)


def _covers(ration: Reservation, ordinal: int, *, for_good: bool) -> int:
    """Grams of a ration for one day: all of them while it is open, else what was fetched."""
    if not ration.first_ordinal <= ordinal < ration.first_ordinal + ration.days:
        return 0
    given_up = for_good and ration.released and ration.reason.code in (Why.CANCELLED, Why.NOT_FETCHED)
    if ration.open or given_up:
        return ration.per_day
    past = ration.per_day * (ordinal - ration.first_ordinal)
    return max(0, min(ration.per_day, ration.delivered + ration.lapsed - past))


class _Edit:
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
        for row in self._open():
            if condition(row):
                self._rows[row.id] = release(row, reason)

    def reopen(self) -> None:
        """All needs again, less what was given: a kit or set, and the days whose food was fetched."""
        self._add += self._food()
        self._add += self._not_had(need for need in self._all_needs() if need.kind is not Kind.FOOD)

    def _all_needs(self) -> tuple[Need, ...]:
        return needs_of(self._new, self._today, self._catalogue, self._rules)

    def _not_had(self, needs: Iterable[Need]) -> Iterable[Need]:
        return not_had(needs, (*self._rows.values(), *self._worn), self._catalogue)

    def _food(self, *, for_good: bool = False) -> list[Need]:
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

    def change_needs(self, old: Household) -> None:
        """What is newly asked for is added for all members, what is no longer asked for is given up."""
        asked = {KINDS[asked] for asked in self._new.needs - old.needs}
        dropped = {KINDS[asked] for asked in old.needs - self._new.needs}
        self.release_where(lambda row: row.kind in dropped, Because(Why.NOT_ASKED))
        wanted = [need for need in self._all_needs() if need.kind in asked]
        if Kind.FOOD in asked:
            self._add += self._food()
        self._add += self._not_had(need for need in wanted if need.kind is not Kind.FOOD)

    def change_members(self, old: Household) -> None:
        """Clothing and bed of members who join, leave, or turn out to have another size."""
        sizes = {member.id: member.size for member in old.members}
        here = {member.id for member in self._new.members}
        gone = set(sizes) - here
        self.release_where(lambda row: row.member_id in gone, Because(Why.MEMBER_LEFT))
        both = self._new.needs & old.needs
        for member in self._new.members:
            if member.id not in sizes:
                self._join(member, both)
            elif member.size != sizes[member.id] and NeedKind.CLOTHING in both:
                self._resize(member)

    def _join(self, member: Member, asked: frozenset[NeedKind]) -> None:
        if NeedKind.CLOTHING in asked:
            need = clothing_need(self._new, member, self._today, self._catalogue, self._rules)
            self._add += self._not_had([need])
        if NeedKind.SHELTER in asked:
            beds = [row.depot for row in self._open() if row.kind is Kind.BED and row.reserved]
            self._add.append(bed_need(self._new, member, self._catalogue, beds[0] if beds else None))

    def _resize(self, member: Member) -> None:
        """Another size for a set not fetched yet; one already worn is not asked for again."""
        rows = [row for row in self._open() if row.kind is Kind.CLOTHING and row.member_id == member.id]
        for row in rows:
            self._rows[row.id] = release(row, Because(Why.OTHER_SIZE))
        if rows:
            self._add.append(clothing_need(self._new, member, self._today, self._catalogue, self._rules))

    def change_people(self, old: Household) -> None:
        """More or fewer to feed from today (or registration) on: a further ration, or less per day."""
        if {member.id for member in old.members} == {member.id for member in self._new.members}:
            return
        if NeedKind.FOOD in self._new.needs & old.needs:
            self._take_off()
            self.part_from(old.members)
            self._add += self._food(for_good=True)
        else:
            self.part_from(old.members)

    def _take_off(self) -> None:
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

    def move(self) -> None:
        """Another region: what was not fetched in the old one is given up and asked for in the new one."""
        waited = [replace(need, near=None) for need in self._add if need.kind is not Kind.FOOD]
        again: list[Need] = []
        for row in self._open():
            if row.last_day and row.last_day < self._today:
                continue
            later = self._from(row, self._today)
            self._rows[later.id] = release(later, Because(Why.MOVED))
            again += [] if later.per_day else [self._again(later)]
        self._add = [*self._food(for_good=True), *waited, *again]

    def _again(self, row: Reservation) -> Need:
        """What was still open of a row, to be met in the new region."""
        return Need(
            household_id=self._new.id,
            member_id=row.member_id,
            kind=row.kind,
            item=row.requested_item,
            quantity=row.reserved + row.short,
            region=self._new.region,
            rank=self._new.rank,
            registered_on=self._new.registered_on,
        )

    def reorder(self) -> None:
        for row in self._open():
            self._rows[row.id] = replace(row, rank=self._new.rank, region=self._new.region)

    def _open(self) -> list[Reservation]:
        return [row for row in self._rows.values() if row.open]

    def _rations(self) -> list[Reservation]:
        return [row for row in self._open() if row.last_day and row.last_day >= self._today]

    def _from(self, row: Reservation, day: date) -> Reservation:
        """The part of a row from `day` on, cut off if the row began before; the whole row if it did not."""
        if not row.first_day or not row.last_day or not row.first_day < day <= row.last_day:
            return row
        early, late = split(row, day, self._new_id())
        self._rows.update({early.id: early, late.id: late})
        return late
