"""A household changed: touch the difference and nothing else.

The edits of `difference` come in this order, because each looks at what the ones before it left open:

1. `change_needs` gives up what is no longer asked for and adds what is newly asked for, for the members of today. All
   later edits look only at needs that were asked for before and still are, or a new need would be added twice.
2. `change_members` gives up the clothing and beds of those who left, and then asks for those who joined: a joiner's bed
   is wanted near the beds that are still held, not near one that was just given up.
3. `change_people` gives or takes the food of those who joined or left, in `eating.py`. What was fetched for somebody
   in another household is taken off, also if nobody joined or left: that household may tell of it later than this one.
4. `move` comes after all of these: it gives up what is left in the old region and asks for it again in the new one.
   Earlier, it would ask again for what the others give up: clothing for somebody who left, or food for one too many.
5. `reorder` is last, and stamps the new rank and region on every row that is still open, those cut off by 1 to 4 too.
"""

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import date
from uuid import UUID

from services.inventory.domain.eating import Eating
from services.inventory.domain.edit import Change, Elsewhere
from services.inventory.domain.households import Household, Member
from services.inventory.domain.items import Catalogue, Kind
from services.inventory.domain.needs import Need, bed_need, clothing_need, needs_of
from services.inventory.domain.reasons import Because
from services.inventory.domain.reservations import Reservation, release
from services.inventory.domain.rules import Rules
from shared.contracts.intake import NeedKind
from shared.contracts.inventory import Why

KINDS: dict[NeedKind, Kind] = {
    NeedKind.FOOD: Kind.FOOD,
    NeedKind.CLOTHING: Kind.CLOTHING,
    NeedKind.KIT: Kind.KIT,
    NeedKind.SHELTER: Kind.BED,
}


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


class _Edit(Eating):
    """All edits."""

    def reopen(self) -> None:
        """All needs again, less what was given: a kit or set, and the days whose food was fetched."""
        self._add += self.food()
        self._add += self._not_had(need for need in self._all_needs() if need.kind is not Kind.FOOD)

    def _all_needs(self) -> tuple[Need, ...]:
        return needs_of(self._new, self._today, self._catalogue, self._rules)

    def _not_had(self, needs: Iterable[Need]) -> Iterable[Need]:
        return not_had(needs, (*self._rows.values(), *self._worn), self._catalogue)

    def change_needs(self, old: Household) -> None:
        """What is newly asked for is added for all members, what is no longer asked for is given up."""
        asked = {KINDS[asked] for asked in self._new.needs - old.needs}
        dropped = {KINDS[asked] for asked in old.needs - self._new.needs}
        self.release_where(lambda row: row.kind in dropped, Because(Why.NOT_ASKED))
        wanted = [need for need in self._all_needs() if need.kind in asked]
        if Kind.FOOD in asked:
            self._add += self.food()
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
            beds = [row.depot for row in self.open_rows() if row.kind is Kind.BED and row.reserved]
            self._add.append(bed_need(self._new, member, self._catalogue, beds[0] if beds else None))

    def _resize(self, member: Member) -> None:
        """Another size for a set not fetched yet; one already worn is not asked for again."""
        rows = [row for row in self.open_rows() if row.kind is Kind.CLOTHING and row.member_id == member.id]
        for row in rows:
            self._rows[row.id] = release(row, Because(Why.OTHER_SIZE))
        if rows:
            self._add.append(clothing_need(self._new, member, self._today, self._catalogue, self._rules))

    def move(self) -> None:
        """Another region: what was not fetched in the old one is given up and asked for in the new one."""
        waited = [replace(need, near=None) for need in self._add if need.kind is not Kind.FOOD]
        again: list[Need] = []
        for row in self.open_rows():
            if row.last_day and row.last_day < self._today:
                continue
            later = self._from(row, self._today)
            self._rows[later.id] = release(later, Because(Why.MOVED))
            again += [] if later.per_day else [self._again(later)]
        self._add = [*self.food(for_good=True), *waited, *again]

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
        for row in self.open_rows():
            self._rows[row.id] = replace(row, rank=self._new.rank, region=self._new.region)
