"""Hints for whoever checks a letter: what in it may tell where or who somebody is.

They only help. A person reads the whole letter and decides; a hint that is missing proves nothing.
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class HintKind(StrEnum):
    """What may have been found. All are looked for in texts, but the last, which is looked for in photos."""

    MAIL = "mail"
    URL = "url"
    ACCOUNT = "account"
    """A name in a messenger or a social network."""
    DATE = "date"
    PHONE = "phone"
    DIGITS = "digits"
    PLACE = "place"
    POSITION = "position"
    """The photo that was sent had a position in it; the one that is kept has none."""


@dataclass(frozen=True, order=True)
class Hint:
    """Something in a text, from character `start` up to `end`, which is not part of it."""

    start: int
    end: int
    kind: HintKind


PLACES = (
    *(
        "yanbian",
        "yanji",
        "tumen",
        "longjing",
        "helong",
        "hunchun",
        "dandong",
        "shenyang",
        "changchun",
        "mudanjiang",
    ),
    *("hyesan", "musan", "hoeryong", "onsong", "namyang", "sinuiju", "chongjin", "pyongyang", "hamhung"),
    *(
        "延边",
        "延吉",
        "图们",
        "龙井",
        "和龙",
        "珲春",
        "丹东",
        "沈阳",
        "長春",
        "长春",
        "牡丹江",
        "延辺",
        "図們",
        "瀋陽",
    ),
    *("연변", "연길", "도문", "룡정", "용정", "화룡", "훈춘", "단동", "심양", "장춘", "목단강"),
    *("혜산", "무산", "회령", "온성", "남양", "신의주", "청진", "평양", "함흥"),
)
"""Places near the border, in the spellings that letters have. The setting `letter_places` adds to them."""

_MONTHS = "jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec"
_PATTERNS = (
    (
        HintKind.MAIL,
        r"(?<![\w.+-])[\w.+-]+\s*(?:@|\(at\)|\[at\]|\sat\s)\s*[\w-]+\s*(?:\.|\(dot\)|\[dot\]|\sdot\s)\s*\w+",
    ),
    (HintKind.URL, r"(?:https?://|www\.)\S+|\b[\w-]+\.(?:com|net|org|jp|kr|cn|io|me|info)\b(?:/\S*)?"),
    (
        HintKind.ACCOUNT,
        r"(?<!\w)@\w{2,}|\b(?:kakao(?:talk)?|wechat|weixin|line id|telegram|whatsapp|facebook|skype)\b",
    ),
    (HintKind.ACCOUNT, r"카카오톡|카톡|위챗|微信|カカオトーク|ライン"),
    (
        HintKind.DATE,
        rf"(?<!\d)(?<!\d[-/.])(?:\d{{4}}\s*[-/.年년]\s*\d{{1,2}}(?:\s*[-/.月월]\s*\d{{1,2}}\s*[日일]?)?|\d{{1,2}}\s*[月월]\s*\d{{1,2}}\s*[日일]"
        rf"|\d{{1,2}}[-/.]\d{{1,2}}[-/.]\d{{2,4}})(?!\d)|\b\d{{1,2}}(?:st|nd|rd|th)?\s+(?:{_MONTHS})[a-z]*"
        rf"|\b(?:{_MONTHS})[a-z]*\.?\s+\d{{1,2}}\b",
    ),
    (HintKind.PHONE, r"\+?\d(?:[\s.\-()/]*\d){8,14}"),
    (HintKind.DIGITS, r"\d(?:[\s.\-()/]*\d){3,}|[〇零一二三四五六七八九]{4,}"),
)
_FOUND = tuple((kind, re.compile(pattern, re.IGNORECASE)) for kind, pattern in _PATTERNS)


def hints_in(text: str, places: Iterable[str] = ()) -> list[Hint]:
    """What may tell of somebody, in the order of the text. What is part of something found already is left out.

    Wide and other digits count as digits: a phone number in full-width characters is one.
    """
    plain = _plain(text)
    found: list[Hint] = []
    for kind, pattern in _FOUND:
        _add(found, kind, pattern.finditer(plain))
    names = sorted({*PLACES, *(_plain(each).lower() for each in places if each)}, key=len, reverse=True)
    named = re.compile("|".join(map(re.escape, names)), re.IGNORECASE)
    _add(found, HintKind.PLACE, named.finditer(plain))
    return sorted(found)


def _add(found: list[Hint], kind: HintKind, matches: Iterable[re.Match[str]]) -> None:
    for match in matches:
        start, end = match.span()
        if not any(start < each.end and each.start < end for each in found):
            found.append(Hint(start, end, kind))


def _plain(text: str) -> str:
    """The same text, character for character, with wide and other forms as the usual ones."""
    return "".join(_usual(each) for each in text)


def _usual(character: str) -> str:
    if character.isdecimal():
        return str(unicodedata.decimal(character))
    usual = unicodedata.normalize("NFKC", character)
    return usual if len(usual) == 1 else character


def still_there(words: str, text: str) -> bool:
    """Whether words that were found are still in a text, however they are written."""
    return _plain(words).lower() in _plain(text).lower()
