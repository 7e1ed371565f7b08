"""What events does when another service says something."""

from typing import Any

from services.events.settings import Settings
from shared.messaging.consumer import Hears


def hears(_: Settings) -> tuple[Hears[Any], ...]:
    """What this service consumes, and how."""
    return ()
