"""What other services say about a household goes to its timeline, and about a case to its history. The first answer of
inventory makes the household active; answers to the wishes of a household that settles are counted.

Which contracts are heard, and in which words they are told, stands in `domain/timeline.py` and `domain/elsewhere.py`.
"""

from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import Table

from services.intake import repository
from services.intake.commands.settling import tell_answers
from services.intake.domain.elsewhere import told_entry, told_words
from services.intake.domain.grants import case_grant_entry, grant_entry, grant_words
from services.intake.domain.timeline import TOLD, Entry, entry_of
from services.intake.settings import Settings
from services.intake.tables import CHILD_TOLD, GRANT_TOLD, HELP_TOLD, LESSON_TOLD, SLOT_TOLD
from shared.contracts.donations import GrantChanged
from shared.contracts.events import HelpChanged, SpeakingChanged
from shared.contracts.inventory import HouseholdSupplies
from shared.contracts.sponsorship import ChildChanged, LessonPlaceChanged
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
    await tell_answers(unit, [each.grant_id for each in told])


def _told(table: Table) -> Callable[[Sequence[Any], Unit], Any]:
    """The handler that keeps in this table what was told last of each, and writes it to the timeline of the household
    that it names; of a fieldworker or a need of nobody's household none is named. What comes late is old news.
    """

    async def on_told(facts: Sequence[Any], unit: Unit) -> None:
        told = list((await newest(unit, table, facts)).facts.values())
        rows = [
            {"id": each.subject, "version": each.version, "status": each.status, "summary": told_words(each)}
            for each in told
        ]
        of_request = "request_id" in table.c
        if of_request:
            rows = [{**row, "request_id": each.request_id} for row, each in zip(rows, told, strict=True)]
        unit.writes.change(table, rows)
        repository.add_entries(
            unit.writes, [told_entry(each, unit.now) for each in told if each.household_id]
        )
        if of_request:
            await tell_answers(unit, {each.request_id for each in told if each.request_id})

    return on_told


def hears(_: Settings) -> tuple[Hears[Any], ...]:
    """What this service consumes: every contract that its timeline has words for, and what became of grants."""
    return (
        *(Hears(contract, keep) for contract in TOLD),
        Hears(GrantChanged, on_grant_changed),
        Hears(ChildChanged, _told(CHILD_TOLD)),
        Hears(LessonPlaceChanged, _told(LESSON_TOLD)),
        Hears(HelpChanged, _told(HELP_TOLD)),
        Hears(SpeakingChanged, _told(SLOT_TOLD)),
    )
