"""Pictures of letters are added, made anew, and taken out again."""

from uuid import UUID

from services.sponsorship import correspondence
from services.sponsorship.commands.letters import NOT_OPEN
from services.sponsorship.correspondence import Picture
from services.sponsorship.domain.hints import Hint, HintKind
from services.sponsorship.domain.letters import PHOTO, LetterState, PhotoKind
from services.sponsorship.repository import letters
from shared.messaging.unit import Unit
from shared.outcomes import Refused, conflict, missing

MOST_PHOTOS = 10
CHECKED = conflict("This letter was checked already. Mask it again, so that the picture is checked too.")


async def add(unit: Unit, letter_id: UUID, kind: PhotoKind, sent: bytes, picture: Picture) -> UUID | Refused:
    """A picture is added to a letter that is not checked yet. A position in the file waits for an answer."""
    row = await letters.lock(unit.session, letter_id)
    if row is None:
        return missing("such letter")
    if not letters.letter_in(row).open:
        return NOT_OPEN
    if row["state"] not in (LetterState.RECEIVED, LetterState.MASKED):
        return CHECKED
    if len(await correspondence.photos_of(unit.session, letter_id)) >= MOST_PHOTOS:
        return conflict(f"A letter has at most {MOST_PHOTOS} pictures.")
    photo_id = await correspondence.write_photo(unit.session, letter_id, kind, sent, picture)
    if photo_id is None:
        known = await correspondence.same_file(unit.session, letter_id, sent)
        return conflict(f"This file is in the letter already, as picture {known}.")
    await letters.change(unit.session, letter_id, version=row["version"] + 1)
    if picture.position:
        letters.add_findings(unit.writes, letter_id, PHOTO, [Hint(0, 0, HintKind.POSITION)], photo_id)
    return photo_id


async def remove(unit: Unit, photo_id: UUID) -> UUID | Refused:
    """A picture is taken out of a letter that was not passed on, and destroyed. Gives the letter."""
    found = await correspondence.photo(unit.session, photo_id)
    if found is None:
        return missing("such picture")
    row = await letters.lock(unit.session, found.letter_id)
    if row is None or not letters.letter_in(row).open:
        return NOT_OPEN
    await letters.drop_findings(unit.session, found.letter_id, PHOTO, photo_id)
    await correspondence.remove_photo(unit.session, photo_id)
    await letters.change(unit.session, found.letter_id, version=row["version"] + 1)
    return found.letter_id
