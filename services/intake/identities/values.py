"""Who somebody is, as a value. Its parts are not shown when it is printed, and no error repeats them."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any, cast
from uuid import UUID

from services.intake.domain.alike import Face
from services.intake.domain.people import (
    Sex,
    age_on,
    band_of,
    birth_from_age,
    checked_birth,
    folded,
    name_text,
)
from shared.contracts.intake import AgeBand
from shared.spreadsheets.dates import Written


@dataclass(frozen=True)
class Identity:
    """Who a member is. Its parts are not shown when it is printed."""

    given: str = field(repr=False)
    family: str = field(repr=False)
    birth_date: date = field(repr=False)
    estimated: bool

    def band(self, on: date) -> AgeBand:
        return band_of(age_on(self.birth_date, on))

    def face(self, sex: Sex) -> Face:
        """For comparing within one household, or between two."""
        return Face(f"{folded(self.given)}\0{folded(self.family)}", sex, self.birth_date, self.estimated)


@dataclass(frozen=True)
class Name:
    """Who somebody of an advocacy case is. Its parts are not shown when it is printed."""

    given: str = field(repr=False)
    family: str = field(repr=False)


@dataclass(frozen=True)
class Known:
    """A member as an import has to know them: who it is, and how they came."""

    member_id: UUID
    identity: Identity = field(repr=False)
    sex: Sex
    left_on: date | None
    import_id: UUID | None
    import_row: int | None

    @property
    def face(self) -> Face:
        return self.identity.face(self.sex)


class Unfit(ValueError):
    """A part of an identity cannot be taken: `part` is its name, the text says why, without the value."""

    def __init__(self, part: str, reason: str) -> None:
        super().__init__(reason)
        self.part = part


def identity_of(
    given: str, family: str, birth_date: date | Written | None, age: int | None, today: date
) -> Identity:
    """An identity from what was said on `today`. Unfit if it cannot be.

    From an age, or a year or month alone, the birth date is estimated.
    """
    if (birth_date is None) == (age is None):
        raise Unfit("birth_date", "give either a birth date or an age")
    name = name_of(given, family)
    if birth_date is None:
        birth = _checked("age", lambda: birth_from_age(age or 0, today))
        return Identity(name.given, name.family, birth, estimated=True)
    known = birth_date if isinstance(birth_date, date) else birth_date.whole
    likeliest = known or cast(Written, birth_date).likeliest(today)
    birth = _checked("birth_date", lambda: checked_birth(likeliest, today))
    return Identity(name.given, name.family, birth, estimated=known is None)


def name_of(given: str, family: str) -> Name:
    """A name from what was said. Unfit if it cannot be."""
    names = [_checked(part, lambda text=text: name_text(text)) for part, text in _names(given, family)]
    return Name(*names)


def _names(given: str, family: str) -> tuple[tuple[str, str], tuple[str, str]]:
    return ("given_name", given), ("family_name", family)


def _checked(part: str, check: Any) -> Any:
    try:
        return check()
    except ValueError as error:
        raise Unfit(part, str(error)) from None
