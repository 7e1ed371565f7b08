"""Printing for people whose terminal may be narrower than what they need to copy, and does what is written to it."""

import unicodedata
from collections.abc import Sequence

from rich.console import Console
from rich.measure import Measurement
from rich.table import Column, Table
from rich.text import Text

_KEPT = "\n"
_HARMFUL = ("Cc", "Cf", "Cs", "Zl", "Zp")
"""Categories of characters that a terminal obeys, or that turn the order of others round."""
WIDEST = 1000


def wide_enough(columns: int) -> Console:
    """Standard output, at least so wide."""
    console = Console()
    return console if console.width >= columns else Console(width=columns)


def show_rows(headings: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Print rows so that nothing of them is cut: as a table, or each as a block where the terminal is narrower."""
    console = Console()
    table = Table(*(Column(heading, no_wrap=True) for heading in headings))
    for row in rows:
        table.add_row(*map(shown, row))
    needed = Measurement.get(Console(width=WIDEST), Console(width=WIDEST).options, table).maximum
    if needed <= console.width or not console.is_terminal:
        Console(width=max(needed, console.width)).print(table)
        return
    for row in rows:
        for heading, value in zip(headings, row, strict=True):
            console.print(Text(f"{heading}: ") + shown(value), soft_wrap=True)
        console.print()


def cleaned(text: object) -> str:
    """A text that others wrote, with each character that a terminal would obey shown by its number."""
    return "".join(_shown(each) for each in str(text))


def shown(text: object) -> Text:
    """The same for a table: neither a terminal nor the table takes any of it for an order."""
    return Text(cleaned(text))


def _shown(character: str) -> str:
    harmful = character not in _KEPT and unicodedata.category(character) in _HARMFUL
    return ascii(character)[1:-1] if harmful else character
