"""Settings of the events service."""

from shared.settings import ServiceSettings


class Settings(ServiceSettings):
    """Only what every service has, so far."""
