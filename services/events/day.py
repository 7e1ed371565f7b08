"""What timers do at events, and what a new day begins with."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from services.events.commands import following, helping, slots
from services.events.commands.deciding import CONFIRM_ENDS, release
from services.events.commands.seats import lapse
from services.events.ledger import OFFER_ENDS, TELL, tell_untold
from services.events.repository.gatherings import FOLLOW
from services.events.repository.helping import MATCH, SETTLE
from services.events.settings import Settings
from shared.messaging.timers import OnTimer
from shared.messaging.turning import OnDay
from shared.messaging.unit import Unit


def timers(settings: Settings) -> Mapping[str, OnTimer]:
    """What is done later, by name."""
    return {**_of_seats(settings), **_of_people(settings)}


def _of_seats(settings: Settings) -> Mapping[str, OnTimer]:
    rules = settings.seat_rules

    async def offer_ends(payload: Mapping[str, Any], unit: Unit) -> None:
        gathering, party = UUID(payload["gathering"]), UUID(payload["party"])
        await lapse(unit, rules, gathering, party, datetime.fromisoformat(payload["ends_at"]))

    async def confirm_ends(payload: Mapping[str, Any], unit: Unit) -> None:
        await release(unit, rules, UUID(payload["gathering"]), datetime.fromisoformat(payload["until"]))

    async def tell(_: Mapping[str, Any], unit: Unit) -> None:
        await tell_untold(unit)

    return {OFFER_ENDS: offer_ends, CONFIRM_ENDS: confirm_ends, TELL: tell}


def _of_people(settings: Settings) -> Mapping[str, OnTimer]:
    async def match(_: Mapping[str, Any], unit: Unit) -> None:
        await helping.look_for_helpers(unit, settings.helping)

    async def follow(_: Mapping[str, Any], unit: Unit) -> None:
        await following.follow(unit, settings.helping, settings.speaker_rest_days)

    async def settle(_: Mapping[str, Any], unit: Unit) -> None:
        await helping.look_again(unit, settings.helping)

    return {MATCH: match, SETTLE: settle, FOLLOW: follow}


def on_day(settings: Settings) -> OnDay:
    """What ends with a day: what somebody agreed to, offers that nobody answered, checks of volunteers."""

    async def begin(_: date, unit: Unit) -> None:
        await slots.on_day(unit, settings.speaker_rest_days)
        await helping.on_day(unit, settings.helping)

    return begin
