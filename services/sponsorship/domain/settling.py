"""What becomes of holds and sponsorships: who keeps a child, whose time is over, who gets a child back."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID

from services.sponsorship.domain.gifts import Gift
from services.sponsorship.domain.holds import (
    PASSING,
    WHOLE,
    Hold,
    Over,
    Role,
    Sponsorship,
    State,
    end_of,
    is_past,
    is_stopped,
    is_won,
    won_on,
)
from services.sponsorship.domain.standing import Standing
from services.sponsorship.domain.together import Apart


class Page(Standing):
    """A page that settles: everything on it comes to stand as it must with what is known now."""

    def settle(self) -> None:
        """Have everything stand as it must with what is known now."""
        for hold in self._holds(State.CONVERTED):
            self._take_back(hold)
        for hold in (*self._holds(State.HELD), *self._holds(State.LET_GO)):
            self._put_off(hold)
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

    def _take_back(self, hold: Hold) -> None:
        """A hold was converted, and it is heard late that the gift was at risk by then: no sponsorship began.

        What staff ended stays as it is.
        """
        mine = [each for each in self.sponsorships.values() if each.hold_id == hold.id]
        decided = any(not each.active and each.reason not in PASSING for each in mine)
        if not mine or decided or not is_stopped(hold, self.gifts[hold.gift_id]):
            return
        last = _last(mine)
        for each in mine:
            del self.sponsorships[each.id]
        self.removed.update(each.id for each in mine)
        over = last.ends_on and last.reason and hold.let_go(last.ends_on, last.reason)
        self.save(over or hold.held_again())

    def _put_off(self, hold: Hold) -> None:
        """The gift began in time, but the two cannot come together now: no sponsorship is written for these days."""
        gift = self.gifts[hold.gift_id]
        is_new = not (hold.held_off or _is_decided(hold)) and self._is_won(hold, gift)
        if is_new and self._kept_apart(hold):
            self.save(replace(hold, held_off=True))

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
        elif (won := self._is_won(hold, gift)) and not self.apart(gift.id, hold.child_id):
            self._convert(hold, gift)
        elif not self.helped[hold.child_id]:
            self.save(hold.let_go(today, Over.CHILD_LEFT))
        elif gift.over or self.placed(gift.id) > gift.wanted:
            self.save(hold.let_go(today, Over.GIFT_OVER))
        elif is_past(hold, self.moment):
            self.save(hold.let_go(end_of(hold, self.moment.zone), Over.HELD_OFF if won else Over.ENDED))
        elif _made_at_risk(hold, gift):
            self.save(hold.let_go(today, Over.AT_RISK))

    def _look_back(self, hold: Hold) -> None:
        """A hold was let go. Was that right, with what is known now?"""
        gift, child = self.gifts[hold.gift_id], hold.child_id
        if _is_decided(hold) or self._kept_apart(hold):
            return
        if self._is_won(hold, gift):
            goes_on = self.helped[child] and not gift.over
            if hold.held_off and not goes_on:
                return
            lost = not self._could_have(hold, gift) if goes_on else self._was_given(hold, gift)
            if lost:
                self.save(hold.let_go(hold.closed_on or self.moment.today, Over.CHILD_TAKEN))
            elif not goes_on or self.can_have(hold, gift):
                self._convert(hold, gift)
        elif hold.reason in PASSING and self._can_be_held(hold, gift):
            self.save(hold.held_again())

    def _take_up_again(self, hold: Hold) -> None:
        """A sponsorship was over because of the gift or the household, and that is no longer so."""
        mine = [each for each in self.sponsorships.values() if each.hold_id == hold.id]
        last = _last(mine)
        gift = self.gifts[hold.gift_id]
        if last.active or last.reason not in PASSING or not self.can_have(hold, gift):
            return
        # Of two ends on one day the second one began after it: a day has one main sponsor.
        self._begin(hold, max(self.moment.today, last.ends_on or last.starts_on))

    def _move_back(self, hold: Hold) -> None:
        """A payment of December may be heard before that of November: then the sponsorship began earlier than thought.

        It is the first one of the hold that moves, and never to before the end of another main sponsor.
        """
        if hold.held_off:
            return
        first = min((e for e in self.sponsorships.values() if e.hold_id == hold.id), key=_by_start)
        day = max(won_on(hold, self.gifts[hold.gift_id]), self._taken_until(first))
        if day < first.starts_on:
            self.save(replace(first, starts_on=day))
            self.save(hold.converted(day))

    def _taken_until(self, mine: Sponsorship | Hold) -> date:
        """The first day on which a main sponsorship may begin beside those that began before it; that of a hold which
        is converted late, beside all others.
        """
        if mine.role is not Role.MAIN:
            return date.min
        others = [each for each in self.sponsorships.values() if each.child_id == mine.child_id]
        before = [each for each in others if isinstance(mine, Hold) or _by_start(each) < _by_start(mine)]
        return max((_free_after(each) for each in before if each.role is Role.MAIN), default=date.min)

    def _convert(self, hold: Hold, gift: Gift) -> None:
        """The gift began in time; that may have been a while ago, and be over already."""
        starts_on = won_on(hold, gift)
        if hold.state is State.LET_GO and self.can_have(hold, gift):
            # Others may have had the child since it was let go: a day has one main sponsor.
            starts_on = max(starts_on, self._taken_until(hold))
        if hold.held_off:
            starts_on = max(starts_on, self.moment.today)
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

    def _kept_apart(self, hold: Hold) -> bool:
        """Whether something stands between gift and child. No guardian is asked for one who grew up or left: nobody
        brings them together any more, and what was before is written down whenever it is heard.
        """
        why = self.apart(hold.gift_id, hold.child_id)
        return why is not None and (why is not Apart.NO_CONSENT or self.helped[hold.child_id])

    def _is_won(self, hold: Hold, gift: Gift) -> bool:
        return is_won(hold, gift, self.moment) and not is_stopped(hold, gift)

    def _can_be_held(self, hold: Hold, gift: Gift) -> bool:
        is_over = is_past(hold, self.moment) or _made_at_risk(hold, gift)
        return not is_over and self.can_have(hold, gift)

    def can_have(self, hold: Hold, gift: Gift) -> bool:
        """Whether a gift can have the child of a hold now, beside those for whom it keeps a place."""
        return self._leaves_kept(hold, gift) and self._could_have(hold, gift)

    def _could_have(self, hold: Hold, gift: Gift) -> bool:
        """Whether a gift could have the child of a hold if it kept its free places for nobody."""
        has_room = not gift.over and self.placed(gift.id) < gift.wanted
        may = self.apart(gift.id, hold.child_id) is None
        leaves_some = self.shares(hold.child_id) + hold.share < WHOLE
        has_it = self.has(gift.id, hold.child_id) or self.has_by_another(gift.id, hold.child_id)
        is_free = self.is_free(hold.child_id, hold.role) and not has_it
        return has_room and may and leaves_some and is_free

    def _was_given(self, hold: Hold, gift: Gift) -> bool:
        """Whether others had the child, or all places of the gift, on days on which a hold that is won, and over since,
        would have been a sponsorship.
        """
        first, last = won_on(hold, gift), gift.on if gift.over else self.moment.today
        then = [
            each
            for each in self.sponsorships.values()
            if each.starts_on <= last and _free_after(each) > first
        ]
        of_child = (each for each in then if each.child_id == hold.child_id)
        taken = any(each.role is Role.MAIN for each in of_child) and hold.role is Role.MAIN
        return taken or sum(each.gift_id == gift.id for each in then) >= max(gift.wanted, 1)

    def _leaves_kept(self, hold: Hold, gift: Gift) -> bool:
        """Whether a gift has room beside what it keeps for children who may come back."""
        return self.placed(gift.id) + self.kept(gift.id, hold.child_id) < gift.wanted

    def _oldest_first(self, sponsorships: Iterable[Sponsorship]) -> list[Sponsorship]:
        return sorted(sponsorships, key=_by_start)


def _last(mine: Iterable[Sponsorship]) -> Sponsorship:
    """The one of a hold that goes on, or went on last."""
    return max(mine, key=lambda each: (each.active, each.starts_on, each.id))


def _is_decided(hold: Hold) -> bool:
    """Whether a hold was let go for a reason that nothing which is told later changes."""
    return hold.state is State.LET_GO and hold.reason is not Over.ENDED and hold.reason not in PASSING


def _made_at_risk(hold: Hold, gift: Gift) -> bool:
    """Whether a hold was made after the day since which its gift is at risk."""
    return gift.failing_since is not None and hold.made_on > gift.failing_since


def _by_start(each: Sponsorship) -> tuple[date, UUID]:
    return each.starts_on, each.id


def _free_after(each: Sponsorship) -> date:
    """The day on which another main sponsorship may begin: who was handed over has the last day alone."""
    if each.ends_on is None:
        return date.max
    return each.ends_on + timedelta(days=each.reason is Over.HANDED_OVER)
