"""A shortage in one depot beside a surplus in another: which transfer helps, and what would be missing after it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cache

from services.inventory.domain.forecast import Forecast, Outlook, forecast
from services.inventory.domain.larder import Dated

MOST = 8
"""So many transfers are proposed at most."""


@dataclass(frozen=True)
class Transfer:
    """So many grams to be moved today from one depot to another."""

    source: str
    target: str
    grams: int


@dataclass(frozen=True)
class Proposal:
    """Transfers that leave nobody worse off, and the forecast after them."""

    transfers: tuple[Transfer, ...]
    after: Forecast


def even_out(outlook: Outlook, made: Forecast) -> Proposal:
    """Transfers for the depots that go short, the first to go short first; none from or to a shelter."""
    until = made.days[-1].day
    transfers: list[Transfer] = []
    open_to_all = {depot.code for depot in outlook.depots if not depot.shelter} & set(outlook.lots)
    short = [code for code, each in made.depots.items() if each.first_short_day and code in open_to_all]
    for target in sorted(short, key=lambda code: (made.depots[code].first_short_day, code)):
        for source in sorted(open_to_all - {target}, key=lambda code: (-outlook.free.get(code, 0), code)):
            grams = _helps(outlook, until, source, target)
            if grams and len(transfers) < MOST:
                transfers.append(Transfer(source, target, grams))
                outlook = after(outlook, transfers[-1])
    return Proposal(tuple(transfers), forecast(outlook, until) if transfers else made)


def after(outlook: Outlook, transfer: Transfer) -> Outlook:
    """As it would be after a transfer: the first to expire go first, and keep their dates."""
    stays, goes = _parted(outlook.lots[transfer.source], transfer.grams)
    lots = {**outlook.lots, transfer.source: stays}
    lots[transfer.target] = [*lots[transfer.target], *goes]
    free = dict(outlook.free)
    free[transfer.source] = free.get(transfer.source, 0) - transfer.grams
    return replace(outlook, lots=lots, free=free)


def _helps(outlook: Outlook, until: date, source: str, target: str) -> int:
    """The least that helps the target most of what the source can give without going short; 0 if nothing does."""
    most = outlook.free.get(source, 0)
    if most <= 0:
        return 0
    mine = replace(
        outlook,
        wanted=[each for each in outlook.wanted if each.depot in (source, target)],
        sacks=(),
    )

    @cache
    def short(grams: int) -> tuple[int, int]:
        """What is missing at the source and at the target after so much has gone."""
        made = forecast(after(mine, Transfer(source, target, grams)), until).depots
        return made[source].short_grams, made[target].short_grams

    here, there = short(0)
    if not there or short(most)[1] == there:
        return 0
    spared = _last(most, lambda grams: short(grams)[0] == here)
    best = short(spared)[1]
    if best == there:
        return 0
    return spared - _last(spared, lambda less: short(spared - less)[1] == best)


def _last(most: int, holds: Callable[[int], bool]) -> int:
    """The largest number up to `most` for which it holds; it holds for 0 and, where it ends, not again."""
    if holds(most):
        return most
    low, high = 0, most
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if holds(middle) else (low, middle - 1)
    return low


def _parted(lots: Sequence[Dated], grams: int) -> tuple[list[Dated], list[Dated]]:
    """What stays and what goes, if so many grams go, the first to expire first."""
    stays, goes = [], []
    for until, here in sorted(lots):
        gone = min(here, grams)
        grams -= gone
        goes.append((until, gone))
        stays.append((until, here - gone))
    return [each for each in stays if each[1]], [each for each in goes if each[1]]
