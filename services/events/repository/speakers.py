"""Speakers with what they agreed to, their slots, and what is kept of their talks.

Slots and recordings, and what a fieldworker agrees to, are changed under their speaker's lock; the order of all locks
stands in `repository/__init__.py`.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import RowMapping, or_, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from services.events.domain.needs import Household
from services.events.domain.news import News
from services.events.domain.speakers import (
    Consent,
    Flag,
    Recording,
    RecordingState,
    Slot,
    Speaker,
    SpeakerKind,
)
from services.events.tables import CONSENT, HOUSEHOLD, RECORDING, SLOT, SPEAKER
from shared.contracts.events import SlotStatus
from shared.contracts.intake import ConsentChanged
from shared.database.writes import Writes


def save_consents(writes: Writes, facts: Collection[ConsentChanged]) -> None:
    """What members agreed to, as intake told it; the rows are there and locked."""
    writes.change(
        CONSENT,
        [
            {
                "id": each.consent_id,
                "version": each.version,
                "member_id": each.member_id,
                "scopes": sorted(each.scopes),
                "agreed": each.agreed,
                "until": each.until,
                "household_id": each.household_id,
                "of_age": each.of_age,
            }
            for each in facts
        ],
    )


def save_own_consent(writes: Writes, speaker_id: UUID, version: int, consent: Consent) -> None:
    """What a fieldworker agrees to from now on, under the speaker's lock."""
    row = {"id": speaker_id, "version": version, "member_id": None, "scopes": sorted(consent.scopes)}
    writes.replace(CONSENT, [{**row, "agreed": consent.agreed, "until": consent.until}])


async def own_version(session: AsyncSession, speaker_id: UUID) -> int:
    """How often a fieldworker said what they agree to."""
    return int(await session.scalar(select(CONSENT.c.version).where(CONSENT.c.id == speaker_id)) or 0)


async def keep_still(session: AsyncSession, member_id: UUID | None, household_id: UUID | None) -> None:
    """Wait for whoever changes what this member agreed to, or whether the household is helped, and let nobody change
    them until the unit ends: so no slot is given on what is withdrawn at this moment.
    """
    if member_id:
        query = select(CONSENT.c.id).where(CONSENT.c.member_id == member_id).order_by(CONSENT.c.id)
        await session.execute(query.with_for_update(read=True))
        await session.execute(
            select(HOUSEHOLD.c.id).where(HOUSEHOLD.c.id == household_id).with_for_update(read=True)
        )


class Told(NamedTuple):
    """What intake told of a member who agreed to speak in public, or did so once."""

    household_id: UUID | None
    of_age: bool


async def told_of(session: AsyncSession, member_id: UUID) -> Told | None:
    """Where a member is, and whether they are of age; None if they never agreed to speak in public. A minor cannot, so
    whoever did was of age.
    """
    row = CONSENT.c
    query = select(row.household_id, row.of_age).where(row.member_id == member_id, row.version > 0)
    found = (await session.execute(query.order_by(row.version.desc()).limit(1))).one_or_none()
    return Told(found.household_id, found.of_age is not False) if found else None


def save_households(writes: Writes, homes: Mapping[UUID, UUID]) -> None:
    """Where speakers are who are locked, by their ids."""
    writes.change(SPEAKER, [{"id": key, "household_id": home} for key, home in homes.items()])


async def find_row(session: AsyncSession, speaker_id: UUID) -> RowMapping | None:
    """A speaker's row as it is now, not locked."""
    found = await session.execute(select(SPEAKER).where(SPEAKER.c.id == speaker_id))
    return found.mappings().one_or_none()


async def lock(session: AsyncSession, ids: Collection[UUID]) -> dict[UUID, Speaker]:
    """Speakers with all that they agreed to, locked in the order of their ids; those that there are."""
    query = (
        select(SPEAKER).where(SPEAKER.c.id.in_(ids)).order_by(SPEAKER.c.id).with_for_update(key_share=True)
    )
    rows = (await session.execute(query)).mappings().all()
    return await whole(session, rows)


async def whole(session: AsyncSession, rows: Sequence[RowMapping]) -> dict[UUID, Speaker]:
    """Speakers as the rules see them."""
    members = {row["member_id"]: row["id"] for row in rows if row["member_id"]}
    consents: dict[UUID, list[Consent]] = {row["id"]: [] for row in rows}
    minors = set[UUID]()
    mine = or_(CONSENT.c.member_id.in_(members), CONSENT.c.id.in_(consents))
    for row in (await session.execute(select(CONSENT).where(mine).order_by(CONSENT.c.id))).mappings():
        owner = members.get(row["member_id"], row["id"])
        consents[owner].append(Consent(frozenset(row["scopes"]), row["agreed"], row["until"]))
        if row["of_age"] is False:
            minors.add(owner)
    closed = await households(session, {row["household_id"] for row in rows if row["household_id"]})
    return {
        row["id"]: Speaker(
            id=row["id"],
            kind=SpeakerKind(row["kind"]),
            consents=tuple(consents[row["id"]]),
            adult=row["adult"] and row["id"] not in minors,
            trained=row["trained_on"] is not None,
            household_closed=closed.get(row["household_id"], Household()).is_closed,
            left=row["left_on"] is not None,
            no_contact=row["no_contact"],
        )
        for row in rows
    }


