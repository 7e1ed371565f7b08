"""Letters: masked, checked, passed on or returned. Each step is one person's, and each person's is kept."""

from collections.abc import Iterable, Mapping
from datetime import date
from uuid import UUID

from sqlalchemy import RowMapping
from uuid_utils.compat import uuid7

from services.sponsorship import correspondence
from services.sponsorship.commands import translators
from services.sponsorship.commands.seen import stale
from services.sponsorship.domain import letters as rules
from services.sponsorship.domain.hints import Hint, hints_in, still_there
from services.sponsorship.domain.letters import (
    MASKED,
    ORIGINAL,
    PHOTO,
    Answer,
    FindingAnswer,
    LetterState,
    Question,
    Returned,
)
from services.sponsorship.queries import sponsors
from services.sponsorship.repository import letters
from services.sponsorship.repository.placing import SHOWN
from services.sponsorship.tables import HELPER_NEED, LETTER_CHECK
from shared.messaging.unit import Unit
from shared.outcomes import Refused, conflict, invalid, missing
from shared.principals import LOCAL_OPERATOR

NOT_OPEN = conflict(rules.OVER)
NOBODY = conflict("Nobody is named who does this. Say it by a code: X-Relief-As, on the command line --as.")


async def _open(unit: Unit, letter_id: UUID) -> RowMapping | Refused:
    if unit.actor == LOCAL_OPERATOR:
        return NOBODY
    row = await letters.lock(unit.session, letter_id)
    if row is None:
        return missing("such letter")
    return row if letters.letter_in(row).open else NOT_OPEN


async def _seen(unit: Unit, letter_id: UUID, version: int) -> RowMapping | Refused:
    """The letter, if it is open and in the version that was seen."""
    row = await _open(unit, letter_id)
    return row if isinstance(row, Refused) else stale("letter", row["version"], version) or row


async def mask(
    unit: Unit, places: tuple[str, ...], letter_id: UUID, version: int, text: str
) -> int | Refused:
    """Somebody who saw this `version` wrote what may be passed on, translated if it has to be. All checks begin anew.

    Findings that were answered as removed, and are there again, are open again. Gives how many are open.
    """
    row = await _seen(unit, letter_id, version)
    if isinstance(row, Refused):
        return row
    session = unit.session
    original = (await correspondence.words_of(session, letter_id)).original
    known = await letters.findings(session, letter_id, ORIGINAL)
    words = {each["id"]: original[each["starts"] : each["ends"]] for each in known}
    back = [
        each["id"]
        for each in known
        if each["answer"] == FindingAnswer.REMOVED and still_there(words[each["id"]], text)
    ]
    await letters.answer(session, back, "", "")
    await letters.drop_findings(session, letter_id, MASKED)
    letters.add_findings(unit.writes, letter_id, MASKED, _new(text, hints_in(text, places), words.values()))
    await correspondence.mask(session, letter_id, text)
    # Whoever masked it once does not check it, also after somebody else has changed a word of it.
    maskers = sorted({*row["maskers"], unit.actor.id})
    changed = {"state": LetterState.MASKED.value, "masked_by": unit.actor.id, "checked_by": ""}
    await letters.change(session, letter_id, **changed, maskers=maskers, version=version + 1)
    return await letters.unanswered(session, letter_id)


def _new(text: str, hints: Iterable[Hint], known: Iterable[str]) -> list[Hint]:
    """What the original did not have: whoever answers that there, need not answer it twice."""
    before = set(known)
    return [each for each in hints if text[each.start : each.end] not in before]


