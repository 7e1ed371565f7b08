"""What timers do at donations."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from services.donations.commands.ipns import ASK, judge
from services.donations.ledger import SERVE, MoneyLedger
from services.donations.outside import PayPal
from services.donations.repository import grants
from services.donations.settings import Settings
from shared.messaging.timers import OnTimer
from shared.messaging.unit import Unit


def timers(settings: Settings, paypal: PayPal | None) -> Mapping[str, OnTimer]:
    """What is done later, by name."""
    if paypal is None:
        return {SERVE: serve}

    async def ask(payload: Mapping[str, Any], unit: Unit) -> None:
        await judge(unit, paypal, settings.zone, UUID(payload["notice"]))

    return {SERVE: serve, ASK: ask}


async def serve(_: Mapping[str, Any], unit: Unit) -> None:
    """Money has come or became free: give it to the grants that wait, by their order."""
    async with MoneyLedger.open(unit, await grants.hungry_funds(unit.session)):
        pass
