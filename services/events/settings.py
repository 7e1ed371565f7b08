"""Settings of the events service."""

from services.events.domain.hours import Hours
from shared.settings import ClockMode, ServiceSettings


class Settings(ServiceSettings):
    """Only what every service has, so far."""

    @property
    def hours(self) -> Hours:
        """Which moment it is, for what is told by the hour."""
        return Hours(self.zone, self.clock is ClockMode.MANUAL)