async def answer(
    unit: Unit, finding_id: UUID, what: FindingAnswer, instead_of: FindingAnswer | None
) -> UUID | Refused:
    """Somebody answers a finding, of which they saw the answer `instead_of`, or none. Refused as removed while it is
    still in what would be passed on. Gives the letter.
    """
    found = await letters.finding(unit.session, finding_id)
    if found is None:
        return missing("such finding")
    letter_id: UUID = found["letter_id"]
    row = await _open(unit, letter_id)
    if isinstance(row, Refused):
        return row
    if refused := await _answered(unit, finding_id, instead_of or ""):
        return refused
    if row["state"] == LetterState.RECEIVED and found["found_in"] != PHOTO:
        return conflict("Mask the letter first; then it can be seen what is left of it.")
    if what is FindingAnswer.REMOVED and found["found_in"] != PHOTO:
        words = await correspondence.words_of(unit.session, letter_id)
        masked = words.masked or ""
        source = words.original if found["found_in"] == ORIGINAL else masked
        if still_there(source[found["starts"] : found["ends"]], masked):
            return conflict("It is still in what would be passed on. Mask the letter again without it.")
    await letters.answer(unit.session, [finding_id], what.value, unit.actor.id)
    return letter_id


async def _answered(unit: Unit, finding_id: UUID, seen: str) -> Refused | None:
    """The letter is locked, so whoever answered it first stands there."""
    found = await letters.finding(unit.session, finding_id)
    if found is None or found["answer"] == seen:
        return None if found else missing("such finding")
    said = f"answered by {found['answer']}" if found["answer"] else "open again"
    return conflict(
        f"This finding is {said} now. Look at it again; to answer otherwise, send that as instead_of."
    )


async def check(
    unit: Unit, letter_id: UUID, version: int, answers: Mapping[Question, Answer]
) -> LetterState | Refused:
    """Somebody answers the whole checklist for this `version`; where they are not sure, a second person decides."""
    row = await _seen(unit, letter_id, version)
    if isinstance(row, Refused):
        return row
    letter = letters.letter_in(row)
    unanswered = await letters.unanswered(unit.session, letter_id)
    if words := rules.why_not_check(letter, unit.actor.id, unanswered):
        return conflict(words)
    if lacking := [each.value for each in Question if each not in answers]:
        return invalid("The checklist is answered as a whole.", ("answers", f"lack {', '.join(lacking)}"))
    doubts = rules.doubts_of(answers)
    if doubts and letter.state is LetterState.DOUBTED:
        return conflict("You decide: answer without a doubt, mask the letter again, or return it.")
    state = rules.checked(doubts)
    kept = {"id": uuid7(), "letter_id": letter_id, "doubts": doubts, "on_day": unit.today}
    second = letter.state is LetterState.DOUBTED
    unit.writes.insert(LETTER_CHECK, [{**kept, "round": 2 if second else 1, "actor": unit.actor.id}])
    changed = {"state": state.value, "checked_by": unit.actor.id}
    await letters.change(unit.session, letter_id, **changed, version=version + 1)
    return state


async def deliver(unit: Unit, letter_id: UUID) -> UUID | Refused:
    """It is passed on. Refused unless it was checked, all is answered, and both sides may be in touch today."""
    row = await _open(unit, letter_id)
    if isinstance(row, Refused):
        return row
    letter = letters.letter_in(row, await correspondence.kinds_of(unit.session, letter_id))
    unanswered = await letters.unanswered(unit.session, letter_id)
    why = await sponsors.why_not_write(unit.session, letter.child_id, letter.donor_id, unit.today)
    agreed = await letters.agreed(unit.session, letter.child_id, unit.today)
    if words := rules.why_not_deliver(letter, why, agreed, unanswered):
        return conflict(words)
    last = min(agreed[each] for each in (SHOWN, *letter.scopes))
    await letters.change(unit.session, letter_id, agreed_until=None if last == date.max else last)
    return await _end(unit, letter_id, LetterState.DELIVERED, "")


async def give_back(unit: Unit, letter_id: UUID, reason: Returned) -> UUID | Refused:
    """It is not passed on, for a reason that whoever wrote it is told."""
    row = await _open(unit, letter_id)
    if isinstance(row, Refused):
        return row
    return await _end(unit, letter_id, LetterState.RETURNED, reason.value)


async def _end(unit: Unit, letter_id: UUID, state: LetterState, reason: str) -> UUID:
    ended = {"state": state.value, "reason": reason, "ended_by": unit.actor.id, "ended_on": unit.today}
    await letters.change(unit.session, letter_id, **ended)
    await translators.let_go(unit, HELPER_NEED.c.letter_id == letter_id)
    return letter_id
