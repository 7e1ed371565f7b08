"""Reads PayPal's activity download, the transaction list as a file, in any of its languages."""

import csv
import io
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo

from services.donations.paypal import reading
from services.donations.paypal.activity_headings import COLUMNS, REQUIRED, STATES, kind_by_words
from services.donations.paypal.amounts import Amount, amount_of
from services.donations.paypal.reading import Malformed
from services.donations.paypal.transactions import Fault, Row, kind_of
from shared.spreadsheets.columns import heading_key

MOST_BYTES = 25 * 1024 * 1024
_DATE = re.compile(r"(\d{1,4})([./-])(\d{1,2})\2(\d{1,4})", re.ASCII)
_TIME = re.compile(r"(\d{1,2}):(\d\d):(\d\d)", re.ASCII)
_OFFSET = re.compile(r"(?:GMT|UTC)([+-])([01]\d):?([0-5]\d)", re.ASCII)
_ZONE = re.compile(r"[A-Z][A-Za-z_]+/[A-Z][A-Za-z_]+", re.ASCII)
_GROUPED = re.compile(r"(-?)(\d{1,3}(?:([.,])\d{3})+|\d+)(?:([.,])(\d{1,2}))?", re.ASCII)
_SPACES = str.maketrans("", "", "\u00a0\u202f ’'")
HOURS = {
    "PST": -8,
    "PDT": -7,
    "MST": -7,
    "MDT": -6,
    "CST": -6,
    "CDT": -5,
    "EST": -5,
    "EDT": -4,
    "GMT": 0,
    "UTC": 0,
    "WET": 0,
    "BST": 1,
    "WEST": 1,
    "CET": 1,
    "CEST": 2,
    "JST": 9,
    "KST": 9,
}


@dataclass(frozen=True)
class Activity:
    """The rows of a file, and those that could not be read."""

    rows: tuple[Row, ...]
    faults: tuple[Fault, ...]


@dataclass(frozen=True)
class NoActivity:
    """The file is not PayPal's list. `part` is what is missing: a column, or `text`, `day_first` as below."""

    part: str


def read(file: bytes, *, day_first: bool | None = None) -> Activity | NoActivity:
    """The rows of a file. It never raises, whatever the bytes are.

    Whether 3/4/2006 is in March or in April shows from the file's other dates (3/14 is in March). If it does not, the
    outcome is `NoActivity("day_first")`, and whoever knows says it.
    """
    try:
        columns, lines = _lines(file)
    except (ValueError, csv.Error):
        return NoActivity("text")
    if missing := [name for name in REQUIRED if name not in columns]:
        return NoActivity(missing[0])
    found = (_DATE.fullmatch(cells["date"]) for _, cells in lines)
    dates = [each for each in found if each and each[2] == "/"]
    order = _order(dates, day_first)
    if dates and order is None:
        return NoActivity("day_first")
    rows, faults = [], []
    for number, cells in lines:
        try:
            rows.append(_row(cells, day_first=bool(order)))
        except Malformed as error:
            faults.append(Fault(number, error.part))
    return Activity(tuple(rows), tuple(faults))


def _lines(file: bytes) -> tuple[list[str], list[tuple[int, dict[str, str]]]]:
    """Which of our columns there are; and the rows under the headings, by number, with their cells in these columns."""
    if len(file) > MOST_BYTES:
        raise ValueError("too large")
    text = file.decode("utf-8-sig")
    first = text.partition("\n")[0]
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=max((",", ";", "\t"), key=first.count))
    names = [COLUMNS.get(heading_key(each)) for each in next(reader, [])]
    columns = [each for each in names if each]
    # The last of two columns of one name would hide the first.
    if len(columns) > len(set(columns)):
        raise ValueError("a column twice")
    lines = []
    for number, cells in enumerate(reader, 2):
        if any(each.strip() for each in cells):
            padded = [*cells, *("" for _ in names)]
            lines.append((number, {name: padded[place].strip() for place, name in enumerate(names) if name}))
    return columns, lines


def _order(dates: list[re.Match[str]], day_first: bool | None) -> bool | None:
    """True if days come first in dates with strokes, False if months do (or the year), None if nothing shows it."""
    if any(len(found[1]) == 4 for found in dates):
        return False
    if any(int(found[1]) > 12 for found in dates):
        return True
    return False if any(int(found[3]) > 12 for found in dates) else day_first


def _row(cells: Mapping[str, str], *, day_first: bool) -> Row:
    currency = cells["currency"]
    gross = _money(cells, "gross", currency)
    code = reading.identity_if_any(cells, "code")
    state = STATES.get(cells.get("status", "completed").casefold(), "other")
    return Row(
        reading.identity(cells, "transaction"),
        kind_of(code, gross) if code else kind_by_words(cells.get("type", "")),
        state,
        gross,
        _at(cells, day_first=day_first),
        code=code,
        fee=_money(cells, "fee", currency) if cells.get("fee") else None,
        refers_to=reading.identity_if_any(cells, "refers"),
        receiver=cells.get("receiver", "").lower() or None,
        custom_id=reading.custom_if_any(cells, "custom"),
        moves=state in ("completed", "reversed") and cells.get("impact", "").casefold() != "memo",
    )


def _money(cells: Mapping[str, str], name: str, currency: str) -> Amount:
    """`1,234.56`, `1.234,56` and `1 234,56` are one amount. Three digits after a mark belong to thousands before it,
    since no currency of PayPal's has three decimals.
    """
    found = _GROUPED.fullmatch(cells[name].translate(_SPACES).replace("\u2212", "-"))
    if found is None or (found[3] and found[3] == found[4]):
        raise Malformed(name)
    sign, whole, group, _, part = found.groups()
    if group and len(set(re.findall(r"[.,]", whole))) > 1:
        raise Malformed(name)
    text = sign + re.sub(r"[.,]", "", whole) + (f".{part}" if part else "")
    try:
        return amount_of(text, currency)
    except ValueError as error:
        raise Malformed("currency" if str(error) == "currency" else name) from None


def _at(cells: Mapping[str, str], *, day_first: bool) -> datetime:
    date, time = _DATE.fullmatch(cells["date"]), _TIME.fullmatch(cells["time"])
    if date is None or time is None:
        raise Malformed("date" if date is None else "time")
    first, mark, second, third = date.groups()
    if len(first) == 4:
        year, month, day = first, second, third
    else:
        # Points and hyphens are written where days come first.
        day, month = (first, second) if day_first or mark != "/" else (second, first)
        year = third
    if len(year) != 4 or not year.startswith("20"):
        raise Malformed("date")
    numbers = tuple(map(int, (year, month, day, *time.groups())))
    try:
        return datetime(*numbers, tzinfo=_zone(cells["zone"])).astimezone(UTC)  # type: ignore[arg-type, misc]
    except ValueError:
        raise Malformed("date") from None


def _zone(name: str) -> tzinfo:
    """`PST`, `GMT+09:00` or `Asia/Tokyo`: PayPal writes all three."""
    if name in HOURS:
        return timezone(timedelta(hours=HOURS[name]))
    if found := _OFFSET.fullmatch(name):
        ahead = timedelta(hours=int(found[2]), minutes=int(found[3]))
        return timezone(-ahead if found[1] == "-" else ahead)
    if _ZONE.fullmatch(name):
        try:
            return ZoneInfo(name)
        except (KeyError, ValueError, OSError):
            pass
    raise Malformed("zone")
