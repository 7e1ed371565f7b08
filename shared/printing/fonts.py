"""The fonts that papers are set in, and whether they have a glyph for each character of a text.

Typst sets an empty box where a glyph is missing, and says nothing. A receipt with a box in its donor's name is worth
nothing, so every text is looked at before it is printed.
"""

import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property, lru_cache
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import typst
from fontTools.ttLib import TTFont

FAMILIES = ("Noto Sans CJK JP", "DejaVu Sans")
"""The first has Japanese, Korean and Chinese; the second the Latin letters of Europe that the first lacks, like Ł."""
_REGULAR = ("normal", 400)


class FontsMissing(RuntimeError):
    """A font that papers need is not there; the words say which."""


class _Glyphs(NamedTuple):
    """What one font has: characters, and pairs of a character and the mark that picks a variant of it."""

    characters: frozenset[int]
    variants: frozenset[tuple[int, int]]


class Fonts:
    """Fonts in these folders. They are read when the first paper is printed, once."""

    def __init__(self, folders: Sequence[Path]) -> None:
        self._folders = folders

    @cached_property
    def found(self) -> typst.Fonts:
        """As typst takes them. Raises FontsMissing."""
        there = [str(each) for each in self._folders if each.is_dir()]
        fonts = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=there)
        if lacking := [each for each in FAMILIES if each not in fonts.families()]:
            packages = "the packages fonts-noto-cjk and fonts-dejavu-core have them"
            raise FontsMissing(f"These fonts are not there: {', '.join(lacking)}; {packages}.")
        return fonts

    @cached_property
    def _glyphs(self) -> Sequence[_Glyphs]:
        return [_read(self.found, family) for family in FAMILIES]

    def missing(self, text: str) -> list[str]:
        """The characters for which there is no glyph, each once. Raises FontsMissing."""
        lost: list[str] = []
        for cluster in _clusters(text):
            if not self._printable(cluster):
                # Each may have a glyph, and no font both.
                lost += [each for each in cluster if not self._printable(each)] or cluster
        return list(dict.fromkeys(lost))

    def _printable(self, cluster: str) -> bool:
        return any(_has(font, cluster) for font in self._glyphs)


@lru_cache(4)
def fonts_of(folders: Sequence[Path]) -> Fonts:
    """The fonts of these folders, read once: that takes a second."""
    return Fonts(folders)


def composed(text: str) -> str:
    """The same text with letters and their accents in one character where there is one, as fonts have them."""
    return unicodedata.normalize("NFC", text)


def _clusters(text: str) -> Iterator[str]:
    """A character with the accents and variant marks on it: one font has to have all of them."""
    cluster = ""
    for each in text:
        if cluster and unicodedata.category(each) in ("Mn", "Mc", "Me"):
            cluster += each
            continue
        if cluster:
            yield cluster
        cluster = "" if each in " \n" else each
    if cluster:
        yield cluster


def _has(font: _Glyphs, cluster: str) -> bool:
    points = [ord(each) for each in cluster]
    pairs = pairwise(points)
    marked = {mark for base, mark in pairs if (base, mark) in font.variants}
    return all(point in font.characters or point in marked for point in points)


def _read(fonts: typst.Fonts, family: str) -> _Glyphs:
    """What the regular face of a family has."""
    face = next(
        each for each in fonts.fonts() if each.family == family and (each.style, each.weight) == _REGULAR
    )
    assert face.path, "fonts come from folders"
    with TTFont(face.path, fontNumber=face.index, lazy=True) as font:
        tables = font["cmap"].tables
        characters = frozenset(_points(each.cmap for each in tables if each.isUnicode()))
        variants = frozenset(
            (base, mark)
            for each in tables
            if each.format == 14
            for mark, pairs in each.uvsDict.items()
            for base, _ in pairs
        )
    return _Glyphs(characters, variants)


def _points(maps: Iterable[dict[int, str]]) -> Iterator[int]:
    for each in maps:
        yield from each
