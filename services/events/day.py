"""What timers do at events, and what a new day begins with."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from services.events.commands import following, helping, speakers
from services.events.repository.gatherings import FOLLOW
from services.events.repository.helping import MATCH
from services.events.settings import Settings
from shared.messaging.timers import OnTimer
from shared.messaging.turning import OnDay
from shared.messaging.unit import Unit


def timers(settings: Settings) -> Mapping[str, OnTimer]:
    """What is done later, by name."""

    async def match(_: Mapping[str, Any], unit: Unit) -> None:
        await helping.look_for_helpers(unit, settings.helping, settings.helper_offer_days)

    async def follow(_: Mapping[str, Any], unit: Unit) -> None:
        await following.follow(unit, settings.helping, settings.speaker_rest_days)

    return {MATCH: match, FOLLOW: follow}


def on_day(settings: Settings) -> OnDay:
    """What ends with a day: what somebody agreed to, offers that nobody answered, checks of volunteers."""

    async def begin(_: date, unit: Unit) -> None:
        await speakers.on_day(unit, settings.speaker_rest_days)
        await helping.on_day(unit, settings.helping)

    return begin
