"""What timers do at events."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from services.events.commands.deciding import CONFIRM_ENDS, release
from services.events.commands.seats import lapse
from services.events.ledger import OFFER_ENDS, TELL, tell_untold
from services.events.settings import Settings
from shared.messaging.timers import OnTimer
from shared.messaging.unit import Unit


def timers(settings: Settings) -> Mapping[str, OnTimer]:
    """What is done later, by name."""
    rules = settings.seat_rules

    async def offer_ends(payload: Mapping[str, Any], unit: Unit) -> None:
        gathering, party = UUID(payload["gathering"]), UUID(payload["party"])
        await lapse(unit, rules, gathering, party, datetime.fromisoformat(payload["ends_at"]))

    async def confirm_ends(payload: Mapping[str, Any], unit: Unit) -> None:
        await release(unit, rules, UUID(payload["gathering"]), datetime.fromisoformat(payload["until"]))

    async def tell(_: Mapping[str, Any], unit: Unit) -> None:
        await tell_untold(unit)

    return {OFFER_ENDS: offer_ends, CONFIRM_ENDS: confirm_ends, TELL: tell}
