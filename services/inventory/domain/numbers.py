"""Whole numbers: quantities are ints in base units (grams, sets, kits, places, pieces)."""

MOST = 10**12
"""No quantity is above this (a million tons in grams): more is a slip of the hand."""


def check_quantity(name: str, value: int, least: int = 0) -> None:
    """Raise ValueError unless `value` is a whole number from `least` to `MOST`."""
    whole = isinstance(value, int) and not isinstance(value, bool)
    if not whole or not least <= value <= MOST:
        raise ValueError(f"{name} must be a whole number from {least} to {MOST:,}, not {value!r}")


def check_text(name: str, value: str) -> None:
    """Raise ValueError unless `value` has something in it and is at most 200 characters."""
    if not value.strip() or len(value) > 200:
        raise ValueError(f"{name} must have 1 to 200 characters")
