"""Who is still to be told what, of their seat, slot or task; without names."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import (
    RowMapping,
    Select,
    String,
    Table,
    and_,
    cast,
    exists,
    func,
    literal_column,
    or_,
    select,
    union_all,
)
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
AGAIN_DAYS = 30
"""So many days what was told of a task without a last day is shown again."""


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
    told: bool

    @property
    def person(self) -> UUID | str | None:
        """What is the same in all things of one person."""
        return self.contact_id or self.alias


def by_person(found: Iterable[Untold]) -> list[list[Untold]]:
    """All things of each person together, in the order in which the people come first."""
    things = dict[UUID | str | None, list[Untold]]()
    for each in found:
        things.setdefault(each.person, []).append(each)
    return list(things.values())


async def of_gathering(session: AsyncSession, gathering_id: UUID, *, again: bool) -> list[Untold]:
    """What guests, speakers and helpers are to be told of one gathering; with `again` also what they were."""
    seats, slots, tasks = _at(gathering_id)
    guests = [_of_guest(row) for row in await _rows(session, seats, SEAT, again=again)]
    speakers = [_of_speaker(row) for row in await _rows(session, slots, SLOT, again=again)]
    helpers = [_of_helper(row) for row in await _rows(session, tasks, ASSIGNMENT, again=again)]
    return [*guests, *speakers, *helpers]


async def of_helpers(session: AsyncSession, today: date, *, again: bool) -> list[Untold]:
    """What helpers are to be told of their tasks, wherever; with `again` also what they were, of tasks whose last day
    is not over.
    """
    row = ASSIGNMENT.c
    last = func.coalesce(NEED.c.ends_on, row.told_on + timedelta(days=AGAIN_DAYS))
    query = _TASKS_TOLD.where(or_(row.told_on.is_(None), last >= today))
    return [_of_helper(each) for each in await _rows(session, query, ASSIGNMENT, again=again)]


async def people_of(session: AsyncSession, gathering: Gathering) -> int:
    """How many are still to be told something of this gathering; nobody once it was held."""
    if gathering.status is GatheringStatus.HELD:
        return 0
    seats, slots, tasks = _at(gathering.id)
    people = union_all(
        _untold(seats, SEAT).with_only_columns(cast(SEAT.c.guest_id, String).label("person")),
        _untold(slots, SLOT).with_only_columns(
            func.coalesce(cast(SPEAKER.c.contact_id, String), SPEAKER.c.alias)
        ),
        _untold(tasks, ASSIGNMENT).with_only_columns(cast(VOLUNTEER.c.contact_id, String)),
    ).subquery()
    return int(await session.scalar(select(func.count(people.c.person.distinct()))) or 0)


def mark(unit: Unit, told: Iterable[Untold]) -> None:
    """Keep that these were listed to be told today, unless they were before. The caller has the speakers, the desk and
    the gathering, so that nothing newer is marked.
    """
    for each in told:
        if not each.told:
            unit.writes.change(each.table, [{"id": each.id, "told_on": unit.today}])


def _at(gathering_id: UUID) -> tuple[Select[Any], Select[Any], Select[Any]]:
    """What guests, speakers and helpers are or were to be told of one gathering."""
    return (
        _SEATS_TOLD.where(SEAT.c.gathering_id == gathering_id),
        _SLOTS_TOLD.where(SLOT.c.gathering_id == gathering_id),
        _TASKS_TOLD.where(NEED.c.gathering_id == gathering_id),
    )


def _untold(query: Select[Any], table: Table) -> Select[Any]:
    return query.where(table.c.told_on.is_(None))


async def _rows(
    session: AsyncSession, query: Select[Any], table: Table, *, again: bool
) -> Sequence[RowMapping]:
    query = query if again else _untold(query, table)
    found: Sequence[RowMapping] = (await session.execute(query.order_by(table.c.id))).mappings().all()
    return found


# Written out, so that the database sees that its indexes of what is untold fit.
_NOTHING: Any = literal_column(f"'{News.NONE.value}'")
_OTHER = SEAT.alias()
_HAS_ANOTHER = exists().where(
    _OTHER.c.gathering_id == SEAT.c.gathering_id,
    _OTHER.c.guest_id == SEAT.c.guest_id,
    _OTHER.c.state.in_([each.value for each in LIVE - {SeatState.INVITED}]),
)
# Who was invited, and wants no letters, is not told that there is nothing to come to. Who lost a seat and has asked for
# another one knows; who was only invited anew does not.
_SEATS_TOLD = (
    select(SEAT.c.id, SEAT.c.guest_id, SEAT.c.role, SEAT.c.news, SEAT.c.told_on)
    .add_columns(GUEST.c.language, GUEST.c.no_contact)
    .join(GUEST, GUEST.c.id == SEAT.c.guest_id)
    .where(SEAT.c.news != _NOTHING, SEAT.c.state.in_([each.value for each in _SEATS]))
    .where(or_(SEAT.c.news.not_in(_LOST), ~_HAS_ANOTHER))
    .where(or_(SEAT.c.news != News.INVITATION_OFF.value, ~NOT_INVITED))
)
_SLOTS_TOLD = (
    select(
        SLOT.c.id, SLOT.c.news, SLOT.c.told_on, SPEAKER.c.contact_id, SPEAKER.c.alias, SPEAKER.c.no_contact
    )
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
    select(ASSIGNMENT.c.id, ASSIGNMENT.c.news, ASSIGNMENT.c.state, ASSIGNMENT.c.reason, ASSIGNMENT.c.told_on)
    .add_columns(NEED.c.task, VOLUNTEER.c.contact_id, VOLUNTEER.c.no_contact)
    .join(NEED, NEED.c.id == ASSIGNMENT.c.need_id)
    .join(VOLUNTEER, VOLUNTEER.c.id == ASSIGNMENT.c.volunteer_id)
    .where(
        ASSIGNMENT.c.news != _NOTHING,
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
    who, words = (row["guest_id"], None, row["role"]), OF_GATHERINGS[News(row["news"])]
    return Untold(SEAT, row["id"], *who, words, row["language"], *_flags(row))


def _of_speaker(row: RowMapping) -> Untold:
    words, language = OF_GATHERINGS[News(row["news"])], next(iter(row["languages"]), "")
    who = (row["contact_id"], row["alias"], "speaker")
    return Untold(SLOT, row["id"], *who, words, language, *_flags(row))


def _of_helper(row: RowMapping) -> Untold:
    words = of_helper(News(row["news"]), AssignmentState(row["state"]), row["reason"])
    who = (row["contact_id"], None, f"helper, {row['task'].replace('_', ' ')}")
    return Untold(ASSIGNMENT, row["id"], *who, words, "", *_flags(row))


def _flags(row: RowMapping) -> tuple[bool, bool]:
    """Whether somebody is never written to, and whether they were listed before."""
    return row["no_contact"], row["told_on"] is not None
