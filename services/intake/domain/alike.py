"""Whether what was said of two people of one name can be said of one: what keeps a register from doubling somebody."""

from dataclasses import dataclass, field
from datetime import date

from services.intake.domain.people import Sex, age_on


@dataclass(frozen=True)
class Face:
    """What tells somebody apart from others of the same household; `name` is the same for the same folded names."""

    name: bytes | str = field(repr=False)
    sex: Sex
    birth: date = field(repr=False)
    estimated: bool


def same(one: Face, other: Face) -> bool:
    """Nothing that is kept tells them apart."""
    return one == other


def sex_agrees(one: Face, other: Face) -> bool:
    return one.sex is other.sex or Sex.UNKNOWN in (one.sex, other.sex)


def age_agrees(one: Face, other: Face, today: date) -> bool:
    """Two birth dates must be equal. An age may be off by one, as the birthday may lie between two registers."""
    if not one.estimated and not other.estimated:
        return one.birth == other.birth
    return abs(age_on(one.birth, today) - age_on(other.birth, today)) <= 1


def agrees(one: Face, other: Face, today: date) -> bool:
    """They can be one person: of the same name, and neither sex nor age speaks against it."""
    return one.name == other.name and sex_agrees(one, other) and age_agrees(one, other, today)


def likeness(one: Face, other: Face) -> tuple[bool, bool, int]:
    """Of several who agree, the smallest is the likeliest."""
    days = abs((one.birth - other.birth).days)
    return (one.estimated or other.estimated, one.sex is not other.sex, days)
