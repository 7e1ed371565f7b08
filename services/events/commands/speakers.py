"""Speakers: who they are by stage name, and what they agreed to. Their slots follow from that (`slots.py`)."""

import secrets
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import RowMapping
from sqlalchemy.dialects.postgresql import insert
from uuid_utils.compat import uuid7

from services.events import contacts
from services.events.commands import guests
from services.events.commands.gatherings import LETTERS
from services.events.commands.slots import look_at
from services.events.contacts import Contact
from services.events.domain import speakers as rules
from services.events.domain.days import consent_end_refused
from services.events.domain.speakers import Consent, Flag, SpeakerKind
from services.events.repository import silence, speakers
from services.events.tables import SPEAKER
from shared.messaging.unit import Unit
from shared.outcomes import Refused, conflict, invalid, missing


@dataclass(frozen=True)
class NewSpeaker:
    """Who is to speak: a fieldworker with contact data, or a member of a household by ids alone."""

    adult: bool
    topics: frozenset[str]
    languages: frozenset[str]
    contact: Contact | None = None
    member_id: UUID | None = None
    household_id: UUID | None = None


async def add(unit: Unit, new: NewSpeaker) -> UUID | Refused:
    """Write a speaker down under a stage name that is made here; gives the id. Minors never speak in public."""
    if not new.adult:
        return invalid("Only who is of age speaks in public.", ("adult", "must be true"))
    if (new.contact is None) == (new.member_id is None) or (new.member_id is None) != (
        new.household_id is None
    ):
        return invalid(
            "A speaker is a fieldworker with a name, or a member of a household.",
            ("fieldworker", "goes without member_id and household_id; these two go together"),
        )
    if new.member_id and (why := await _not_told(unit, new.member_id, new.household_id)):
        return why
    contact_id = (await contacts.find_or_write(unit, [new.contact]))[0] if new.contact else None
    silent = bool(contact_id and await silence.known(unit.session, [contact_id]))
    kind = SpeakerKind.FIELDWORKER if new.contact else SpeakerKind.DEFECTOR
    speaker_id = uuid7()
    row = {
        "id": speaker_id,
        "alias": "S" + "".join(secrets.choice(LETTERS) for _ in range(7)),
        "kind": kind.value,
        "contact_id": contact_id,
        "member_id": new.member_id,
        "household_id": new.household_id,
        "topics": sorted(new.topics),
        "languages": sorted(new.languages),
        "adult": True,
        "no_contact": silent,
        "since": unit.today,
        "actor": unit.actor.id,
    }
    # Two at once may add the same person: the database says which of them came second.
    adding = insert(SPEAKER).values(row).on_conflict_do_nothing().returning(SPEAKER.c.id)
    if await unit.session.scalar(adding) is None:
        return conflict("This speaker is known already.")
    return speaker_id


async def _not_told(unit: Unit, member_id: UUID, household_id: UUID | None) -> Refused | None:
    """Why a member of a household is not written down: whether they are of age, intake alone knows."""
    await speakers.keep_still(unit.session, member_id, household_id)
    told = await speakers.told_of(unit.session, member_id)
    if told is None:
        return conflict(
            "This member never agreed at intake to speak in public, so nobody here knows that they are of age. Let the "
            "member agree there first; events hears of it a moment later."
        )
    if not told.of_age:
        return conflict(rules.WHY[Flag.NOT_OF_AGE])
    if told.household_id not in (None, household_id):
        return invalid("This member is in another household.", ("household_id", "is not the member's"))
    return None


async def agree(unit: Unit, rest_days: int, speaker_id: UUID, consent: Consent) -> UUID | Refused:
    """A fieldworker agrees to this from now on, and to nothing else; also to nothing. Members agree at intake."""
    speaker = (await speakers.lock(unit.session, [speaker_id])).get(speaker_id)
    if speaker is None:
        return missing("such speaker")
    if speaker.kind is not SpeakerKind.FIELDWORKER:
        return conflict("A member of a household says at intake what they agree to.")
    if refused := consent_end_refused(consent.agreed, consent.until, unit.today):
        return refused
    if unknown := consent.scopes - set(rules.USES):
        return invalid(
            "Nobody can agree to this.", ("scopes", f"{', '.join(sorted(unknown))} is no known use")
        )
    version = await speakers.own_version(unit.session, speaker_id)
    speakers.save_own_consent(unit.writes, speaker_id, version + 1, consent)
    await look_at(unit, rest_days, [speaker_id])
    return speaker_id


async def train(unit: Unit, speaker_id: UUID, on: date) -> UUID | Refused:
    """A speaker was trained on this day; the first training counts."""
    row = await _locked_row(unit, speaker_id)
    if isinstance(row, Refused):
        return row
    if not (await speakers.whole(unit.session, [row]))[speaker_id].adult:
        return conflict(rules.WHY[Flag.NOT_OF_AGE])
    if on > unit.today:
        return invalid("A training is told from its day on.", ("on", "lies in the future"))
    if row["trained_on"] is None:
        unit.writes.change(SPEAKER, [{"id": speaker_id, "trained_on": on}])
    return speaker_id


async def leave(unit: Unit, rest_days: int, speaker_id: UUID) -> UUID | Refused:
    """A speaker speaks in public no longer: off every gathering to come. What is kept of talks stays as agreed."""
    row = await _locked_row(unit, speaker_id)
    if isinstance(row, Refused):
        return row
    if row["left_on"] is not None:
        return conflict("This speaker has left already.")
    unit.writes.change(SPEAKER, [{"id": speaker_id, "left_on": unit.today}])
    await look_at(unit, rest_days, [speaker_id])
    return speaker_id


async def come_back(unit: Unit, rest_days: int, speaker_id: UUID) -> UUID | Refused:
    """A speaker who had left speaks again. Slots that were withdrawn stay so, and are given anew."""
    row = await _locked_row(unit, speaker_id)
    if isinstance(row, Refused):
        return row
    if row["left_on"] is None:
        return conflict("This speaker has not left.")
    unit.writes.change(SPEAKER, [{"id": speaker_id, "left_on": None}])
    await look_at(unit, rest_days, [speaker_id])
    return speaker_id


async def set_no_contact(unit: Unit, speaker_id: UUID, no_contact: bool) -> UUID | Refused:
    """A fieldworker is never written to from now on, and so asked for no slot, or may be written to again."""
    row = await speakers.find_row(unit.session, speaker_id)
    if row is None:
        return missing("such speaker")
    if row["contact_id"] is None:
        return conflict(
            "A member of a household is written to by intake alone, and says there what they want."
        )
    await guests.set_no_contact(unit, row["contact_id"], no_contact)
    return speaker_id


async def _locked_row(unit: Unit, speaker_id: UUID) -> RowMapping | Refused:
    await speakers.lock(unit.session, [speaker_id])
    return await speakers.find_row(unit.session, speaker_id) or missing("such speaker")
