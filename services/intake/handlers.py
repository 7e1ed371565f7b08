"""What other services say about a household goes to its timeline, and about a case to its history. The first answer
makes the household active.

Which contracts are heard, in which words they are told and which of them answer stands in `domain/timeline.py`.
"""

from collections.abc import Sequence
from typing import Any

from services.intake import repository
from services.intake.domain.grants import case_grant_entry, grant_entry, grant_words
from services.intake.domain.timeline import TOLD, Entry, entry_of
from services.intake.settings import Settings
from services.intake.tables import GRANT_TOLD
from shared.contracts.donations import GrantChanged
from shared.contracts.inventory import HouseholdSupplies
from shared.messaging.consumer import Hears
from shared.messaging.states import newest
from shared.messaging.unit import Unit

STATUS = "intake.status"
"""What stands for a contract in a timeline where intake itself did something that nobody is told of."""


async def keep(facts: Sequence[HouseholdSupplies], unit: Unit) -> None:
    """Write the facts to the timelines, and make those households active that were waiting for an answer."""
    repository.add_entries(unit.writes, [entry_of(fact, unit.now) for fact in facts])
    answered = {fact.household_id for fact in facts if TOLD[type(fact)].answers}
    if not answered:
        return
    became = await repository.activate(unit.session, answered)
    words = "Active: inventory has answered."
    repository.add_entries(
        unit.writes,
        [Entry(each, unit.now, unit.today, STATUS, unit.actor.id, words) for each in became],
    )


async def on_grant_changed(facts: Sequence[GrantChanged], unit: Unit) -> None:
    """Write what became of grants to the timelines of their households and the histories of their cases.

    What comes late is old news.
    """
    news = await newest(unit, GRANT_TOLD, facts)
    told = list(news.facts.values())
    rows = [
        {"id": each.grant_id, "version": each.version, "status": each.status, "summary": grant_words(each)}
        | {"paid": each.paid.amount}
        for each in told
    ]
    unit.writes.change(GRANT_TOLD, rows)
    repository.add_entries(unit.writes, [grant_entry(each, unit.now) for each in told if each.household_id])
    repository.add_to_history(
        unit.writes, [case_grant_entry(each, unit.now) for each in told if each.case_id]
    )


def hears(_: Settings) -> tuple[Hears[Any], ...]:
    """What this service consumes: every contract that its timeline has words for, and what became of grants."""
    return (*(Hears(contract, keep) for contract in TOLD), Hears(GrantChanged, on_grant_changed))
