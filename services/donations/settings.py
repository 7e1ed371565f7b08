"""Settings of the donations service."""

from pydantic import Field, field_validator

from services.donations.domain.grants import Limits
from services.donations.domain.money import DIGITS
from shared.settings import ServiceSettings


class Settings(ServiceSettings):
    """Who has to agree to a grant, in minor units by currency."""

    grant_limits: dict[str, int] = Field(
        default={
            "JPY": 50_000,
            "KRW": 500_000,
            "USD": 500_00,
            "EUR": 500_00,
            "CNY": 3_500_00,
            "THB": 17_000_00,
        },
        description="up to so much nobody has to agree to a grant; above it, a treasurer",
    )
    grant_second_limits: dict[str, int] = Field(
        default={
            "JPY": 200_000,
            "KRW": 2_000_000,
            "USD": 2_000_00,
            "EUR": 2_000_00,
            "CNY": 14_000_00,
            "THB": 68_000_00,
        },
        description="above so much a second person has to agree too",
    )

    @field_validator("grant_limits", "grant_second_limits")
    @classmethod
    def _for_every_currency(cls, limits: dict[str, int]) -> dict[str, int]:
        if limits.keys() != DIGITS.keys() or any(each < 0 for each in limits.values()):
            raise ValueError(f"names a limit of at least 0 for each of {', '.join(DIGITS)}")
        return limits

    def limits(self, currency: str) -> Limits:
        """Who has to agree to grants in this currency."""
        return Limits(self.grant_limits[currency], self.grant_second_limits[currency])
