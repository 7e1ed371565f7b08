"""The press: words go in, a PDF comes out, and the same words give the same bytes.

Words reach typst as JSON in `sys.inputs`, never as source: in `letters.typ` they are values, so a donor who is called
`#panic()` is printed like that.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any
from unicodedata import name

import typst

from services.donations.printing.fonts import FAMILIES, Fonts, FontsMissing, composed

Words = Mapping[str, Any]
"""What a letter says, as JSON. All text in it is printed as it stands."""
_SOURCE = (Path(__file__).parent / "letters.typ").read_bytes()
_PAGES = re.compile(rb"/Type\s*/Page\b")
_NO_GLYPH = "No font here has a glyph for"


@dataclass(frozen=True)
class Unprintable:
    """Why something cannot be printed, for whoever asked for it: it may name characters of a donor's name."""

    words: str


class Press:
    """Sets letters in the fonts of these folders."""

    def __init__(self, folders: Sequence[Path]) -> None:
        self._fonts = Fonts(folders)

    def lacking(self, words: Words) -> Unprintable | None:
        """What keeps these words from being printed; None if nothing does."""
        try:
            lost = self._fonts.missing(composed("\n".join(_texts(words))))
        except FontsMissing as missing:
            return Unprintable(str(missing))
        return Unprintable(f"{_NO_GLYPH} {', '.join(map(_named, lost))}.") if lost else None

    def printed(self, kind: str, words: Words, on: date) -> bytes | Unprintable:
        """A letter of this kind (`letters.typ` has them) as PDF, made on this day as far as anybody can see."""
        return self.lacking(words) or self._set(kind, words, on)

    def copied(self, original: bytes, marks: Sequence[str], on: date) -> bytes | Unprintable:
        """A letter as it was issued, page by page, under marks that say that it is a copy."""
        pages = len(_PAGES.findall(original))
        assert pages, "what was printed here has pages"
        lost = self.lacking({"marks": marks})
        return lost or self._set(
            "copy", {"original": list(original), "pages": pages, "marks": list(marks)}, on
        )

    def _set(self, kind: str, words: Words, on: date) -> bytes:
        data = composed(json.dumps(words, ensure_ascii=False, sort_keys=True))
        # A letter has no time of day: two of one day with the same words are the same.
        midnight = datetime(on.year, on.month, on.day, tzinfo=UTC)
        return typst.compile(
            _SOURCE,
            font_paths=self._fonts.found,
            ignore_system_fonts=True,
            sys_inputs={"kind": kind, "families": json.dumps(FAMILIES), "words": data},
            format="pdf",
            timestamp=midnight,
        )


@lru_cache(4)
def press_of(folders: Sequence[Path]) -> Press:
    """The press of these folders, made once: reading the fonts takes a second."""
    return Press(folders)


def _texts(words: object) -> Iterator[str]:
    if isinstance(words, str):
        yield words
    elif isinstance(words, Mapping):
        for each in words.values():
            yield from _texts(each)
    elif isinstance(words, list | tuple):
        for each in words:
            yield from _texts(each)


def _named(character: str) -> str:
    return f"U+{ord(character):04X} {name(character, '')}".strip()
