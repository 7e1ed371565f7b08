"""The press: words go in, a PDF comes out, and the same words give the same bytes.

Words reach typst as JSON in `sys.inputs`, never as source: in a template they are values, so somebody who is called
`#panic()` is printed like that. `page.typ` comes before each template: it reads them, and sets paper and fonts.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any
from unicodedata import name

import typst

from shared.printing.fonts import FAMILIES, Fonts, FontsMissing, composed, fonts_of

Words = Mapping[str, Any]
"""What a paper says, as JSON. All text in it is printed as it stands."""
_PAGE = (Path(__file__).parent / "page.typ").read_bytes()
_NO_GLYPH = "No font here has a glyph for"


@dataclass(frozen=True)
class Unprintable:
    """Why something cannot be printed, for whoever asked for it: it may name characters of somebody's name."""

    words: str


class Press:
    """Sets papers by one template, in these fonts."""

    def __init__(self, template: Path, fonts: Fonts) -> None:
        self._source = _PAGE + template.read_bytes()
        self._fonts = fonts

    def lacking(self, words: Words) -> Unprintable | None:
        """What keeps these words from being printed; None if nothing does."""
        try:
            lost = self._fonts.missing(composed("\n".join(_texts(words))))
        except FontsMissing as missing:
            return Unprintable(str(missing))
        return Unprintable(f"{_NO_GLYPH} {', '.join(map(_named, lost))}.") if lost else None

    def printed(self, kind: str, words: Words, on: date) -> bytes | Unprintable:
        """A paper of this kind (the template has them) as PDF, made on this day as far as anybody can see."""
        return self.lacking(words) or self._set(kind, words, on)

    def _set(self, kind: str, words: Words, on: date) -> bytes:
        data = composed(json.dumps(words, ensure_ascii=False, sort_keys=True))
        # A paper has no time of day: two of one day with the same words are the same.
        midnight = datetime(on.year, on.month, on.day, tzinfo=UTC)
        return typst.compile(
            self._source,
            font_paths=self._fonts.found,
            ignore_system_fonts=True,
            sys_inputs={"kind": kind, "families": json.dumps(FAMILIES), "words": data},
            format="pdf",
            timestamp=midnight,
        )


@lru_cache(16)
def press_of(template: Path, folders: Sequence[Path]) -> Press:
    """The press of a template, made once; all of one service share their fonts."""
    return Press(template, fonts_of(folders))


def plain(text: str) -> str:
    """Browsers end a line by two characters, and the first of them has no glyph; nor has a tab."""
    return text.replace("\r\n", "\n").replace("\t", " ")


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
