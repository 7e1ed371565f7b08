"""Figures in words and tables for people."""

from rich.table import Table

NUMBERS = {"justify": "right", "no_wrap": True}


def amount(quantity: int, unit: str) -> str:
    """A quantity of an item for people: grams as kilograms, everything else with its unit."""
    return _kilograms(quantity) if unit == "g" else f"{quantity:,} {plural(unit, quantity)}"


def measured(figure: int, unit: str) -> str:
    """A figure of the plan, whose units are written in the plural already."""
    return _kilograms(figure) if unit == "g" else f"{figure:,} {unit}"


def _kilograms(quantity: int) -> str:
    kilograms, grams = divmod(quantity, 1000)
    return f"{kilograms:,}.{grams:03}".rstrip("0").rstrip(".") + " kg"


def plural(unit: str, quantity: int = 0) -> str:
    return unit if quantity == 1 else f"{unit}s"


def table(title: str, *words: str, **columns: dict[str, object]) -> Table:
    """A table with columns of words, then columns of figures."""
    made = Table(title=title, title_justify="left", title_style="bold")
    for column in words:
        made.add_column(column)
    for column, style in columns.items():
        made.add_column(column, justify="right", no_wrap=bool(style["no_wrap"]))
    return made


def words_of(code: str) -> str:
    """A code as people read it."""
    return code.replace("_", " ")
