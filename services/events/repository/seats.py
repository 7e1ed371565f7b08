"""Seats. Whoever writes one has locked its gathering."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import ARRAY, RowMapping, String, Uuid, bindparam, func, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from services.events.domain.news import News
from services.events.domain.seats import LIVE, Seat, SeatRole, SeatState, Waiting
from services.events.tables import SEAT
from shared.messaging.unit import Unit

LIVE_STATES = sorted(LIVE)
_COLUMNS = (
    SEAT.c.id,
    SEAT.c.guest_id,
    SEAT.c.party,
    SEAT.c.number,
    SEAT.c.role,
    SEAT.c.state,
    SEAT.c.member,
    SEAT.c.ends_at,
)
# The rows are found by their index in the order of arrival, so that the query ends with the last party that it needs.
_WAITING = text("""
    SELECT party, number, count(*) FILTER (WHERE role = 'guest') AS heads FROM seat
    WHERE gathering_id = :gathering AND state = 'waiting' GROUP BY number, party
    HAVING count(*) FILTER (WHERE role = 'guest') <= :most ORDER BY number LIMIT :limit
""")
_MOVE = text("""
    UPDATE seat SET state = :after, ends_at = :ends_at, told_on = NULL, news = ''
    WHERE gathering_id = :gathering AND party = ANY(:parties) AND state = ANY(:live)
""").bindparams(bindparam("parties", type_=ARRAY(Uuid)), bindparam("live", type_=ARRAY(String)))
# Of what is called off, whoever knew of it is to be told: who was invited knows it once they were told. Who loses a
# seat without having been asked to confirm it is to be told as well.
_END_ALL = text("""
    UPDATE seat SET state = :after, ends_at = NULL, told_on = NULL, news = CASE
        WHEN :after = 'released' AND told_on IS NULL THEN 'not_confirmed' WHEN :after <> 'called_off' THEN ''
        WHEN state <> 'invited' THEN 'called_off' WHEN told_on IS NOT NULL OR news <> '' THEN 'invitation_off'
        ELSE '' END
    WHERE gathering_id = :gathering AND state = ANY(:before) RETURNING party, role
""").bindparams(bindparam("before", type_=ARRAY(String)), bindparam("after", type_=String))

_ASK_AGAIN = text("""
    UPDATE seat SET state = 'asked_again', ends_at = :until, told_on = NULL, news = ''
    WHERE gathering_id = :gathering AND state IN ('seated', 'asked_again') AND role = 'guest'
""")
# Who is offered a seat or is to confirm one is told by that. Who was invited is told once more, if they were told.
_TELL_OF_MOVE = text("""
    UPDATE seat SET told_on = NULL, news = 'moved'
    WHERE gathering_id = :gathering AND (state IN ('waiting', 'seated') OR state = 'invited' AND told_on IS NOT NULL)
""")
_SETTLE = text("""
    UPDATE seat SET member = guest.member FROM guest
    WHERE guest.id = seat.guest_id AND seat.gathering_id = :gathering AND (seat.state = 'seated' OR seat.came)
        AND seat.member <> guest.member
""")
_SETTLE_SOME = text("""
    UPDATE seat SET member = guest.member FROM guest
    WHERE guest.id = seat.guest_id AND seat.id = ANY(:ids) AND seat.state <> 'seated' AND seat.member <> guest.member
