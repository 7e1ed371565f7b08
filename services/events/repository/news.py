"""Who is still to be told what, of their seat, slot or task; without names."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping, Select, Table, and_, exists, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.events.domain.gatherings import Gathering
from services.events.domain.needs import OPEN, AssignmentState
from services.events.domain.news import OF_GATHERINGS, News, of_helper
from services.events.domain.seats import LIVE, SeatState
from services.events.repository.guests import NOT_INVITED
from services.events.tables import ASSIGNMENT, GUEST, NEED, SEAT, SLOT, SPEAKER, VOLUNTEER
from shared.contracts.events import GatheringStatus, SlotStatus
from shared.messaging.unit import Unit

_STANDING = (SlotStatus.PLANNED.value, SlotStatus.FLAGGED.value)
_SEATS = (SeatState.WAITING, SeatState.SEATED, SeatState.CALLED_OFF, SeatState.RELEASED, SeatState.LAPSED)
_LOST = (News.NOT_CONFIRMED.value, News.NOT_TAKEN.value)


@dataclass(frozen=True)
class Untold:
    """One thing that somebody is to be told. `contact_id` is None of a speaker who is a member of a household: whoever
    helps the household at intake tells them, by the `alias`.
    """

    table: Table
    id: UUID
    contact_id: UUID | None
    alias: str | None
    role: str
    words: str
    language: str
    no_contact: bool

    @property
    def person(self) -> UUID | str | None:
        """What is the same in all things of one person."""
        return self.contact_id or self.alias


async def of_gathering(session: AsyncSession, gathering_id: UUID, *, again: bool) -> list[Untold]:
    """What guests, speakers and helpers are to be told of one gathering; with `again` also what they were."""
    seats = _SEATS_TOLD.where(SEAT.c.gathering_id == gathering_id)
    slots = _SLOTS_TOLD.where(SLOT.c.gathering_id == gathering_id)
    guests = [_of_guest(row) for row in await _rows(session, seats, SEAT, again=again)]
    speakers = [_of_speaker(row) for row in await _rows(session, slots, SLOT, again=again)]
    return [*guests, *speakers, *await of_helpers(session, gathering_id, again=again)]


async def of_helpers(session: AsyncSession, gathering_id: UUID | None = None, *, again: bool) -> list[Untold]:
    """What helpers are to be told of their tasks: of all, or of those at one gathering."""
    query = _TASKS_TOLD.where(NEED.c.gathering_id == gathering_id) if gathering_id else _TASKS_TOLD
    return [_of_helper(row) for row in await _rows(session, query, ASSIGNMENT, again=again)]


async def people_of(session: AsyncSession, gathering: Gathering) -> int:
    """How many are still to be told something of this gathering; nobody once it was held."""
    if gathering.status is GatheringStatus.HELD:
        return 0
    return len({each.person for each in await of_gathering(session, gathering.id, again=False)})


def mark(unit: Unit, told: Iterable[Untold]) -> None:
    """Keep that these were listed to be told today. The caller has the speakers, the desk and the gathering, so that
    nothing newer is marked.
    """
    for each in told:
        unit.writes.change(each.table, [{"id": each.id, "told_on": unit.today}])


async def _rows(
    session: AsyncSession, query: Select[Any], table: Table, *, again: bool
) -> Sequence[RowMapping]:
    if not again:
        query = query.where(table.c.told_on.is_(None))
    found: Sequence[RowMapping] = (await session.execute(query.order_by(table.c.id))).mappings().all()
    return found


_OTHER = SEAT.alias()
_HAS_ANOTHER = exists().where(
    _OTHER.c.gathering_id == SEAT.c.gathering_id,
    _OTHER.c.guest_id == SEAT.c.guest_id,
    _OTHER.c.state.in_([each.value for each in LIVE - {SeatState.INVITED}]),
)
# Who was invited, and wants no letters, is not told that there is nothing to come to. Who lost a seat and has asked for
# another one knows; who was only invited anew does not.
_SEATS_TOLD = (
    select(SEAT.c.id, SEAT.c.guest_id, SEAT.c.role, SEAT.c.news, GUEST.c.language, GUEST.c.no_contact)
    .join(GUEST, GUEST.c.id == SEAT.c.guest_id)
    .where(SEAT.c.news != News.NONE.value, SEAT.c.state.in_([each.value for each in _SEATS]))
    .where(or_(SEAT.c.news.not_in(_LOST), ~_HAS_ANOTHER))
    .where(or_(SEAT.c.news != News.INVITATION_OFF.value, ~NOT_INVITED))
)
_SLOTS_TOLD = (
    select(SLOT.c.id, SLOT.c.news, SPEAKER.c.contact_id, SPEAKER.c.alias, SPEAKER.c.no_contact)
    .add_columns(SPEAKER.c.languages)
    .join(SPEAKER, SPEAKER.c.id == SLOT.c.speaker_id)
    .where(
        or_(
            SLOT.c.news == News.CALLED_OFF.value,
            and_(SLOT.c.news == News.MOVED.value, SLOT.c.status.in_(_STANDING)),
        )
    )
)
_ANEW = ASSIGNMENT.alias()
# Who was freed and is asked for the same again meanwhile hears that.
_TASKS_TOLD = (
    select(ASSIGNMENT.c.id, ASSIGNMENT.c.news, ASSIGNMENT.c.state, ASSIGNMENT.c.reason)
    .add_columns(NEED.c.task, VOLUNTEER.c.contact_id, VOLUNTEER.c.no_contact)
    .join(NEED, NEED.c.id == ASSIGNMENT.c.need_id)
    .join(VOLUNTEER, VOLUNTEER.c.id == ASSIGNMENT.c.volunteer_id)
    .where(
        ASSIGNMENT.c.news != News.NONE.value,
        or_(
            ASSIGNMENT.c.news != News.FREED.value,
            ~exists().where(
                _ANEW.c.need_id == ASSIGNMENT.c.need_id,
                _ANEW.c.volunteer_id == ASSIGNMENT.c.volunteer_id,
                _ANEW.c.state.in_([each.value for each in OPEN]),
            ),
        ),
    )
)


def _of_guest(row: RowMapping) -> Untold:
    words = OF_GATHERINGS[News(row["news"])]
    choices = (row["language"], row["no_contact"])
    return Untold(SEAT, row["id"], row["guest_id"], None, row["role"], words, *choices)


def _of_speaker(row: RowMapping) -> Untold:
    words, language = OF_GATHERINGS[News(row["news"])], next(iter(row["languages"]), "")
    who = (row["contact_id"], row["alias"])
    return Untold(SLOT, row["id"], *who, "speaker", words, language, row["no_contact"])


def _of_helper(row: RowMapping) -> Untold:
    words = of_helper(News(row["news"]), AssignmentState(row["state"]), row["reason"])
    who = (row["contact_id"], None, f"helper, {row['task'].replace('_', ' ')}")
    return Untold(ASSIGNMENT, row["id"], *who, words, "", row["no_contact"])
