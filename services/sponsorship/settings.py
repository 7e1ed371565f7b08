"""Settings of the sponsorship service."""

from typing import Literal

from pydantic import Field

from services.sponsorship.domain.rules import Rules
from services.sponsorship.printing.certificates import Issuer, certificate_press
from shared.printing.settings import PrintingSettings


class Settings(PrintingSettings):
    """How children are placed with gifts, and what holds for lessons and letters."""

    hold_days: int = Field(
        default=14, ge=1, le=366, description="so long a hold keeps a child if nobody chose its end"
    )
    hold_most_days: int = Field(
        default=90, ge=1, le=366, description="staff may choose an end of a hold up to so many days ahead"
    )
    uncovered_months: int = Field(
        default=2, ge=1, le=12, description="a child is at risk once so many months are covered no longer"
    )
    back_days: int = Field(
        default=14,
        ge=0,
        le=366,
        description="a gift whose child's household is closed gets no other child by itself for so many days: that may "
        "have been a mistake",
    )
    places_by_itself: bool = Field(
        default=True, description="gifts are given the most urgent children who may be shown"
    )

    lesson_late_days: int = Field(
        default=7, ge=0, le=60, description="a course that has begun can be joined for so many days"
    )
    lesson_certificate_percent: int = Field(
        default=80,
        ge=1,
        le=100,
        description="a certificate is for whoever attended so much of the minutes held",
    )
    letter_days: int = Field(
        default=30,
        ge=1,
        le=366,
        description="a letter that is still here after so many days is listed as late",
    )
    letter_keep_days: int = Field(
        default=730,
        ge=30,
        le=3660,
        description="words and pictures of letters are removed so many days after the sponsorship is over",
    )
    letter_places: tuple[str, ...] = Field(
        default=(), description="names of places that are looked for in letters, beside those that are known"
    )

    organisation_name: dict[Literal["ja", "en"], str] = Field(
        default={}, description="who issues certificates, by language: ja, en; without it there are none"
    )

    @property
    def issuer(self) -> Issuer:
        """Who issues certificates, and on which press."""
        names = [self.organisation_name.get(each, "") for each in ("ja", "en")]
        return Issuer([each for each in names if each], certificate_press(self.letter_fonts))

    @property
    def rules(self) -> Rules:
        """As the domain sees them."""
        days = min(self.hold_days, self.hold_most_days)
        placing = (self.uncovered_months, self.places_by_itself, self.hold_most_days, self.back_days)
        return Rules(self.zone, days, *placing)
