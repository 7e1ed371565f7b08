"""What other services say about a household goes to its timeline; the first answer makes the household active.

Which contracts are heard, in which words they are told and which of them answer stands in `domain/timeline.py`.
"""

from collections.abc import Sequence
from typing import Any

from services.intake import repository
from services.intake.domain.timeline import TOLD, Entry, entry_of
from services.intake.settings import Settings
from shared.contracts.inventory import HouseholdSupplies
from shared.messaging.consumer import Hears
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


def hears(_: Settings) -> tuple[Hears[Any], ...]:
    """What this service consumes: every contract that its timeline has words for."""
    return tuple(Hears(contract, keep) for contract in TOLD)
