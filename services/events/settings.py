"""Settings of the events service."""

from datetime import UTC, date, datetime, timedelta

from pydantic import Field

from services.events.domain.hours import Hours
from services.events.domain.seats import SeatRules
from shared.settings import ClockMode, ServiceSettings


class Settings(ServiceSettings):
    """How long offers stand, how long seats are kept, and when a place may be told."""

    offer_hours: int = Field(
        default=48, ge=1, le=24 * 60, description="an offer of a seat ends after so many hours"
    )
    moved_days: int = Field(
        default=5, ge=1, le=60, description="so many days a seat is kept after a gathering was moved"
    )
    place_hours: int = Field(
        default=24,
        ge=1,
        le=24 * 14,
        description="so many hours before it begins a gathering's place may be told",
    )

    @property
    def hours(self) -> Hours:
        """Which moment it is, for what is told by the hour."""
        return Hours(self.zone, self.clock is ClockMode.MANUAL)

    def now(self, today: date) -> datetime:
        """The moment that it is at the service whose day is `today`."""
        return self.hours.now(today, datetime.now(UTC))

    @property
    def place_before(self) -> timedelta:
        """How long before a gathering its place may be told."""
        return timedelta(hours=self.place_hours)

    @property
    def seat_rules(self) -> SeatRules:
        """What the rules of seats need to know."""
        return SeatRules(self.hours, timedelta(hours=self.offer_hours), timedelta(days=self.moved_days))