async def households(session: AsyncSession, ids: Collection[UUID]) -> dict[UUID, Household]:
    """In which versions households were closed and reopened; those of which anything was heard."""
    query = select(HOUSEHOLD.c.id, HOUSEHOLD.c.version, HOUSEHOLD.c.reopened).where(HOUSEHOLD.c.id.in_(ids))
    return {key: Household(closed, reopened) for key, closed, reopened in await session.execute(query)}


async def of_members(session: AsyncSession, members: Collection[UUID]) -> dict[UUID, UUID]:
    """The speakers who are these members, with the member of each."""
    query = select(SPEAKER.c.id, SPEAKER.c.member_id).where(SPEAKER.c.member_id.in_(members))
    return {row.id: row.member_id for row in await session.execute(query)}


async def of_households(session: AsyncSession, ids: Collection[UUID]) -> set[UUID]:
    """The speakers who are members of these households."""
    return set(await session.scalars(select(SPEAKER.c.id).where(SPEAKER.c.household_id.in_(ids))))


async def reopened(session: AsyncSession, ids: Collection[UUID]) -> dict[UUID, RowMapping | None]:
    """The versions in which these households were reopened last; their rows are there and locked."""
    query = select(HOUSEHOLD.c.id, HOUSEHOLD.c.reopened.label("version")).where(HOUSEHOLD.c.id.in_(ids))
    return {row["id"]: row for row in (await session.execute(query)).mappings()}


def slot_in(row: RowMapping) -> Slot:
    """A row as the rules see it."""
    return Slot(
        id=row["id"],
        speaker_id=row["speaker_id"],
        gathering_id=row["gathering_id"],
        on=row["on_day"],
        uses=frozenset(row["uses"]),
        allowed=frozenset(row["allowed"]),
        forbidden=frozenset(row["forbidden"]),
        status=SlotStatus(row["status"]),
        reason=Flag(row["reason"]),
        version=row["version"],
    )


def _slot_row(slot: Slot) -> dict[str, Any]:
    return {
        "id": slot.id,
        "version": slot.version,
        "speaker_id": slot.speaker_id,
        "gathering_id": slot.gathering_id,
        "on_day": slot.on,
        "uses": sorted(slot.uses),
        "allowed": sorted(slot.allowed),
        "forbidden": sorted(slot.forbidden),
        "status": slot.status.value,
        "reason": slot.reason.value,
    }


def add_slot(writes: Writes, slot: Slot, actor: str) -> None:
    writes.insert(SLOT, [{**_slot_row(slot), "actor": actor}])


def save_slots(writes: Writes, slots: Collection[Slot]) -> None:
    """Write slots whose speakers are locked."""
    writes.change(SLOT, [_slot_row(each) for each in slots])


_TELL_AT = text("""
    UPDATE slot SET news = :news, told_on = NULL WHERE gathering_id = :gathering AND status IN ('planned', 'flagged')
        AND NOT EXISTS (
            SELECT FROM seat JOIN speaker ON speaker.contact_id = seat.guest_id WHERE speaker.id = slot.speaker_id
                AND seat.gathering_id = slot.gathering_id AND seat.state IN ('offered', 'asked_again'))
""")


async def lock_at(session: AsyncSession, gathering_id: UUID) -> set[UUID]:
    """Lock whoever has or had a slot at a gathering, before the gathering itself; gives the speakers."""
    ids = await at(session, gathering_id)
    await lock(session, ids)
    return ids


async def at(session: AsyncSession, gathering_id: UUID) -> set[UUID]:
    """Whoever has or had a slot at a gathering."""
    return set(await session.scalars(select(SLOT.c.speaker_id).where(SLOT.c.gathering_id == gathering_id)))


async def tell_at(session: AsyncSession, gathering_id: UUID, news: News) -> None:
    """Whoever is to speak at a gathering, which is locked with its speakers, is to be told this of it. Who comes as a
    guest too, and is asked to confirm the seat, is told by that.
    """
    await session.execute(_TELL_AT, {"gathering": gathering_id, "news": news.value})


