"""A letter comes in: of whom, and what in it may tell too much."""

from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from uuid_utils.compat import uuid7

from services.sponsorship import correspondence
from services.sponsorship.domain.hints import hints_in
from services.sponsorship.domain.letters import ORIGINAL, Direction
from services.sponsorship.queries import sponsors
from services.sponsorship.repository import children, letters
from services.sponsorship.tables import LETTER
from shared.messaging.unit import Unit
from shared.outcomes import Refused, conflict, invalid, missing


@dataclass(frozen=True)
class Came:
    """A letter as it came in; `again` says that its words came before, and now once more."""

    direction: Direction
    child_id: UUID
    donor_id: UUID
    language: str
    received_on: date
    text: str = field(repr=False)
    again: bool = False


async def receive(unit: Unit, places: tuple[str, ...], came: Came) -> UUID | Refused:
    """A letter came. What in it may tell too much is found, and waits for an answer.

    After the end of a sponsorship letters still come, and can be returned; of strangers none are taken. Letters of one
    child are written down one after another, so that the same one is seen.
    """
    child = await children.lock(unit.session, came.child_id)
    if child is None:
        return missing("such child")
    if came.received_on > unit.today:
        return invalid("A letter came today or earlier.", ("received_on", "is in the future"))
    if came.received_on < child["waiting_since"]:
        words = f"is before {child['waiting_since']}, since when the child waits for school"
        return invalid("A letter came after the child was listed.", ("received_on", words))
    if not await sponsors.has_sponsored(unit.session, came.child_id, came.donor_id):
        return conflict(
            "This donor has never sponsored this child. If a stranger wrote, record an incident instead."
        )
    if not came.again and (first := await correspondence.same_words(unit.session, came)):
        return conflict(
            f"The same words came on {first.received_on}: this is letter {first.id}. "
            "If they came once more, send again=true."
        )
    letter_id = uuid7()
    row = {
        "id": letter_id,
        "direction": came.direction.value,
        "child_id": came.child_id,
        "donor_id": came.donor_id,
        "language": came.language,
        "received_on": came.received_on,
        "actor": unit.actor.id,
    }
    unit.writes.insert(LETTER, [row])
    correspondence.write_words(unit.writes, letter_id, came.text)
    letters.add_findings(unit.writes, letter_id, ORIGINAL, hints_in(came.text, places))
    return letter_id
