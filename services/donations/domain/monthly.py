"""Monthly gifts: how one stands on a day, from all that was told of it and all that was paid for it.

Nothing here looks at the order in which news came. So whatever order that was, and however often each came, a gift ends
in the same state.

    told: active since 3 May          paid: 30.00 on 3 May, 30.00 on 3 June
    3 July: PayPal could not collect  -> at risk from 3 July, with grace until 17 August
    60.00 on 6 August                 -> active; covers July and August, so covered until 3 September

Parts of a month join, in the order of the payments' days. The one that completes a month covers it:

    15.00 on 3 September              -> covers nothing yet
    15.00 on 20 September             -> covers 3 September to 3 October; not any more if either half goes back
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import NamedTuple

from services.donations.domain.subscriptions import History, Told, ended_on
from shared.contracts.donations import MonthlyGiftStatus
from shared.dates import month_later

LATE = timedelta(days=10)
"""PayPal tries twice more, five days apart, before a payment is missed."""
LAST = timedelta(days=10)
"""A payment that was under way when the donor ended the gift still belongs to it."""
MOST_MONTHS = 3
"""A payment covers no more months by itself; what is beyond them waits for the treasurer."""


@dataclass(frozen=True, order=True)
class Paid:
    """A payment of the subscription, by its own id; `left` is what was not given back of it, in minor units, `gross`
    all that came, if that is more. The treasurer may have said how many `months` it covers at most.
    """

    on: date
    reference: str
    left: int
    currency: str
    disputed: bool = False
    gross: int = 0
    months: int | None = None


class Rest(NamedTuple):
    """What a payment brought beyond the months that it covers, in minor units. It `waits` for the treasurer if it would
    pay for more months than a payment covers by itself; else it is for whatever is needed most, unless a later payment
    completes a month with it.
    """

    minor: int = 0
    waits: bool = False


NOTHING = Rest()


class Cover(NamedTuple):
    """The days that a payment covers: from `start` on, up to `end`, which it does not cover any more."""

    start: date
    end: date


@dataclass(frozen=True)
class Standing:
    """How a gift stands. `covered_until` is the first day that no payment covers; `wakes_on` the first day on which it
    may stand otherwise if nothing is told; `mine` are the payments that belong to it, the others came after its end;
    `covers` has what each of them covers, if it is at least a month, and `rests` what such a one brought beyond that.
    """

    status: MonthlyGiftStatus
    covered_until: date | None = None
    grace_until: date | None = None
    wakes_on: date | None = None
    mine: frozenset[str] = frozenset()
    covers: Mapping[str, Cover] = field(default_factory=dict)
    rests: Mapping[str, Rest] = field(default_factory=dict)


def belongs(on: date, end: date | None) -> bool:
    """Whether money of this day is the gift's; what comes after its end is nobody's until the treasurer says whose."""
    return end is None or on <= end + LAST


def standing(told: Collection[Told], paid: Collection[Paid], today: date, grace: timedelta) -> Standing:
    """How a gift stands today.

    Shortly after midnight a notice may be of a day to which the service has not turned yet: it counts from that day on.
    """
    end = ended_on(told)
    mine = sorted(each for each in paid if belongs(each.on, end))
    counting = [each for each in mine if each.left > 0 and each.on <= today]
    history = History(each for each in told if each.on <= today)
    covers, rests = _covers(history, counting, grace)
    covered = covers[-1].end if covers else None
    now = _standing(history, counting, covered, today, grace)
    days = [*(each.on for each in told), *(each.on for each in mine)]
    to_come = [each for each in days if each > today]
    wakes = min([*to_come, *([now.wakes_on] if now.wakes_on else [])], default=None)
    known_by = {each.reference: cover for each, cover in zip(counting, covers, strict=True)}
    whole = {name: cover for name, cover in known_by.items() if cover.start < cover.end}
    left = {each.reference: rest for each, rest in zip(counting, rests, strict=True) if rest.minor}
    names = frozenset(each.reference for each in mine)
    return replace(now, wakes_on=wakes, mine=names, covers=whole, rests=left)


def _standing(
    history: History, paid: Sequence[Paid], covered: date | None, today: date, grace: timedelta
) -> Standing:
    """How it stands by what has happened; all payments count, and cover the days before `covered`."""
    if history.ended is not None:
        return Standing(MonthlyGiftStatus.ENDED, covered)
    last = max((each.on for each in paid), default=None)
    due = _due(history, last, covered)
    if due is None:
        return Standing(MonthlyGiftStatus.STARTING)
    trouble = _trouble(history, last, due, today)
    if trouble is not None:
        return _troubled(trouble + grace, covered, today)
    if any(each.disputed for each in paid):
        return Standing(MonthlyGiftStatus.AT_RISK, covered, wakes_on=due + LATE)
    status = MonthlyGiftStatus.STARTING if last is None else MonthlyGiftStatus.ACTIVE
    return Standing(status, covered, wakes_on=due + LATE)


def _troubled(grace_until: date, covered: date | None, today: date) -> Standing:
    if today > grace_until:
        return Standing(MonthlyGiftStatus.LAPSED, covered)
    return Standing(MonthlyGiftStatus.AT_RISK, covered, grace_until, grace_until + timedelta(days=1))


def _due(history: History, last: date | None, covered: date | None) -> date | None:
    """The day on which the next payment is due; None for a gift that has not begun."""
    if last is None:
        return history.begun
    return max(month_later(last), covered or last)


def _trouble(history: History, last: date | None, due: date | None, until: date) -> date | None:
    """The day since when payments fail, after the last that came: PayPal said so, or one is late. None if all is well.

    A failure of the day of a payment was the try before it.
    """
    failed = history.failed_after(last)
    days = [failed] if failed is not None and failed <= until else []
    if due is not None and due + LATE <= until:
        days.append(due + LATE)
    return min(days, default=None)


def _covers(history: History, paid: Sequence[Paid], grace: timedelta) -> tuple[list[Cover], list[Rest]]:
    """What each payment covers, in their order: the oldest months that are not covered; and what it brought beyond.

    One too small for a month covers none, and stays what it was given for; a later one may complete the month with it.
    What was not covered when the gift lapsed stays so: the next payment begins anew.
    """
    found, rests = list[Cover](), list[Rest]()
    parts = defaultdict[str, _Parts](_Parts)
    until: date | None = None
    last: date | None = None
    firsts = _firsts(paid)
    for place, each in enumerate(paid):
        trouble = _trouble(history, last, _due(history, last, until), each.on) if last else None
        if until is None or (trouble is not None and each.on > trouble + grace):
            # What was paid ahead before it lapsed stays covered: no two payments cover one day.
            until = max(until or each.on, each.on)
        price = history.price(each.currency, each.on)
        price = firsts[each.currency] if price is None else price
        months, rest = _months(price, each)
        if not rest.minor:
            months += parts[each.currency].join(place, each.left - months * price, price)
        found.append(Cover(until, month_later(until, months)))
        rests.append(rest)
        until, last = found[-1].end, each.on
    for place, minor in (left for of_one in parts.values() for left in of_one.left.items()):
        rests[place] = Rest(minor if found[place].start < found[place].end else 0)
    return found, rests


class _Parts:
    """What payments in one currency brought beyond whole months, in minor units, by the place of the payment."""

    def __init__(self) -> None:
        self.left = dict[int, int]()

    def join(self, place: int, minor: int, price: int) -> int:
        """A payment brings this much more. Gives 1 if that completes a month, which takes the oldest parts, else 0.

        15 and 20 at 30 per month complete one, and 5 of the 20 are left. If the price has fallen, more than a month may
        be left: the next payment takes it.
        """
        self.left[place] = minor
        if not 0 < price <= sum(self.left.values()):
            return 0
        for each, part in list(self.left.items()):
            self.left[each] -= min(part, price)
            price -= min(part, price)
            if not self.left[each]:
                del self.left[each]
        return 1


def _firsts(paid: Sequence[Paid]) -> dict[str, int]:
    """The first payment in each currency: while no price was told, it was the price."""
    return {each.currency: max(each.gross, each.left) for each in reversed(paid)}


def _months(price: int, payment: Paid) -> tuple[int, Rest]:
    """How many months a payment covers by itself, and what of the rest completes no month. 70 at 30 per month cover
    two, and 10 may complete a third one; of 200 the first 90 cover three, and 110 wait for the treasurer.
    """
    whole = payment.left // price if price else 0
    months = min(whole, MOST_MONTHS if payment.months is None else payment.months)
    rest = payment.left - months * price if whole > months else 0
    return months, Rest(rest, rest > 0 and payment.months is None)
