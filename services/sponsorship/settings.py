"""Settings of the sponsorship service."""

from shared.settings import ServiceSettings


class Settings(ServiceSettings):
    """Only what every service has, so far."""
