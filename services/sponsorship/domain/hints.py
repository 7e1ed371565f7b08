"""Hints for whoever checks a letter: what in it may tell where or who somebody is.

They only help. A person reads the whole letter and decides; a hint that is missing proves nothing.
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from services.sponsorship.domain.hint_words import FOUND, PLACES, HintKind

__all__ = ["Hint", "HintKind", "hints_in", "still_there"]


@dataclass(frozen=True, order=True)
class Hint:
    """Something in a text, from character `start` up to `end`, which is not part of it."""

    start: int
    end: int
    kind: HintKind


@dataclass(frozen=True)
class Plain:
    """A text in usual characters; for each of them, `at` has where in the text as it was typed it begins and ends."""

    text: str
    at: tuple[tuple[int, int], ...]


def hints_in(text: str, places: Iterable[str] = ()) -> list[Hint]:
    """What may tell of somebody, in the order of the text. What is part of something found already is left out.

    Wide and other characters count as the usual ones: a phone number in full-width or Thai digits is one.
    """
    plain = plain_of(text)
    found: list[Hint] = []
    for kind, pattern in FOUND:
        _add(found, kind, plain, pattern)
    names = sorted(
        {*PLACES, *(plain_of(each).text.lower() for each in places if each)}, key=len, reverse=True
    )
    _add(found, HintKind.PLACE, plain, re.compile("|".join(map(re.escape, names)), re.IGNORECASE))
    return sorted(found)


def _add(found: list[Hint], kind: HintKind, plain: Plain, pattern: re.Pattern[str]) -> None:
    for match in pattern.finditer(plain.text):
        start, end = plain.at[match.start()][0], plain.at[match.end() - 1][1]
        if not any(start < each.end and each.start < end for each in found):
            found.append(Hint(start, end, kind))


def plain_of(text: str) -> Plain:
    """The same text in usual characters: NFKC, all digits as 0 to 9, all dashes as -, and nothing that is not seen."""
    usual: list[str] = []
    at: list[tuple[int, int]] = []
    start = 0
    for end in range(1, len(text) + 1):
        if end < len(text) and _belongs(text[end]):
            continue
        for each in unicodedata.normalize("NFKC", text[start:end]):
            if unicodedata.category(each) != "Cf":
                usual.append(_usual(each))
                at.append((start, end))
        start = end
    return Plain("".join(usual), tuple(at))


def _belongs(character: str) -> bool:
    """Whether it is written together with what comes before: an accent, a part of a Korean syllable, a voiced mark."""
    return (
        unicodedata.combining(character) > 0
        or "\u1160" <= character <= "\u11ff"
        or character in "\uff9e\uff9f"
    )


def _usual(character: str) -> str:
    if character.isdecimal():
        return str(unicodedata.decimal(character))
    return "-" if unicodedata.category(character) == "Pd" or character == "\u2212" else character


def still_there(words: str, text: str) -> bool:
    """Whether words that were found are still in a text, however they are written."""
    return plain_of(words).text.lower() in plain_of(text).text.lower()
