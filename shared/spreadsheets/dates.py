"""Dates as people write them in Korea, China and Japan: one reader for registers, files of a store, and forms.

    written("2006.10.05")         # and 2006. 10. 5., 2006/10/5, 20061005, full-width digits
    written("1948년 3월 4일")      # and 1948年3月4日, 昭和23年3月4日, 주체37(1948)년 3월 4일
    written("1948")               # a year alone, or 1948-03: the day is not known

What could mean two days is refused: a year of two digits, a day before its year, the lunar calendar, and 2006.1, which
a spreadsheet makes of 2006.10. No error repeats what was written, for it may be somebody's birth date.
"""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

ALONE = ", or the year alone if the day is not known"
WHOLE = f"must be a date like 1980-05-17{ALONE}"
NO_SUCH = "is no day of the calendar: there is no such date"
SHORT_YEAR = "has a year of two digits, which two centuries have: write all four, like 1980-05-17"
DAY_FIRST = "must begin with the year, like 1980-05-17: nobody can tell here which number is the month"
LUNAR = f"is by the lunar calendar: write the day by the solar one, like 1980-05-17{ALONE}"
HALF_MONTH = "may be January or October, as a spreadsheet drops a last zero: write it like 1980-10"
NO_DAY = "lacks the day: write the whole date, like 2006-10-20"

_LUNAR = re.compile(r"음력|\(음\)|陰曆|阴历|農曆|农历|陰暦|旧暦|舊曆")
_SOLAR = re.compile(r"양력|\(양\)|서기|陽曆|阳历|陽暦|西暦|公元|公历|公曆")
# A midnight that programs add, a weekday, and "born".
_AFTER = re.compile(r"[ T]00:00(:00(\.0+)?)?$|\([월화수목금토일月火水木金土]\)$|(출생|생|出生|生まれ|生)$")
_JUCHE = re.compile(r"주체\s*\d{1,3}\s*\((\d{4})\)", re.ASCII)
ERAS: Mapping[str, tuple[int, int]] = {
    **dict.fromkeys(("明治", "M"), (1867, 45)),
    **dict.fromkeys(("大正", "T"), (1911, 15)),
    **dict.fromkeys(("昭和", "S"), (1925, 64)),
    **dict.fromkeys(("平成", "H"), (1988, 31)),
    **dict.fromkeys(("令和", "R"), (2018, 99)),
    **dict.fromkeys(("民國", "民国", "주체"), (1911, 999)),
    **dict.fromkeys(("단기", "檀紀"), (-2333, 9999)),
}
"""By era: the year before its first one, and its last year. Japan's, Taiwan's, North Korea's, and Korea's of old."""
_ERA = re.compile(rf"({'|'.join(ERAS)})\s*(\d{{1,4}}|元)(?=\D)", re.ASCII | re.IGNORECASE)
_PARTS = (
    re.compile(r"(?P<year>\d{4})(?P<month>\d\d)(?P<day>\d\d)", re.ASCII),
    re.compile(r"(?P<year>\d{4})([-./ ])(?P<month>\d\d?)\2(?P<day>\d\d?)\.?", re.ASCII),
    re.compile(
        r"(?P<year>\d{4}) ?[년年](?: ?(?P<month>\d\d?) ?[월月](?: ?(?P<day>\d\d?) ?[일日号號]?)?)?", re.ASCII
    ),
    re.compile(r"(?P<year>\d{4})(?:[-./ ](?P<month>\d\d?))?\.?", re.ASCII),
)
_HALF_MONTH = re.compile(r"\d{4}\.\d", re.ASCII)
_SHORT_YEAR = re.compile(r"'?\d\d(?:[-./ ]\d\d?[-./ ]\d\d?\.?| ?[년年].*)?|\d{6}", re.ASCII)
_DAY_FIRST = re.compile(r"\d\d?[-./ ]\d\d?[-./ ]\d{4}", re.ASCII)


@dataclass(frozen=True)
class Written:
    """A date as far as somebody knew it; what is None was not known."""

    year: int = field(repr=False)
    month: int | None = field(default=None, repr=False)
    day: int | None = field(default=None, repr=False)

    @property
    def whole(self) -> date | None:
        """The day, if it is known."""
        return date(self.year, self.month, self.day) if self.month and self.day else None

    def likeliest(self, today: date) -> date:
        """The day, or the middle of the year or month; of one that is not over, the middle of what has passed."""
        if self.whole:
            return self.whole
        first, middle = date(self.year, self.month or 1, 1), date(self.year, self.month or 7, 1)
        middle += timedelta(days=14 if self.month else 0)
        return first + (today - first) // 2 if first <= today < middle else middle


def written(text: str) -> Written:
    """What a date says. ValueError says what is wrong with it and what to write, without repeating it."""
    plain = " ".join(unicodedata.normalize("NFKC", text).split())
    if _LUNAR.search(plain):
        raise ValueError(LUNAR)
    plain = re.sub(r"[\u2010-\u2015\u2212]", "-", _SOLAR.sub("", plain)).strip()
    while (shorter := _AFTER.sub("", plain).strip()) != plain:
        plain = shorter
    plain = re.sub(r" ?([-./]) ?", r"\1", _ERA.sub(_of_era, _JUCHE.sub(r"\1", plain)))
    if _HALF_MONTH.fullmatch(plain):
        raise ValueError(HALF_MONTH)
    for parts in _PARTS:
        if found := parts.fullmatch(plain):
            return _checked(**{name: int(part or 0) for name, part in found.groupdict().items()})
    if _SHORT_YEAR.fullmatch(plain):
        raise ValueError(SHORT_YEAR)
    raise ValueError(DAY_FIRST if _DAY_FIRST.fullmatch(plain) else WHOLE)


def day_of(text: str) -> date:
    """A date of which the day must be known. ValueError as `written`."""
    try:
        day = written(text).whole
    except ValueError as error:
        raise ValueError(str(error).removesuffix(ALONE)) from None
    if day is None:
        raise ValueError(NO_DAY)
    return day


def _of_era(found: re.Match[str]) -> str:
    before, last = ERAS[found[1].upper()]
    year = 1 if found[2] == "元" else int(found[2])
    if not 1 <= year <= last:
        raise ValueError(NO_SUCH)
    return f"{before + year:04d}"


def _checked(year: int, month: int = 0, day: int = 0) -> Written:
    """Zeros stand for what is not known."""
    if day and not month:
        raise ValueError(NO_SUCH)
    try:
        date(year, month or 1, day or 1)
    except ValueError:
        raise ValueError(NO_SUCH) from None
    return Written(year, month or None, day or None)
