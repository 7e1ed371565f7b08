"""Speakers, their slots, and what is kept of their talks, in lists."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import RowMapping, Select, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.events.domain.speakers import SPEAKING, Speaker, renew_by
from services.events.repository.speakers import whole
from services.events.tables import PUBLICATION, RECORDING, SLOT, SPEAKER
from shared.messaging.day import today_of


@dataclass(frozen=True)
class Shown:
    """A row, its speaker as the rules see them, and the day on which it is looked at."""

    row: RowMapping
    speaker: Speaker
    today: date

    @property
    def may_be_used(self) -> frozenset[str]:
        """What the speaker agrees to today."""
        return self.speaker.uses(self.today)

    def renew_by(self, on: date) -> date | None:
        """By when the speaker is to be asked again, to speak on a day."""
        return renew_by(self.speaker.consents, SPEAKING, on)


async def found(
    session: AsyncSession, limit: int, after: UUID | None = None, speaker_id: UUID | None = None
) -> list[Shown]:
    """Speakers in the order in which they were written down."""
    query = select(SPEAKER).order_by(SPEAKER.c.id).limit(limit)
    if after:
        query = query.where(SPEAKER.c.id > after)
    if speaker_id:
        query = query.where(SPEAKER.c.id == speaker_id)
    rows = (await session.execute(query)).mappings().all()
    known, today = await whole(session, rows), await today_of(session)
    return [Shown(row, known[row["id"]], today) for row in rows]


async def slots(
    session: AsyncSession,
    limit: int,
    after: UUID | None = None,
    gathering_id: UUID | None = None,
    status: str | None = None,
    slot_id: UUID | None = None,
) -> list[Shown]:
    """Slots in the order in which they were given; those of a gathering, or of a status, if asked for."""
    query = select(SLOT, SPEAKER.c.alias).join(SPEAKER, SPEAKER.c.id == SLOT.c.speaker_id)
    query = query.order_by(SLOT.c.id).limit(limit)
    if after:
        query = query.where(SLOT.c.id > after)
    wanted = {"gathering_id": gathering_id, "status": status, "id": slot_id}
    query = query.where(*(SLOT.c[name] == value for name, value in wanted.items() if value))
    return await _with_speakers(session, query)


async def recordings(
    session: AsyncSession,
    limit: int,
    after: UUID | None = None,
    state: str | None = None,
    recording_id: UUID | None = None,
) -> list[Shown]:
    """What is kept of talks, in the order in which it was written down; of a state, if asked for."""
    query = select(RECORDING, SLOT.c.speaker_id, SLOT.c.gathering_id, SPEAKER.c.alias)
    query = query.join(SLOT, SLOT.c.id == RECORDING.c.slot_id).join(
        SPEAKER, SPEAKER.c.id == SLOT.c.speaker_id
    )
    query = query.order_by(RECORDING.c.id).limit(limit)
    if after:
        query = query.where(RECORDING.c.id > after)
    if state:
        query = query.where(RECORDING.c.state == state)
    if recording_id:
        query = query.where(RECORDING.c.id == recording_id)
    return await _with_speakers(session, query)


async def publications(session: AsyncSession, ids: Collection[UUID]) -> dict[UUID, list[RowMapping]]:
    """Where these recordings were published."""
    found: dict[UUID, list[RowMapping]] = {each: [] for each in ids}
    query = select(PUBLICATION).where(PUBLICATION.c.recording_id.in_(ids)).order_by(PUBLICATION.c.id)
    for row in (await session.execute(query)).mappings():
        found[row["recording_id"]].append(row)
    return found


async def _with_speakers(session: AsyncSession, query: Select[tuple[object]]) -> list[Shown]:
    rows: Sequence[RowMapping] = (await session.execute(query)).mappings().all()
    theirs = select(SPEAKER).where(SPEAKER.c.id.in_({row["speaker_id"] for row in rows}))
    known = await whole(session, (await session.execute(theirs)).mappings().all())
    today = await today_of(session)
    return [Shown(row, known[row["speaker_id"]], today) for row in rows]
