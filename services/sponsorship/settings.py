"""Settings of the sponsorship service."""

from pydantic import Field

from services.sponsorship.domain.rules import Rules
from shared.settings import ServiceSettings


class Settings(ServiceSettings):
    """How children are placed with the gifts that are for them."""

    hold_days: int = Field(
        default=14, ge=1, le=366, description="so long a hold keeps a child if nobody chose its end"
    )
    uncovered_months: int = Field(
        default=2, ge=1, le=12, description="a child is at risk once so many months are covered no longer"
    )
    places_by_itself: bool = Field(
        default=True, description="gifts are given the most urgent children who may be shown"
    )

    @property
    def rules(self) -> Rules:
        """As the domain sees them."""
        return Rules(self.zone, self.hold_days, self.uncovered_months, self.places_by_itself)
