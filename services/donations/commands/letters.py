"""Letters are addressed, printed and kept, and shown to whoever says why."""

import asyncio
from dataclasses import dataclass
from uuid import UUID

from uuid_utils.compat import uuid7

from services.donations import contacts
from services.donations.contacts import Letter
from services.donations.domain.letters import LetterState, Reader
from services.donations.printing import words
from services.donations.printing.copies import copied
from services.donations.printing.office import Office
from services.donations.printing.words import Issued, Language, Party, language_of
from services.donations.repository import donors, letters
from services.donations.tables import LETTER_READING
from shared.messaging.unit import Unit
from shared.outcomes import Refused, conflict, missing
from shared.printing.press import Unprintable, Words

ORIGINAL, COPY = "original", "copy"


@dataclass(frozen=True)
class Shown:
    """A letter as somebody gets to see it: `pdf` is the original, or a copy that says that it is one."""

    letter: Letter
    pdf: bytes


NOBODY_WRITES = (
    "The settings do not say who writes letters. Set RELIEF_ORGANISATION_NAME and RELIEF_ORGANISATION_ADDRESS of "
    'donations, both like {"ja": "...", "en": "..."} with one language at least, and start donations anew.'
)


async def addressed(
    unit: Unit, office: Office, donor_id: UUID, language: Language | None
) -> Issued | Refused:
    """Who writes to whom: the donor as merged since, in the donor's language if no other one is asked for."""
    donor = await donors.kept(unit.session, donor_id)
    assert donor, "a gift has a donor that there is"
    contact = await contacts.read(unit.session, donor["id"])
    if contact is None or not contact.address:
        return conflict("A letter names its donor's address. Write it down first.")
    language = language or language_of(donor["language"])
    sender = office.party(language)
    if sender is None:
        return conflict(NOBODY_WRITES)
    party = Party(contact.name, contact.address, organisation=donor["kind"] == "organisation")
    return Issued(sender, party, language, unit.today)


async def keep_letter(
    unit: Unit, office: Office, kind: str, letter_id: UUID, donor_id: UUID, issued: Issued, says: Words
) -> None:
    """Print a letter that nothing keeps from being printed, and keep its bytes and words behind the door."""
    body = await asyncio.to_thread(office.press.printed, kind, says, unit.today)
    assert not isinstance(body, Unprintable), "it was looked at before"
    letter = Letter(letter_id, kind, donor_id, issued.language.value, unit.today, body, says)
    contacts.write_letter(unit.writes, letter)


def not_printed(lost: Unprintable) -> Refused:
    return conflict(f"This letter cannot be printed. {lost.words}")


async def show(unit: Unit, office: Office, letter_id: UUID, what: str, reader: Reader) -> Shown | Refused:
    """A letter as it was issued, or a copy of it that says so; who was shown it, and why, is kept.

    Refused is the original of a letter that is no longer valid; its copy says that it is void.
    """
    state = await letters.state_of(unit.session, letter_id)
    letter = await contacts.read_letter(unit.session, letter_id)
    if state is None or letter is None:
        return missing(f"letter {letter_id}")
    valid = state is LetterState.ISSUED
    if what == ORIGINAL and not valid:
        return conflict(f"This letter is {state.value}. A copy of it can be had, which says that it is void.")
    pdf: bytes | Unprintable = letter.body
    if what == COPY:
        marks = words.marks(Language(letter.language), valid=valid)
        pdf = await asyncio.to_thread(copied, office.press, letter.body, marks, letter.issued_on)
    if isinstance(pdf, Unprintable):
        return not_printed(pdf)
    row = {"id": uuid7(), "at": unit.now, "letter_id": letter_id, "actor": unit.actor.id}
    unit.writes.insert(LETTER_READING, [{**row, "what": what, "reason": reader.value}])
    return Shown(letter, pdf)
