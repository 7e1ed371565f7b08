"""What timers do at donations."""

from collections.abc import Mapping
from typing import Any

from services.donations.ledger import SERVE, MoneyLedger
from services.donations.repository import grants
from services.donations.settings import Settings
from shared.messaging.timers import OnTimer
from shared.messaging.unit import Unit


def timers(_: Settings) -> Mapping[str, OnTimer]:
    """What is done later, by name."""
    return {SERVE: serve}


async def serve(_: Mapping[str, Any], unit: Unit) -> None:
    """Money has come or became free: give it to the grants that wait, by their order."""
    async with MoneyLedger.open(unit, await grants.hungry_funds(unit.session)):
        pass
