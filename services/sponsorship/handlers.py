"""What sponsorship does when another service says something: load, decide, write down, say."""

from collections.abc import Sequence
from functools import partial
from typing import Any

from services.sponsorship.commands import helpers, settlements
from services.sponsorship.domain.children import seen_in
from services.sponsorship.ledger import Book
from services.sponsorship.repository import children
from services.sponsorship.settings import Settings
from services.sponsorship.tables import HOUSEHOLD
from shared.contracts.events import HelpChanged
from shared.contracts.intake import (
    HouseholdChanged,
    HouseholdClosed,
    HouseholdRegistered,
    HouseholdReopened,
    HouseholdState,
    SettlementAsked,
)
from shared.messaging.consumer import Hears
from shared.messaging.states import newest
from shared.messaging.unit import Unit


async def on_household_state(facts: Sequence[HouseholdState], unit: Unit) -> None:
    """List the children who need a school place.

    A fact that comes late changes nothing of the household. But since when a child was of school age is looked for in
    all facts: a child waits as long, whichever of them comes first.
    """
    async with Book.open(unit) as book:
        news = await newest(unit, HOUSEHOLD, facts)
        book.touch(await children.save_states(unit.session, unit.writes, news.facts.values()))
        book.touch(await children.seen_at(unit.session, news.facts))
        for fact in facts:
            book.see(seen_in(fact))


async def on_household_closed(late_days: int, facts: Sequence[HouseholdClosed], unit: Unit) -> None:
    """Take the children of closed households off the list, and their learners out of the lessons."""
    async with Book.open(unit) as book:
        news = await newest(unit, HOUSEHOLD, facts)
        closed = {key: fact.version for key, fact in news.facts.items()}
        book.touch(await children.save_closed(unit.session, unit.writes, closed))
        book.touch(await children.seen_at(unit.session, closed))
    await settlements.close_households(unit, late_days, facts)


async def on_settlement_asked(late_days: int, facts: Sequence[SettlementAsked], unit: Unit) -> None:
    """Give those who wish for lessons a place, or put them in line."""
    await settlements.follow_requests(unit, late_days, facts)


async def on_help_changed(facts: Sequence[HelpChanged], unit: Unit) -> None:
    """Keep whether teachers were found."""
    await helpers.hear(unit, facts)


def hears(settings: Settings) -> tuple[Hears[Any], ...]:
    """What this service consumes, and how."""
    late_days = settings.lesson_late_days
    return (
        Hears(HouseholdRegistered, on_household_state),
        Hears(HouseholdChanged, on_household_state),
        Hears(HouseholdReopened, on_household_state),
        Hears(HouseholdClosed, partial(on_household_closed, late_days)),
        Hears(SettlementAsked, partial(on_settlement_asked, late_days)),
        Hears(HelpChanged, on_help_changed),
    )
