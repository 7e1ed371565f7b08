"""Rations: everyone's earlier days before anyone's later days.

Which days a ration covers follows from its sums alone, earliest first, so no day is ever stored: a ration of 500 g per
day from the 1st with 1,200 g delivered or set aside covers the 1st, the 2nd and 200 g of the 3rd.

How one shelf is dealt, with small numbers. Three rations, each of 500 g per day for the 1st to the 3rd; A is urgent, B
is older than C. The shelf has 3,700 g.

    the 1st   all three can have 500 g        1,500 g   2,200 g left
    the 2nd   all three can have 500 g        1,500 g     700 g left
    the 3rd   would take 1,500 g: the level, the first day that not all can have in full
              in order: A 500 g, B 200 g, C nothing

    A has 1,500 g, B 1,200 g, C 1,000 g.

Dealt household by household instead, A and B would have 1,500 g each and C 700 g: C would go hungry from the 2nd on
while rice for the 3rd lies set aside for B. If more rice comes before the 3rd, nobody was ever hungry the first way.

Lots have dates: a day is dealt from the lots that are still good on it, the first to expire first, and nothing is
promised from a lot for a day on which it is thrown out already.

In the code, a ration's *base* is what is fixed of it (delivered, given up, lapsed, or kept for days past), and its
*mark* is how far it is covered after dealing; both count grams from its first day.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from services.inventory.domain.larder import Dated, Larder, larder_of
from services.inventory.domain.numbers import check_quantity
from services.inventory.domain.reasons import Because
from services.inventory.domain.reservations import Reservation
from shared.contracts.inventory import Why


@dataclass(frozen=True, slots=True)
class Dealt:
    """What a ration has set aside after dealing: `reserved` grams instead of `before.reserved`."""

    before: Reservation
    reserved: int

    @property
    def changed(self) -> bool:
        return self.reserved != self.before.reserved or not self.before.dealt

    @property
    def after(self) -> Reservation:
        """The ration with its new grams and the reason."""
        dealt = replace(self.before, reserved=self.reserved, dealt=True)
        return replace(dealt, reason=how_far(dealt))


@dataclass(frozen=True)
class Deal:
    """One outcome for each ration, in the order given, and the grams that nobody needs."""

    outcomes: tuple[Dealt, ...]
    left_grams: int


def how_far(ration: Reservation) -> Because:
    """How far a ration goes: 30 of 31 days, 1,500 g short from 2006-12-31."""
    if not ration.open:
        return ration.reason
    whole_days = (ration.delivered + ration.reserved) // ration.per_day
    code = Why.ALL_DAYS if whole_days == ration.days else Why.SOME_DAYS
    unmet = ration.lapsed or None
    if not ration.short:
        return Because(code, whole_days, ration.days, unmet=unmet)
    first_short = date.fromordinal(
        ration.first_ordinal + (ration.settled + ration.reserved) // ration.per_day
    )
    return Because(code, whole_days, ration.days, ration.short, unmet, first_short)


def fits(new: Iterable[Reservation], free_grams: int, anyone_short: bool) -> bool:
    """True if new rations can have all they want without a look at the others: nobody waits, and there is
    enough.
    """
    return not anyone_short and sum(ration.short for ration in new) <= free_grams


def give_all(new: Iterable[Reservation]) -> tuple[Reservation, ...]:
    """New rations that fit, each with all it wants."""
    return tuple(Dealt(ration, ration.reserved + ration.short).after for ration in new)


def kept_for_past(ration: Reservation, today: date) -> int:
    """Grams set aside for days before `today`: they wait to be fetched and are not dealt again."""
    return max(0, min(ration.reserved, ration.wanted_before(today) - ration.settled))


def deal(
    available_grams: int, rations: Sequence[Reservation], today: date, dated: Iterable[Dated] = ()
) -> Deal:
    """Deal one shelf's grams among all its open rations: earlier days first, within a day rank, then age,
    then id.

    `available_grams` is what is free plus what these rations have set aside; of it the `dated` lots expire. What is
    delivered or lapsed, and what is set aside for days before `today`, stays; the rest is dealt again, in part of a day
    if need be. Let the days past lapse first: a day that has not lapsed still counts as the earliest. If there is less
    than what is kept for days past, that is dealt in order and the days to come get nothing. Takes time in proportion
    to rations + days.
    """
    check_quantity("grams to deal", available_grams)
    kept = [kept_for_past(ration, today) for ration in rations]
    left = available_grams - sum(kept)
    larder = larder_of(available_grams, dated)
    # Less is there than was set aside for days past and waits to be fetched: goods were lost meanwhile.
    if left < 0:
        return _deal_in_order(available_grams, rations, kept)
    bases = [ration.settled + grams for ration, grams in zip(rations, kept, strict=True)]
    larder.take(sum(kept))
    level = _first_day_not_whole(rations, bases, larder)
    marks = [_mark(ration, base, level) for ration, base in zip(rations, bases, strict=True)]
    if level is not None:
        _deal_level(rations, marks, level, larder.left)
    outcomes = [Dealt(ration, mark - ration.settled) for ration, mark in zip(rations, marks, strict=True)]
    return Deal(tuple(outcomes), available_grams - sum(each.reserved for each in outcomes))


def _deal_in_order(available: int, rations: Sequence[Reservation], wants: Sequence[int]) -> Deal:
    given = [0] * len(rations)
    for index in sorted(range(len(rations)), key=lambda index: rations[index].order):
        given[index] = min(wants[index], available)
        available -= given[index]
    return Deal(tuple(Dealt(*pair) for pair in zip(rations, given, strict=True)), available)


def _first_day_not_whole(rations: Sequence[Reservation], bases: Sequence[int], larder: Larder) -> int | None:
    """The level: the first day (ordinal) that not all can have in full, None if there is none. The larder has what is
    left before it, and is good on it.

    What each day takes is summed as a difference array, so that the time is rations + days and not rations * days.
    `once` holds the rest of each ration's begun day. `steps` holds +per_day on the day from which a ration takes its
    full grams and -per_day on the day after its last, and `rate` is their running sum. A ration of 500 g per day for
    days 1 to 3 with a base of 200 g: once[1] = 300, steps[2] = +500, steps[4] = -500; so day 1 takes 300 g, days 2
    and 3 take 500 g each, day 4 takes none.
    """
    once: Counter[int] = Counter()
    steps: Counter[int] = Counter()
    end = 0
    for ration, base in zip(rations, bases, strict=True):
        if base >= ration.wanted:
            continue
        begun = ration.first_ordinal + base // ration.per_day
        once[begun] += ration.per_day - base % ration.per_day
        steps[begun + 1] += ration.per_day
        steps[ration.first_ordinal + ration.days] -= ration.per_day
        end = max(end, ration.first_ordinal + ration.days)
    rate = 0
    for day in range(min(once, default=end), end):
        rate += steps[day]
        larder.spoil(day)
        if once[day] + rate > larder.left:
            return day
        larder.take(once[day] + rate)
    return None


def _mark(ration: Reservation, base: int, level: int | None) -> int:
    """Grams up to which a ration is covered once all days before `level` are whole."""
    # No level: there is enough for all.
    if level is None:
        return ration.wanted if ration.open else base
    whole_days = max(0, min(ration.days, level - ration.first_ordinal))
    return max(base, ration.per_day * whole_days)


def _deal_level(rations: Sequence[Reservation], marks: list[int], level: int, left: int) -> None:
    """Share the grams left on the day that not all can have, in order."""
    wants = {
        index: ration.per_day * (level - ration.first_ordinal + 1) - marks[index]
        for index, ration in enumerate(rations)
        if ration.first_ordinal <= level < ration.first_ordinal + ration.days
    }
    hungry = (index for index, want in wants.items() if want > 0)
    for index in sorted(hungry, key=lambda index: rations[index].order):
        given = min(wants[index], left)
        marks[index] += given
        left -= given
        if not left:
            break


@dataclass(frozen=True)
class Lapsed:
    """A ration after a day has passed, and the grams that were missing for it."""

    ration: Reservation
    grams: int


def lapse(ration: Reservation, day: date) -> Lapsed:
    """Write off what was neither delivered nor set aside for `day`, now past, and for any day before it.

    Yesterday's rice feeds nobody: those grams are unmet need and no longer waited for.
    """
    grams = ration.wanted_before(day + timedelta(days=1)) - ration.settled - ration.reserved
    if grams <= 0:
        return Lapsed(ration, 0)
    lapsed = replace(ration, lapsed=ration.lapsed + grams)
    return Lapsed(replace(lapsed, reason=how_far(lapsed) if lapsed.open else _over(lapsed)), grams)


def _over(ration: Reservation) -> Because:
    return Because(Why.DAYS_OVER, ration.delivered // ration.per_day, ration.days, unmet=ration.lapsed)
