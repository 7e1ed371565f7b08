"""Printing for people whose terminal, or pipe, may be narrower than what they need to copy."""

from rich.console import Console


def wide_enough(columns: int) -> Console:
    """Standard output, at least so wide."""
    console = Console()
    return console if console.width >= columns else Console(width=columns)
