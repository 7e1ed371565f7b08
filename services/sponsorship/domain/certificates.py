"""Certificates: what one says stays as it was when it was issued."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID


@dataclass(frozen=True)
class Certificate:
    """That a learner finished a course, having attended so many `minutes` of those `held`. Numbers begin with 1 in each
    year, and none is left out.
    """

    id: UUID
    place_id: UUID
    year: int
    number: int
    course: str
    level: str
    starts_on: date
    ends_on: date
    minutes: int
    held: int
    issued_on: date

    @property
    def words(self) -> str:
        """The number as it is written: 2006-17."""
        return f"{self.year}-{self.number}"
