"""A part of the demo's register, so that a story with few people is lived through quickly."""

import csv
from pathlib import Path

from shared.cli.demo.command import REGISTER

HOUSEHOLDS = frozenset({"W-02", "W-07", "W-10", "W-16", "W-25", "W-31", "W-32", "W-41"})
"""Three couples, among them; and children, of whom one becomes six in May 2007."""


def small_register(folder: Path, households: frozenset[str] = HOUSEHOLDS) -> Path:
    """A file in `folder` with these households of the demo's register."""
    with REGISTER.with_suffix(".csv").open() as file:
        rows = list(csv.DictReader(file))
    path = folder / "register.csv"
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(each for each in rows if each["household"] in households)
    return path