""").bindparams(bindparam("ids", type_=ARRAY(Uuid)))


async def untell_place(unit: Unit, gathering_id: UUID) -> None:
    """Where or when the gathering is has changed: nobody was told of that yet."""
    row = SEAT.c
    told = update(SEAT).where(row.gathering_id == gathering_id, row.place_told_on.is_not(None))
    await unit.session.execute(told.values(place_told_on=None))


def seat_in(row: RowMapping) -> Seat:
    """A row as the rules see it."""
    values = {**row, "role": SeatRole(row["role"]), "state": SeatState(row["state"])}
    return Seat(**{each.name: values[each.name] for each in _COLUMNS})


async def live(session: AsyncSession, gathering_id: UUID, guests: Collection[UUID]) -> Sequence[Seat]:
    """The seats and places of these guests at a gathering."""
    row = SEAT.c
    query = select(*_COLUMNS).where(row.gathering_id == gathering_id, row.state.in_(LIVE_STATES))
    return await _seats(session, query.where(row.guest_id.in_(guests)))


async def party(session: AsyncSession, gathering_id: UUID, party_id: UUID) -> Sequence[Seat]:
    """Those who are still in a party, in the order of their ids."""
    row = SEAT.c
    query = select(*_COLUMNS).where(row.gathering_id == gathering_id, row.party == party_id)
    return await _seats(session, query.where(row.state.in_(LIVE_STATES)).order_by(row.id))


async def some(session: AsyncSession, gathering_id: UUID, ids: Collection[UUID]) -> Sequence[Seat]:
    """Seats of a gathering by their ids, in this order, whatever their state."""
    query = select(*_COLUMNS).where(SEAT.c.gathering_id == gathering_id, SEAT.c.id.in_(ids))
    return await _seats(session, query.order_by(SEAT.c.id))


async def of_guests(session: AsyncSession, gathering_id: UUID, guests: Collection[UUID]) -> Sequence[Seat]:
    """All seats and places that these guests have or had at a gathering."""
    query = select(*_COLUMNS).where(SEAT.c.gathering_id == gathering_id, SEAT.c.guest_id.in_(guests))
    return await _seats(session, query)


async def _seats(session: AsyncSession, query: object) -> Sequence[Seat]:
    return [seat_in(row) for row in (await session.execute(query)).mappings()]  # type: ignore[call-overload]


async def waiting(session: AsyncSession, gathering_id: UUID, most: int, limit: int) -> Sequence[Waiting]:
    """The first parties that wait and are not larger than `most`, in the order of their arrival."""
    found = await session.execute(_WAITING, {"gathering": gathering_id, "most": most, "limit": limit})
    return [Waiting(row.party, row.number, row.heads) for row in found]


async def offered(session: AsyncSession, gathering_id: UUID) -> Sequence[UUID]:
    """The parties that have an offer, in the order of their arrival."""
    row = SEAT.c
    query = select(row.party, row.number).where(
        row.gathering_id == gathering_id, row.state == SeatState.OFFERED
    )
    found = await session.execute(query.distinct().order_by(row.number, row.party))
    return [each.party for each in found]


def add(unit: Unit, gathering_id: UUID, seats: Iterable[Seat]) -> None:
    """Keep new seats and places."""
    rows = [{**_row(each), "gathering_id": gathering_id} for each in seats]
    unit.writes.insert(SEAT, [{**each, "asked_at": unit.now, "actor": unit.actor.id} for each in rows])


def change(unit: Unit, seats: Iterable[Seat]) -> None:
    """Give seats of a locked gathering new values. Who does something about a seat knows how the gathering is."""
    unit.writes.change(SEAT, [{**_row(each), "news": ""} for each in seats])


def _row(seat: Seat) -> dict[str, object]:
    return {**vars(seat), "role": seat.role.value, "state": seat.state.value}


def mark(unit: Unit, ids: Iterable[UUID], column: str) -> None:
    """Keep that these were told the place, told what they are asked, or thanked, today."""
    unit.writes.change(SEAT, [{"id": key, column: unit.today} for key in ids])


def set_came(unit: Unit, who: Mapping[UUID, bool]) -> None:
    """Keep who came, by the id of the seat."""
    unit.writes.change(SEAT, [{"id": key, "came": value} for key, value in who.items()])


async def came(session: AsyncSession, gathering_id: UUID) -> int:
    """How many people are known to have come."""
    count = func.count(SEAT.c.guest_id.distinct())
    query = select(count).where(SEAT.c.gathering_id == gathering_id, SEAT.c.came)
    return int(await session.scalar(query) or 0)


async def move(
    unit: Unit,
    gathering_id: UUID,
    parties: Collection[UUID],
    after: SeatState,
    ends_at: datetime | None = None,
) -> None:
    """Bring all who are still in these parties into another state."""
    values = {"gathering": gathering_id, "parties": sorted(parties), "live": LIVE_STATES}
    await unit.session.execute(_MOVE, {**values, "after": after.value, "ends_at": ends_at})


async def end_all(
    unit: Unit, gathering_id: UUID, before: Collection[SeatState], after: SeatState
) -> Sequence[tuple[UUID, SeatRole]]:
    """Bring everybody who is in one of these states into another, which has no end; gives their parties and roles."""
    values = {"gathering": gathering_id, "before": sorted(before), "after": after.value}
    return [(row.party, SeatRole(row.role)) for row in await unit.session.execute(_END_ALL, values)]


async def ask_again(unit: Unit, gathering_id: UUID, until: datetime) -> None:
    """Guests who have a seat are to confirm it until then."""
    await unit.session.execute(_ASK_AGAIN, {"gathering": gathering_id, "until": until})


async def tell_of_move(unit: Unit, gathering_id: UUID) -> None:
    """The gathering was moved: whoever knew of it is to be told, but those who are asked something by that."""
    await unit.session.execute(_TELL_OF_MOVE, {"gathering": gathering_id})


async def tell_of_lapse(unit: Unit, seats: Iterable[Seat]) -> None:
    """The offers of these have ended: whoever was never listed for theirs is to be told."""
    row = SEAT.c
    untold = update(SEAT).where(row.id.in_([each.id for each in seats]), row.told_on.is_(None))
    await unit.session.execute(untold.values(news=News.NOT_TAKEN.value))


async def settle_members(unit: Unit, gathering_id: UUID) -> None:
    """Keep with each seat whether its guest is a member now."""
    await unit.session.execute(_SETTLE, {"gathering": gathering_id})


async def settle_members_of(unit: Unit, ids: Collection[UUID]) -> None:
    """Keep whether these are members now, of those who came without a seat: nothing was settled of them before."""
    await unit.session.execute(_SETTLE_SOME, {"ids": sorted(ids)})
