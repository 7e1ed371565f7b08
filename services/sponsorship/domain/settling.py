"""What becomes of holds and sponsorships: who keeps a child, whose time is over, who gets a child back."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from uuid import UUID

from services.sponsorship.domain.gifts import Gift
from services.sponsorship.domain.holds import (
    PASSING,
    WHOLE,
    Hold,
    Moment,
    Over,
    Role,
    Sponsorship,
    State,
    end_of,
    is_past,
    is_won,
    won_on,
)


@dataclass
class Page:
    """Some children with all holds on them that ever were, and the gifts of these.

    `helped` says of each child whether it needs a sponsor at all. `elsewhere` is how many children that are not on this
    page each gift has. What has changed is in `changed`.
    """

    helped: Mapping[UUID, bool]
    gifts: Mapping[UUID, Gift]
    holds: dict[UUID, Hold]
    sponsorships: dict[UUID, Sponsorship]
    moment: Moment
    new_id: Callable[[], UUID]
    elsewhere: Mapping[UUID, int] = field(default_factory=dict)
    changed: set[UUID] = field(default_factory=set)

    def settle(self) -> None:
        """Have everything stand as it must with what is known now."""
        for hold in reversed(self._holds(State.HELD)):
            self._look_at_hold(hold)
        # The newest first: if a gift is for fewer children than before, the others stay.
        for each in reversed(self._oldest_first(each for each in self.sponsorships.values() if each.active)):
            self._look_at_sponsorship(each)
        for hold in self._holds(State.LET_GO):
            self._look_back(hold)
        for hold in self._holds(State.CONVERTED):
            self._move_back(hold)
            self._take_up_again(hold)

    # what is asked

    def main_of(self, child: UUID) -> Sponsorship | None:
        """The main sponsorship of a child now."""
        of_it = (each for each in self.sponsorships.values() if each.child_id == child and each.active)
        return next((each for each in of_it if each.role is Role.MAIN), None)

    def hold_of(self, child: UUID) -> Hold | None:
        """What keeps a child for a main sponsor now."""
        of_it = (each for each in self._holds(State.HELD) if each.child_id == child)
        return next((each for each in of_it if each.role is Role.MAIN), None)

    def was_sponsored(self, child: UUID) -> bool:
        return any(each.child_id == child and each.role is Role.MAIN for each in self.sponsorships.values())

    def shares(self, child: UUID) -> int:
        """What co-sponsors bear of a child's support, in ten-thousandths; the main sponsor bears the rest."""
        return sum(each.share for each in self._now() if each.child_id == child)

    def placed(self, gift: UUID) -> int:
        """How many children a gift has, held or sponsored."""
        return sum(each.gift_id == gift for each in self._now()) + self.elsewhere.get(gift, 0)

    def has(self, gift: UUID, child: UUID) -> bool:
        """Whether a gift keeps or supports this child now."""
        return any((each.gift_id, each.child_id) == (gift, child) for each in self._now())

    def is_free(self, child: UUID, role: Role) -> bool:
        """Whether somebody may have the child: a main sponsor if nobody else is, another one beside."""
        free = not self.main_of(child) and not self.hold_of(child)
        return self.helped[child] and (free or role is Role.CO)

    # what is done

    def save(self, each: Hold | Sponsorship) -> None:
        if isinstance(each, Hold):
            self.holds[each.id] = each
        else:
            self.sponsorships[each.id] = each
        self.changed.add(each.id)

    def _look_at_sponsorship(self, each: Sponsorship) -> None:
        gift = self.gifts[each.gift_id]
        if not self.helped[each.child_id]:
            self.save(each.ended(self.moment.today, Over.CHILD_LEFT))
        elif gift.declined:
            self.save(each.ended(self.moment.today, Over.DECLINED))
        elif gift.over or self.placed(gift.id) > gift.wanted:
            self.save(each.ended(gift.on, Over.GIFT_OVER))

    def _look_at_hold(self, hold: Hold) -> None:
        gift, today = self.gifts[hold.gift_id], self.moment.today
        if gift.declined:
            self.save(hold.let_go(today, Over.DECLINED))
        elif is_won(hold, gift, self.moment):
            self._convert(hold, gift)
        elif not self.helped[hold.child_id]:
            self.save(hold.let_go(today, Over.CHILD_LEFT))
        elif gift.over or self.placed(gift.id) > gift.wanted:
            self.save(hold.let_go(today, Over.GIFT_OVER))
        elif is_past(hold, self.moment):
            self.save(hold.let_go(end_of(hold, self.moment.zone), Over.ENDED))

    def _look_back(self, hold: Hold) -> None:
        """A hold was let go. Was that right, with what is known now?"""
        gift, child = self.gifts[hold.gift_id], hold.child_id
        if gift.declined or (hold.reason is not Over.ENDED and hold.reason not in PASSING):
            return
        if is_won(hold, gift, self.moment):
            if not self._can_have(hold, gift) and self.helped[child] and not gift.over:
                self.save(hold.let_go(hold.closed_on or self.moment.today, Over.CHILD_TAKEN))
            else:
                self._convert(hold, gift)
        elif hold.reason in PASSING and not is_past(hold, self.moment) and self._can_have(hold, gift):
            self.save(hold.held_again())

    def _take_up_again(self, hold: Hold) -> None:
        """A sponsorship was over because of the gift or the household, and that is no longer so."""
        mine = [each for each in self.sponsorships.values() if each.hold_id == hold.id]
        last = max(mine, key=lambda each: (each.active, each.starts_on, each.id))
        gift = self.gifts[hold.gift_id]
        if last.active or last.reason not in PASSING or not self._can_have(hold, gift):
            return
        # Of two ends on one day the second one began after it: a day has one main sponsor.
        self._begin(hold, max(self.moment.today, last.ends_on or last.starts_on))

    def _move_back(self, hold: Hold) -> None:
        """A payment of December may be heard before that of November: then the sponsorship began earlier than thought.

        It is the first one of the hold that moves, and never to before the end of another main sponsor.
        """
        first = min((e for e in self.sponsorships.values() if e.hold_id == hold.id), key=_by_start)
        day = max(won_on(hold, self.gifts[hold.gift_id]), self._taken_until(first))
        if day < first.starts_on:
            self.save(replace(first, starts_on=day))
            self.save(hold.converted(day))

    def _taken_until(self, mine: Sponsorship) -> date:
        """The first day on which a main sponsorship may begin beside those that began before it."""
        if mine.role is not Role.MAIN:
            return date.min
        others = [each for each in self.sponsorships.values() if each.child_id == mine.child_id]
        before = [each for each in others if each.role is Role.MAIN and _by_start(each) < _by_start(mine)]
        return max((_free_after(each) for each in before), default=date.min)

    def _convert(self, hold: Hold, gift: Gift) -> None:
        """The gift began in time; that may have been a while ago, and be over already."""
        starts_on = won_on(hold, gift)
        self.save(hold.converted(starts_on))
        sponsorship = self._begin(hold, starts_on)
        if gift.over:
            self.save(sponsorship.ended(gift.on, Over.GIFT_OVER))
        elif not self.helped[hold.child_id]:
            self.save(sponsorship.ended(self.moment.today, Over.CHILD_LEFT))

    def _begin(self, hold: Hold, starts_on: date) -> Sponsorship:
        who = (hold.id, hold.child_id, hold.gift_id)
        sponsorship = Sponsorship(self.new_id(), *who, starts_on, hold.role, hold.share)
        self.save(sponsorship)
        return sponsorship

    def _can_have(self, hold: Hold, gift: Gift) -> bool:
        has_room = not gift.over and not gift.declined and self.placed(gift.id) < gift.wanted
        leaves_some = self.shares(hold.child_id) + hold.share < WHOLE
        is_free = self.is_free(hold.child_id, hold.role) and not self.has(gift.id, hold.child_id)
        return has_room and leaves_some and is_free

    def _now(self) -> list[Hold | Sponsorship]:
        """What keeps or supports a child now."""
        active = [each for each in self.sponsorships.values() if each.active]
        return [*active, *self._holds(State.HELD)]

    def _holds(self, state: State) -> list[Hold]:
        found = [each for each in self.holds.values() if each.state is state]
        return sorted(found, key=lambda each: (each.made_on, each.id))

    def _oldest_first(self, sponsorships: Iterable[Sponsorship]) -> list[Sponsorship]:
        return sorted(sponsorships, key=_by_start)


def _by_start(each: Sponsorship) -> tuple[date, UUID]:
    return each.starts_on, each.id


def _free_after(each: Sponsorship) -> date:
    """The day on which another main sponsorship may begin: who was handed over has the last day alone."""
    if each.ends_on is None:
        return date.max
    return each.ends_on + timedelta(days=each.reason is Over.HANDED_OVER)
