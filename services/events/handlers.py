"""What events does when another service says something."""

from collections.abc import Sequence
from typing import Any

from services.events.commands import hearing
from services.events.domain.needs import asked_by_sponsorship, asked_for_settlement
from services.events.settings import Settings
from shared.contracts.intake import ConsentChanged, HouseholdClosed, HouseholdReopened, SettlementAsked
from shared.contracts.sponsorship import HelperAsked
from shared.messaging.consumer import Hears
from shared.messaging.unit import Unit


def hears(settings: Settings) -> tuple[Hears[Any], ...]:
    """What this service consumes, and how."""
    return _of_people(settings)


def _of_people(settings: Settings) -> tuple[Hears[Any], ...]:
    """What is heard of speakers and helpers."""
    rules, rest_days = settings.helping, settings.speaker_rest_days

    async def on_consent_changed(facts: Sequence[ConsentChanged], unit: Unit) -> None:
        await hearing.consents(unit, rest_days, facts)

    async def on_household_closed(facts: Sequence[HouseholdClosed], unit: Unit) -> None:
        await hearing.closed(unit, rules, rest_days, facts)

    async def on_household_reopened(facts: Sequence[HouseholdReopened], unit: Unit) -> None:
        await hearing.reopened(unit, rest_days, facts)

    async def on_helper_asked(facts: Sequence[HelperAsked], unit: Unit) -> None:
        await hearing.asked(unit, rules, facts, asked_by_sponsorship)

    async def on_settlement_asked(facts: Sequence[SettlementAsked], unit: Unit) -> None:
        level = settings.settlement_level
        await hearing.asked(unit, rules, facts, lambda fact: asked_for_settlement(fact, level))

    return (
        Hears(ConsentChanged, on_consent_changed),
        Hears(HouseholdClosed, on_household_closed),
        Hears(HouseholdReopened, on_household_reopened),
        Hears(HelperAsked, on_helper_asked),
        Hears(SettlementAsked, on_settlement_asked),
    )
