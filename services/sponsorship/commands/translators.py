"""Translators of letters: asked of events by their languages alone. No word of a letter is on the wire, nor whose it
is; staff show it to whoever has agreed.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, RowMapping, select
from uuid_utils.compat import uuid7

from services.sponsorship.commands.seen import stale
from services.sponsorship.domain.letters import OVER, Letter, translator_stays
from services.sponsorship.repository import letters
from services.sponsorship.tables import HELPER_NEED, LETTER
from shared.contracts.events import HelpStatus
from shared.contracts.sponsorship import HelperAsked, HelperStep, LanguageWanted
from shared.messaging.unit import Unit
from shared.outcomes import Refused, conflict, invalid, missing

TRANSLATE = "translate_letter"
LEVEL = "b2"
"""Whoever translates a letter knows both languages at least so well."""
MOST_DAYS = 90
"""A letter that waits longer for its translation is as good as lost."""
NOBODY_ASKED = conflict("No translator is asked for this letter now.")


@dataclass(frozen=True)
class Wanted:
    """The language that a letter is to be put into, and the last day on which that is of use; `version` is that of what
    was asked for until now, as it was seen.
    """

    into: str
    due_on: date
    version: int = 0


async def ask(unit: Unit, letter_id: UUID, wanted: Wanted) -> UUID | Refused:
    """Ask for somebody who translates a letter that is still here, or otherwise than before. Gives the need.

    Once a translation is done, one into another language is a need of its own.
    """
    letter = await letters.lock(unit.session, letter_id)
    if letter is None:
        return missing("such letter")
    if refused := _why_not(unit.today, letters.letter_in(letter), letter["language"], wanted):
        return refused
    asked = {"translate_into": wanted.into, "due_on": wanted.due_on}
    for need in await _open(unit, HELPER_NEED.c.letter_id == letter_id):
        if all(need[name] == value for name, value in asked.items()):
            return UUID(str(need["id"]))
        if refused := stale("letter's translation", need["said"], wanted.version):
            return refused
        if need["status"] != HelpStatus.DONE or need["translate_into"] == wanted.into:
            return _change(unit, need, asked)
        _withdraw(unit, [need])
        # A letter has one need that is open.
        unit.writes.then()
    need_id = uuid7()
    new = {"id": need_id, "said": 1, "task": TRANSLATE, "letter_id": letter_id, "asked_on": unit.today}
    unit.writes.insert(HELPER_NEED, [{**new, **asked}])
    _say(unit, {**new, **asked, "language": letter["language"]}, HelperStep.ASKED)
    return need_id


def _change(unit: Unit, need: RowMapping, asked: dict[str, Any]) -> UUID:
    """Ask for the same need otherwise."""
    need_id: UUID = need["id"]
    now = {**need, **asked, "said": need["said"] + 1}
    unit.writes.change(HELPER_NEED, [{"id": need_id, "said": now["said"], **asked}])
    _say(unit, now, HelperStep.CHANGED)
    return need_id


def _why_not(today: date, letter: Letter, language: str, wanted: Wanted) -> Refused | None:
    if not letter.open:
        return conflict(OVER)
    if wanted.into == language:
        return invalid("A letter is translated into another language than its own.", ("into", "is its own"))
    if not today <= wanted.due_on <= today + timedelta(days=MOST_DAYS):
        words = f"is not within {MOST_DAYS} days from today on"
        return invalid("Say a day by which the translation is of use.", ("due_on", words))
    return None


async def withdraw(unit: Unit, letter_id: UUID) -> UUID | Refused:
    """No translator is wanted any more; whoever had agreed is told so by events."""
    if await letters.lock(unit.session, letter_id) is None:
        return missing("such letter")
    needs = await _open(unit, HELPER_NEED.c.letter_id == letter_id)
    _withdraw(unit, needs)
    return letter_id if needs else NOBODY_ASKED


async def let_go(unit: Unit, which: ColumnElement[bool]) -> None:
    """Withdraw those of these needs whose letter is over, unless somebody has translated it.

    A letter that was passed on leaves whoever agreed with their need, for their hours are still to be told.
    """
    needs = await _open(unit, which)
    _withdraw(
        unit, [each for each in needs if not translator_stays(each["state"], each["found"], each["status"])]
    )


async def _open(unit: Unit, which: ColumnElement[bool]) -> list[RowMapping]:
    """Needs of letters that are not withdrawn, locked, each with how its letter stands now."""
    columns = (HELPER_NEED, LETTER.c.language, LETTER.c.state)
    query = select(*columns).join(LETTER, LETTER.c.id == HELPER_NEED.c.letter_id)
    query = query.where(which, HELPER_NEED.c.open).order_by(HELPER_NEED.c.id).with_for_update(of=HELPER_NEED)
    return list((await unit.session.execute(query)).mappings())


def _withdraw(unit: Unit, needs: list[RowMapping]) -> None:
    for need in needs:
        now = {**need, "said": need["said"] + 1}
        unit.writes.change(HELPER_NEED, [{"id": need["id"], "said": now["said"], "open": False}])
        _say(unit, now, HelperStep.WITHDRAWN)


def _say(unit: Unit, need: dict[str, Any], step: HelperStep) -> None:
    languages = LanguageWanted(language=need["language"], into=need["translate_into"], level=LEVEL)
    unit.say(
        HelperAsked(
            need_id=need["id"],
            version=need["said"],
            task=TRANSLATE,
            languages=(languages,),
            starts_on=need["asked_on"],
            ends_on=need["due_on"],
            online=True,
            people=1,
            status=step.value,
            on=unit.today,
        )
    )
