"""Settings of the sponsorship service."""

from pydantic import Field

from shared.settings import ServiceSettings


class Settings(ServiceSettings):
    """How late a course can be joined, and when a learner gets a certificate."""

    lesson_late_days: int = Field(
        default=7, ge=0, le=60, description="a course that has begun can be joined for so many days"
    )
    lesson_certificate_percent: int = Field(
        default=80,
        ge=1,
        le=100,
        description="a certificate is for whoever attended so much of the minutes held",
    )
