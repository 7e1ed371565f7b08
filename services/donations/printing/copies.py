"""The press of letters, and copies of what it printed."""

import re
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from shared.printing.press import Press, Unprintable, press_of

LETTERS = Path(__file__).parent / "letters.typ"
_PAGES = re.compile(rb"/Type\s*/Page\b")


def letters_press(folders: Sequence[Path]) -> Press:
    """The press of letters in the fonts of these folders."""
    return press_of(LETTERS, folders)


def copied(press: Press, original: bytes, marks: Sequence[str], on: date) -> bytes | Unprintable:
    """A letter as it was issued, page by page, under marks that say that it is a copy."""
    pages = len(_PAGES.findall(original))
    assert pages, "what was printed here has pages"
    return press.printed("copy", {"original": list(original), "pages": pages, "marks": list(marks)}, on)
