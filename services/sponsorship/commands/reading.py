"""Showing what sponsors and children wrote and sent. Whoever is shown it stands in a row of the same transaction."""

from dataclasses import dataclass, field
from enum import StrEnum
from uuid import UUID

from sqlalchemy import RowMapping
from uuid_utils.compat import uuid7

from services.sponsorship import correspondence
from services.sponsorship.correspondence import Photo
from services.sponsorship.domain.letters import LetterState, why_not_show
from services.sponsorship.queries import sponsors
from services.sponsorship.repository import letters
from services.sponsorship.tables import CORRESPONDENCE_READING
from shared.messaging.unit import Unit
from shared.outcomes import Refused, conflict, missing


class Reason(StrEnum):
    """Why somebody reads a letter, a report card or an incident."""

    MASKING = "masking"
    TRANSLATING = "translating"
    CHECKING = "checking"
    DELIVERING = "delivering"
    COMPLAINT = "complaint"
    SAFEGUARDING = "safeguarding"
    ASKED_BY_FAMILY = "asked_by_family"


class What(StrEnum):
    """What is shown: the words as they came, or as they may be passed on."""

    ORIGINAL = "original"
    MASKED = "masked"


@dataclass(frozen=True)
class Shown:
    """Words of a letter as it was in this version."""

    version: int
    text: str = field(repr=False)


TO_DELIVER = (LetterState.CHECKED, LetterState.DELIVERED)
NOT_CHECKED = conflict("Only what was checked is shown to be passed on.")


async def _letter(unit: Unit, letter_id: UUID, reason: Reason) -> RowMapping | Refused:
    """The letter, if it may be shown. Whoever passes one on is shown it once it was checked, while what it needs is
    agreed to.
    """
    row = await letters.lock(unit.session, letter_id)
    if row is None:
        return missing("such letter")
    if row["forgotten_on"]:
        removed = f"The words and pictures of this letter were removed on {row['forgotten_on']}."
        return conflict(f"{removed} The sponsorship had been over for so long that they are kept no longer.")
    if reason is not Reason.DELIVERING:
        return row
    if row["state"] not in TO_DELIVER:
        return NOT_CHECKED
    letter = letters.letter_in(row, await correspondence.kinds_of(unit.session, letter_id))
    why = await sponsors.why_not_write(unit.session, letter.child_id, letter.donor_id, unit.today)
    words = why_not_show(letter, why, await letters.agreed(unit.session, letter.child_id, unit.today))
    return conflict(words) if words else row


async def read_words(unit: Unit, letter_id: UUID, what: What, reason: Reason) -> Shown | Refused:
    """The words of a letter: not to be shown before the unit has committed.

    Nobody who passes a letter on is shown the original, nor what was not checked.
    """
    row = await _letter(unit, letter_id, reason)
    if isinstance(row, Refused):
        return row
    if reason is Reason.DELIVERING and what is What.ORIGINAL:
        return NOT_CHECKED
    words = await correspondence.words_of(unit.session, letter_id)
    text = words.original if what is What.ORIGINAL else words.masked
    if text is None:
        return conflict("Nobody has masked this letter yet.")
    _keep(unit, what.value, reason, letter_id=letter_id)
    return Shown(row["version"], text)


async def read_photo(unit: Unit, photo_id: UUID, reason: Reason) -> Photo | Refused:
    """A picture, under the same rules."""
    found = await correspondence.photo(unit.session, photo_id)
    if found is None:
        return missing("such picture")
    row = await _letter(unit, found.letter_id, reason)
    if isinstance(row, Refused):
        return row
    _keep(unit, "photo", reason, letter_id=found.letter_id)
    return found


async def read_note(unit: Unit, report_id: UUID, reason: Reason) -> str | Refused:
    """The note of a report card: not to be shown before the unit has committed."""
    if reason is Reason.DELIVERING:
        return conflict(
            "A report card is not passed on. What a sponsor may know of it is written in a letter."
        )
    note = await correspondence.note_of(unit.session, report_id)
    if note is None:
        return missing("note of such a report card")
    _keep(unit, "note", reason, report_id=report_id)
    return note


async def read_incident(unit: Unit, incident_id: UUID, reason: Reason) -> str | Refused:
    """The note of an incident: not to be shown before the unit has committed."""
    if reason is Reason.DELIVERING:
        return conflict("The note of an incident is passed on to nobody.")
    note = await correspondence.note_of_incident(unit.session, incident_id)
    if note is None:
        return missing("such incident")
    _keep(unit, "incident", reason, incident_id=incident_id)
    return note


def _keep(unit: Unit, what: str, reason: Reason, **of_it: UUID) -> None:
    named = {"letter_id": None, "report_id": None, "incident_id": None, **of_it}
    row = {"id": uuid7(), "at": unit.now, **named, "actor": unit.actor.id}
    unit.writes.insert(CORRESPONDENCE_READING, [{**row, "what": what, "reason": reason.value}])
