"""What timers do at events, and what a new day begins with."""

from collections.abc import Mapping

from services.events.settings import Settings
from shared.messaging.timers import OnTimer


def timers(_: Settings) -> Mapping[str, OnTimer]:
    """What is done later, by name."""
    return {}
