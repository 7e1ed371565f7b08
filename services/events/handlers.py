"""What events does when another service says something."""

from collections.abc import Sequence
from typing import Any

from services.events.commands import hearing
from services.events.commands.guests import follow_members
from services.events.domain.needs import asked_by_sponsorship, asked_for_settlement
from services.events.repository import cases, members
from services.events.settings import Settings
from services.events.tables import CASE, DONOR_LINK, MEMBER
from shared.contracts.donations import DonorLinked, MembershipChanged
from shared.contracts.intake import (
    AdvocacyChanged,
    ConsentChanged,
    HouseholdClosed,
    HouseholdReopened,
    SettlementAsked,
)
from shared.contracts.sponsorship import HelperAsked
from shared.messaging.consumer import Hears
from shared.messaging.states import newest
from shared.messaging.unit import Unit


async def on_membership_changed(facts: Sequence[MembershipChanged], unit: Unit) -> None:
    """Keep who is a member; the guests whom donations calls so are members, or no longer. What was held stays."""
    news = await newest(unit, MEMBER, facts)
    members.save(unit, news.facts)
    await follow_members(unit, news.facts)


async def on_donor_linked(facts: Sequence[DonorLinked], unit: Unit) -> None:
    """Keep which donors are one person, or are two again; their guests are members if the entry that stands for both
    is one.
    """
    news = await newest(unit, DONOR_LINK, facts)
    await members.save_links(unit, news.rows.values(), news.facts)
    await follow_members(unit, news.facts)


async def on_advocacy_changed(facts: Sequence[AdvocacyChanged], unit: Unit) -> None:
    """Keep which topics the cases of advocacy offer for hearings."""
    news = await newest(unit, CASE, facts)
    cases.save(unit, news.facts)


def hears(settings: Settings) -> tuple[Hears[Any], ...]:
    """What this service consumes, and how."""
    return (
        Hears(MembershipChanged, on_membership_changed),
        Hears(DonorLinked, on_donor_linked),
        Hears(AdvocacyChanged, on_advocacy_changed),
        *_of_people(settings),
    )


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
