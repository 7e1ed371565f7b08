"""Printing for people whose terminal may be narrower than what they need to copy, and does what is written to it."""

import unicodedata

from rich.console import Console
from rich.text import Text

_KEPT = "\n"
_HARMFUL = ("Cc", "Cf", "Cs", "Zl", "Zp")
"""Categories of characters that a terminal obeys, or that turn the order of others round."""


def wide_enough(columns: int) -> Console:
    """Standard output, at least so wide."""
    console = Console()
    return console if console.width >= columns else Console(width=columns)


def cleaned(text: object) -> str:
    """A text that others wrote, with each character that a terminal would obey shown by its number."""
    return "".join(_shown(each) for each in str(text))


def shown(text: object) -> Text:
    """The same for a table: neither a terminal nor the table takes any of it for an order."""
    return Text(cleaned(text))


def _shown(character: str) -> str:
    harmful = character not in _KEPT and unicodedata.category(character) in _HARMFUL
    return ascii(character)[1:-1] if harmful else character
