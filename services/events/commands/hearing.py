"""What becomes of slots, recordings and helpers when intake or sponsorship says something.

Locks are taken in the order of `repository/speakers.py`, and the desk of helpers last but for the needs themselves.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TypeVar

from services.events.commands import helping as helpers
from services.events.commands import slots
from services.events.domain.helping import Rules
from services.events.domain.needs import KeptNeed
from services.events.repository import helping, speakers
from services.events.tables import CONSENT, HOUSEHOLD, NEED
from shared.contracts.intake import (
    ConsentChanged,
    ConsentPurpose,
    HouseholdClosed,
    HouseholdReopened,
    SettlementAsked,
)
from shared.contracts.sponsorship import HelperAsked
from shared.messaging.states import lock_or_make, newer, newest
from shared.messaging.unit import Unit

Asking = TypeVar("Asking", HelperAsked, SettlementAsked)


async def consents(unit: Unit, rest_days: int, facts: Sequence[ConsentChanged]) -> None:
    """Keep what members agreed to for speaking in public, where they are and whether they are of age; their slots and
    recordings follow.
    """
    news = await newest(
        unit, CONSENT, [each for each in facts if each.purpose == ConsentPurpose.PUBLIC_SPEAKING]
    )
    speakers.save_consents(unit.writes, news.facts.values())
    homes = {each.member_id: each.household_id for each in news.facts.values()}
    known = await speakers.of_members(unit.session, homes.keys())
    await speakers.lock(unit.session, known.keys())
    speakers.save_households(unit.writes, {key: homes[member] for key, member in known.items()})
    await slots.look_at(unit, rest_days, known.keys())


async def closed(unit: Unit, rules: Rules, rest_days: int, facts: Sequence[HouseholdClosed]) -> None:
    """Flag the slots of those who are in a closed household, and free its helpers."""
    news = await newest(unit, HOUSEHOLD, facts)
    rows = [{"id": key, "version": each.version} for key, each in news.facts.items()]
    unit.writes.change(HOUSEHOLD, rows)
    await slots.look_at(unit, rest_days, await speakers.of_households(unit.session, news.facts.keys()))
    await helping.take_desk(unit.session)
    await helpers.close(unit, rules, news.facts.keys())


async def reopened(unit: Unit, rest_days: int, facts: Sequence[HouseholdReopened]) -> None:
    """Those of a reopened household may speak again. What had been asked for it stays over, and is asked anew."""
    ids = {each.household_id for each in facts}
    await lock_or_make(unit.session, HOUSEHOLD, ids)
    news = newer(facts, await speakers.reopened(unit.session, ids), unit.looked_at)
    unit.writes.change(HOUSEHOLD, [{"id": key, "reopened": each.version} for key, each in news.items()])
    await slots.look_at(unit, rest_days, await speakers.of_households(unit.session, news.keys()))


async def asked(
    unit: Unit, rules: Rules, facts: Sequence[Asking], need_of: Callable[[Asking], KeptNeed]
) -> None:
    """Look for the helpers whom others want."""
    await helping.take_desk(unit.session)
    news = await newest(unit, NEED, facts)
    needs = [
        replace(need_of(fact), said=row["said"] if (row := news.rows[key]) else 0)
        for key, fact in news.facts.items()
    ]
    await helpers.hear(unit, rules, needs)