async def find_slot(session: AsyncSession, slot_id: UUID) -> Slot | None:
    """A slot as it is now."""
    row = (await session.execute(select(SLOT).where(SLOT.c.id == slot_id))).mappings().one_or_none()
    return slot_in(row) if row else None


async def slots_of(session: AsyncSession, speakers: Collection[UUID]) -> Mapping[UUID, list[Slot]]:
    """The slots of these speakers that were not withdrawn, in the order of their days."""
    row = SLOT.c
    query = select(SLOT).where(row.speaker_id.in_(speakers), row.status != SlotStatus.WITHDRAWN.value)
    found: dict[UUID, list[Slot]] = {each: [] for each in speakers}
    for each in (await session.execute(query.order_by(row.on_day, row.id))).mappings():
        found[each["speaker_id"]].append(slot_in(each))
    return found


async def not_told_at(session: AsyncSession, gathering_id: UUID) -> set[str]:
    """The themes that somebody with a slot to come at a gathering does not tell of."""
    row, open_ones = SLOT.c, (SlotStatus.PLANNED.value, SlotStatus.FLAGGED.value)
    query = select(row.forbidden).where(row.gathering_id == gathering_id, row.status.in_(open_ones))
    return {theme for forbidden in await session.scalars(query) for theme in forbidden}


async def spoke_at(session: AsyncSession, gathering_id: UUID) -> bool:
    """Whether a talk was given at a gathering."""
    row = SLOT.c
    query = select(row.id).where(row.gathering_id == gathering_id, row.status == SlotStatus.GIVEN.value)
    return await session.scalar(query.limit(1)) is not None


def recording_in(row: RowMapping) -> Recording:
    """A row as the rules see it."""
    return Recording(
        row["id"], row["slot_id"], frozenset(row["uses"]), RecordingState(row["state"]), row["since"]
    )


async def find_recording(session: AsyncSession, recording_id: UUID) -> tuple[Recording, UUID] | None:
    """A recording as it is now, and its speaker."""
    query = select(RECORDING, SLOT.c.speaker_id).join(SLOT, SLOT.c.id == RECORDING.c.slot_id)
    row = (await session.execute(query.where(RECORDING.c.id == recording_id))).mappings().one_or_none()
    return (recording_in(row), row["speaker_id"]) if row else None


async def recordings_of(session: AsyncSession, speakers: Collection[UUID]) -> Mapping[UUID, list[Recording]]:
    """What is kept of these speakers' talks, but what was taken down."""
    query = select(RECORDING, SLOT.c.speaker_id).join(SLOT, SLOT.c.id == RECORDING.c.slot_id)
    query = query.where(SLOT.c.speaker_id.in_(speakers), RECORDING.c.state != RecordingState.TAKEN_DOWN.value)
    found: dict[UUID, list[Recording]] = {each: [] for each in speakers}
    for row in (await session.execute(query.order_by(RECORDING.c.id))).mappings():
        found[row["speaker_id"]].append(recording_in(row))
    return found


def save_recordings(writes: Writes, recordings: Collection[Recording]) -> None:
    """Write recordings whose speakers are locked."""
    writes.change(
        RECORDING, [{"id": each.id, "state": each.state.value, "since": each.since} for each in recordings]
    )


_MOVED = text("""
    SELECT slot.id, slot.speaker_id, gathering.starts_on, gathering.status = 'cancelled' FROM slot
    JOIN gathering ON gathering.id = slot.gathering_id
    WHERE slot.status IN ('planned', 'flagged')
        AND (slot.on_day <> gathering.starts_on OR gathering.status = 'cancelled')
""")


async def moved(session: AsyncSession) -> dict[UUID, tuple[UUID, Any, bool]]:
    """The slots whose gatherings are on another day now, or are cancelled: the speaker, that day, and whether it is
    cancelled.
    """
    rows = await session.execute(_MOVED)
    return {key: (speaker, on, cancelled) for key, speaker, on, cancelled in rows}


_ENDED = text("""
    SELECT speaker.id FROM speaker
    JOIN consent ON consent.member_id = speaker.member_id OR consent.id = speaker.id
    WHERE consent.agreed AND consent.until < :today AND (
        EXISTS (SELECT FROM slot WHERE speaker_id = speaker.id AND status IN ('planned', 'flagged'))
        OR EXISTS (SELECT FROM recording JOIN slot ON slot.id = slot_id
                   WHERE speaker_id = speaker.id AND state = 'kept'))
""")


async def ended(session: AsyncSession, today: Any) -> set[UUID]:
    """The speakers who agreed to something only until a day that is over, and of whom something hangs on it."""
    return set(await session.scalars(_ENDED, {"today": today}))
