"""Exchange rates of days are written down; one that is known is replaced by whoever says which one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from services.donations.domain.conversions import Rate, plain
from services.donations.repository import rates as repository
from shared.messaging.unit import Unit
from shared.outcomes import Refused, conflict

MOST_TOLD = 5
Key = tuple[str, str, date]


@dataclass(frozen=True)
class NewRate(Rate):
    """A rate to be written down; `replaces` is the one that is known of its day, if that was wrong."""

    replaces: Decimal | None = None

    @property
    def key(self) -> Key:
        return self.currency, self.quote, self.on_day


@dataclass(frozen=True)
class BadRate:
    """A rate that was not taken: its number in the list, from 1, and which part of it is to blame."""

    number: int
    part: str
    reason: str


@dataclass(frozen=True)
class Kept:
    """How many rates were taken, and those that were not."""

    rates: int
    bad: tuple[BadRate, ...] = ()


async def keep_rates(unit: Unit, rates: Sequence[NewRate]) -> Kept | Refused:
    """Write down exchange rates of days. They are entered, never fetched.

    The good ones of a list are kept, whatever is wrong with the others. Refused, all of them, if another rate of one
    of the days and pairs is known that is not said to be replaced.
    """
    good, bad = dict[Key, NewRate](), list[BadRate]()
    for number, each in enumerate(rates, 1):
        if why := _fault(each, good, unit.today):
            bad.append(BadRate(number, *why))
        else:
            good[each.key] = each
    # Whoever reads a file keeps the unit also if it is refused: then nothing of it stays.
    async with unit.session.begin_nested() as added:
        known = await repository.add(unit, list(good.values())) if good else {}
        others = {key: rate for key, rate in known.items() if rate != good[key].rate}
        if unmeant := [good[key] for key, rate in sorted(others.items()) if good[key].replaces != rate]:
            await added.rollback()
            return conflict(_there(unmeant, known))
    await repository.replace(unit, [good[key] for key in sorted(others)])
    return Kept(len(good), tuple(bad))


def _there(unmeant: Sequence[NewRate], known: Mapping[Key, Decimal]) -> str:
    """What is known of these days, and what to do."""
    told = "; ".join(
        f"{each.currency} to {each.quote} on {each.on_day} is {plain(known[each.key])}"
        for each in unmeant[:MOST_TOLD]
    )
    more = f"; and {len(unmeant) - MOST_TOLD} more" if len(unmeant) > MOST_TOLD else ""
    return (
        f"Other rates are written down: {told}{more}. Nothing was changed. If one of them is wrong, send yours again "
        "with `replaces`, which says the one that is there."
    )


def _fault(rate: NewRate, before: Mapping[Key, NewRate], today: date) -> tuple[str, str] | None:
    """Which part of a rate is wrong, and what about it; `before` are the good ones that came before it in the list."""
    if rate.on_day > today:
        return "on_day", "lies in the future: a rate is of a day that has come"
    if rate.currency == rate.quote:
        return "quote", "is the same currency"
    if rate.rate <= 0:
        return "rate", "must be above 0"
    if rate.key in before and before[rate.key].rate != rate.rate:
        return "rate", "is another one than the list has of this day already: give each day and pair once"
    return None
