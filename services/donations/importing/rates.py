"""A list of exchange rates: a spreadsheet with one row per day and pair of currencies."""

import asyncio
import re
from collections.abc import Sequence
from decimal import Decimal
from itertools import islice

from pydantic import Field

from services.donations.commands.rates import NewRate, keep_rates
from services.donations.domain.money import CURRENCIES
from shared.dates import in_our_time
from shared.messaging.unit import Units
from shared.outcomes import Refused, invalid
from shared.principals import Principal
from shared.spreadsheets.cells import Line, RowFault
from shared.spreadsheets.columns import SHIFT_JIS, UTF_8, Columns, heading_key
from shared.spreadsheets.dates import day_of
from shared.spreadsheets.opening import Sheet
from shared.spreadsheets.report import RowReport
from shared.spreadsheets.values import Cells

MOST_ROWS = 1000
"""Of one file: they are written down together."""
HEADINGS = {
    "currency": "of from 通貨 통화",
    "quote": "in to 対象通貨 상대통화",
    "on_day": "date day 日付 年月日 날짜",
    "rate": "レート 相場 仲値 환율",
    "replaces": "instead_of 旧レート 이전환율",
}
RATES = Columns(
    what="a list of rates",
    names=tuple(HEADINGS),
    required=("currency", "quote", "on_day", "rate"),
    numbers=frozenset({"rate", "replaces"}),
    also={heading_key(word): name for name, words in HEADINGS.items() for word in words.split()},
    encodings=(UTF_8, SHIFT_JIS),
)
_RATE = re.compile(r"[0-9]{1,10}(\.[0-9]{1,10})?", re.ASCII)


class RatesReport(RowReport):
    """What became of a list of rates: each row is written down, was before, or is not taken."""

    rows: int = Field(default=0, description="rows read")
    rates: int = Field(default=0, description="rates that are written down now")


async def take_in(units: Units, actor: Principal, sheet: Sheet) -> RatesReport | Refused:
    """Write down the good rows of a file, and say what is wrong with the others. The same file again changes nothing.

    Refused, all of it, if another rate of a day is known that no row says it `replaces`.
    """
    lines = await asyncio.to_thread(lambda: list(islice(sheet.lines, MOST_ROWS + 1)))
    if len(lines) > MOST_ROWS:
        return invalid(f"This file has more than {MOST_ROWS:,} rows; nothing was changed. Split it.")
    report, wanted = RatesReport(rows=len(lines)), list[tuple[int, NewRate]]()
    faults = list[RowFault]()
    for line in lines:
        rate = read(line)
        if isinstance(rate, NewRate):
            wanted.append((line.row, rate))
        else:
            faults += rate
    async with units.open(actor=actor) as unit:
        done = await keep_rates(unit, [rate for _, rate in wanted])
    if isinstance(done, Refused):
        return done
    report.rates = done.rates
    report.blame(
        [*faults, *(RowFault(wanted[each.number - 1][0], each.part, each.reason) for each in done.bad)]
    )
    return report


def read(line: Line) -> NewRate | Sequence[RowFault]:
    """The rate of a row, or all that is wrong with the row."""
    cells = Cells(line)
    currency, quote = cells.needed("currency", _currency), cells.needed("quote", _currency)
    on_day = cells.needed("on_day", lambda text: in_our_time(day_of(text)))
    rate, replaces = cells.needed("rate", _rate), cells.optional("replaces", _rate)
    faults = [*line.faults, *cells.faults]
    if faults or not (currency and quote and on_day) or rate is None:
        return faults
    return NewRate(currency, quote, on_day, rate, replaces)


def _currency(text: str) -> str:
    if text.upper() not in CURRENCIES:
        raise ValueError(f"must be one of {', '.join(CURRENCIES)}")
    return text.upper()


def _rate(text: str) -> Decimal:
    if not _RATE.fullmatch(text):
        raise ValueError("must be a number like 117.25")
    return Decimal(text)
