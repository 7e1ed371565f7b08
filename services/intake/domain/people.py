"""What may be said of a person: names, ages, languages. Errors never repeat the value."""

import re
import unicodedata
from datetime import date, timedelta
from enum import StrEnum

from shared.contracts.intake import AgeBand

OLDEST = 120
LONGEST_NAME = 100
LONGEST_REFERENCE = 60
MOST_LANGUAGES = 10
_TWO_LETTERS = """
aa ab ae af ak am an ar as av ay az ba be bg bh bi bm bn bo br bs ca ce ch co cr cs cu cv cy da de
dv dz ee el en eo es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu hy hz ia id
ie ig ii ik io is it iu ja jv ka kg ki kj kk kl km kn ko kr ks ku kv kw ky la lb lg li ln lo lt lu
lv mg mh mi mk ml mn mr ms mt my na nb nd ne ng nl nn no nr nv ny oc oj om or os pa pi pl ps pt qu
rm rn ro ru rw sa sc sd se sg si sk sl sm sn so sq sr ss st su sv sw ta te tg th ti tk tl tn to tr
ts tt tw ty ug uk ur uz ve vi vo wa wo xh yi yo za zh zu
"""
LANGUAGE_CODES = frozenset(_TWO_LETTERS.split())
"""ISO 639-1. The three-letter codes of ISO 639-3 are some 8,000: their shape alone is checked."""

_JOINING, _HAN = "\u0600-\u0dff", "\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
# Part of how a name is written: joiners within Arabic and Indic words, and the forms of Han characters.
_WRITTEN = (
    f"(?<=[{_JOINING}])[\u200c\u200d](?=[{_JOINING}])|(?<=[{_HAN}])[\ufe00-\ufe02\U000e0100-\U000e01ef]"
)
_MARK = (
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u2800"
    "\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufff8\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
"""What nobody sees: Unicode's default-ignorable characters, and the blank of Braille."""
_MARKS, _UNWRITTEN = re.compile(_MARK), re.compile(f"({_WRITTEN})|{_MARK}")
REPLACED = "\ufffd"
"""What stands where a program could not read a character."""

# Control characters break logs and files; direction marks let a name show as another one.
_NOT_IN_TEXT = frozenset({"Cc", "Cs", "Co", "Cn", "Zl", "Zp"})
_DIRECTION_MARKS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


class Sex(StrEnum):
    FEMALE = "female"
    MALE = "male"
    UNKNOWN = "unknown"


class Relation(StrEnum):
    """What a member is to the head of the household."""

    HEAD = "head"
    SPOUSE = "spouse"
    CHILD = "child"
    PARENT = "parent"
    SIBLING = "sibling"
    OTHER = "other"
    UNACCOMPANIED = "unaccompanied"


def plain_text(text: str, longest: int = LONGEST_NAME) -> str:
    """The text without outer blanks, in composed form (NFC). ValueError says what is wrong, without the text."""
    if len(text) > longest * 4:
        raise ValueError(f"is longer than {longest} characters")
    clean = unicodedata.normalize("NFC", text.strip())
    if not clean:
        raise ValueError("is empty")
    if len(clean) > longest:
        raise ValueError(f"is longer than {longest} characters")
    if re.search("[\n\r\u2028\u2029\x0b\x0c\x85]", clean):
        raise ValueError("holds a line break, which is a control character; write it in one line")
    if any(unicodedata.category(each) in _NOT_IN_TEXT or each in _DIRECTION_MARKS for each in clean):
        raise ValueError("holds a control character")
    return clean


def name_text(text: str) -> str:
    """A name without the marks that nobody sees. ValueError if no letter is left, or if one was lost on the way."""
    clean = _readable(text, LONGEST_NAME)
    if not any(unicodedata.category(each).startswith("L") for each in clean):
        raise ValueError("has no letter that can be seen")
    return clean


def reference_text(text: str) -> str:
    """A register's reference for a household, without the marks that nobody sees."""
    return _readable(text, LONGEST_REFERENCE)


def _readable(text: str, longest: int) -> str:
    clean = plain_text(_UNWRITTEN.sub(lambda found: found[1] or "", text[: longest * 4 + 1]), longest)
    if REPLACED in clean:
        raise ValueError("holds a character that was lost (\ufffd) when the file was saved; write it again")
    return clean


def folded(text: str) -> str:
    """As names and references are compared: width, capitals, blanks and marks make no other one."""
    wide = unicodedata.normalize("NFKC", _MARKS.sub("", text))
    return " ".join(unicodedata.normalize("NFKC", _MARKS.sub("", wide).casefold()).split())


def without_leading_zeros(reference: str) -> str:
    """A reference folded, each number in it without zeros before it: 0301 and 301 come out the same."""
    return re.sub(r"(?<!\d)0+(?=\d)", "", folded(reference))


def region_code(text: str) -> str:
    """A region's code: lower-case letters, digits and hyphens, at most 40."""
    if not re.fullmatch(r"[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?", text):
        raise ValueError("must be lower-case letters, digits and hyphens, at most 40 (like border-north)")
    return text


def language_codes(codes: list[str]) -> tuple[str, ...]:
    """ISO 639 codes in lower case, each once, in the order given."""
    clean = tuple(dict.fromkeys(code.strip().lower() for code in codes if code.strip()))
    if len(clean) > MOST_LANGUAGES:
        raise ValueError(f"has more than {MOST_LANGUAGES} languages")
    if not all(code in LANGUAGE_CODES or re.fullmatch(r"[a-z]{3}", code) for code in clean):
        raise ValueError("must be language codes of ISO 639 (ko Korean, zh Chinese, ja Japanese, en English)")
    return clean


def age_on(birth: date, day: date) -> int:
    """Full years on `day`; who was born on 29 February turns on 1 March in other years."""
    return day.year - birth.year - ((day.month, day.day) < (birth.month, birth.day))


ASKED_FROM = 10
"""The age from which a child has to agree to something itself, beside its guardian."""
BAND_ENDS = ((2, AgeBand.INFANT), (6, AgeBand.CHILD), (18, AgeBand.SCHOOL), (60, AgeBand.ADULT))
"""The age at which somebody has outgrown each band; nobody outgrows the last one, ELDERLY."""


def band_of(age: int) -> AgeBand:
    """The age band of the contracts: infant 0-1, child 2-5, school 6-17, adult 18-59, elderly 60 and over."""
    return next((band for end, band in BAND_ENDS if age < end), AgeBand.ELDERLY)


def born_after(day: date) -> tuple[tuple[date, AgeBand], ...]:
    """The bands on `day` as birth dates: the first pair whose date lies before the birth date has the person's band.

    On 2006-11-01 an infant was born after 2004-11-01: who was born on that date turns two today. After the last pair
    comes ELDERLY. It says the same as `band_of(age_on(birth, day))`, in a form that a database can compare with.
    """
    return tuple((latest_birth(end, day), band) for end, band in BAND_ENDS)


def latest_birth(age: int, day: date) -> date:
    """The latest birth date with which somebody is `age` on `day`.

    On 29 February everybody born up to 29 February has had the birthday, in a year without that date up to the 28th.
    """
    try:
        return day.replace(year=day.year - age)
    except ValueError:
        return day.replace(year=day.year - age, day=28)


def checked_birth(birth: date, today: date) -> date:
    """The birth date, if somebody alive today can have it."""
    if birth > today:
        raise ValueError("lies in the future")
    if age_on(birth, today) > OLDEST:
        raise ValueError(f"is more than {OLDEST} years ago")
    return birth


def birth_from_age(age: int, today: date) -> date:
    """The middle of the year in which somebody of that age was born."""
    if not 0 <= age <= OLDEST:
        raise ValueError(f"must be a whole number from 0 to {OLDEST}")
    return _years_before(today, age) - timedelta(days=182)


def _years_before(day: date, years: int) -> date:
    last_safe = min(day.day, 28) if day.month == 2 else day.day
    return day.replace(year=day.year - years, day=last_safe)
