"""Rows to values and back, with set-based SQL. Nothing here decides or commits.

Locks are always taken in the same order, households by id and then shelves by item and depot, so that units wait for
each other instead of deadlocking.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    RowMapping,
    String,
    Uuid,
    and_,
    any_,
    bindparam,
    func,
    literal,
    select,
    text,
    tuple_,
    update,
)
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.inventory import tables as t
from services.inventory.domain.households import Household, Member
from services.inventory.domain.items import Catalogue, Item, Kind, Season
from services.inventory.domain.reservations import Reservation
from services.inventory.domain.stock import Depot, Lot, ShelfKey
from shared.contracts.intake import HouseholdState, NeedKind, Priority
from shared.database.rows import columns, table_of

ITEM, DEPOT, HOUSEHOLD = columns(t.Item), columns(t.Depot), columns(t.Household)
SHELF, LOT, RESERVATION = columns(t.Shelf), columns(t.Lot), columns(t.Reservation)
_COLUMNS = tuple(field.name for field in fields(Reservation))
_OPEN = RESERVATION.wanted > RESERVATION.delivered + RESERVATION.released + RESERVATION.lapsed
_SHORT = (
    RESERVATION.wanted
    > RESERVATION.reserved + RESERVATION.delivered + RESERVATION.released + RESERVATION.lapsed
)
LONG_AGO = datetime.min.replace(tzinfo=UTC)
_ASKS_FOR_FOOD = literal(NeedKind.FOOD.value) == any_(HOUSEHOLD.needs)

# Arrays, so that the statement is the same for every number of households and is planned once.
_IDS = bindparam("ids", type_=ARRAY(Uuid))
_PLACES = text(
    "INSERT INTO household (id) SELECT unnest(:ids) ON CONFLICT DO NOTHING RETURNING id"
).bindparams(_IDS)
_NAME_NEEDS = text("""
    UPDATE reservation SET item = named.code, asked = named.code
    FROM unnest(:words, :codes) AS named (word, code)
    WHERE asked = named.word AND reserved = 0 AND delivered = 0
""").bindparams(bindparam("words", type_=ARRAY(String)), bindparam("codes", type_=ARRAY(String)))


@dataclass(frozen=True)
class Known:
    """A household as last heard of; version 0 means that it was not heard of yet."""

    version: int
    household: Household


@dataclass(frozen=True)
class Movement:
    """One line of the ledger, in base units; `on_hand` and `reserved` are differences."""

    id: UUID
    depot: str
    item: str
    kind: str
    on_hand: int = 0
    reserved: int = 0
    lot_id: UUID | None = None
    household_id: UUID | None = None
    document_id: UUID | None = None
    reverses: UUID | None = None
    reason: str = ""


async def load_catalogue(session: AsyncSession) -> Catalogue:
    found = (await session.execute(select(*ITEM))).mappings()
    return Catalogue(_item(row) for row in found)


def _item(row: RowMapping) -> Item:
    return Item(
        code=row["code"],
        name=row["name"],
        kind=Kind(row["kind"]),
        unit=row["unit"],
        season=Season(row["season"]) if row["season"] else None,
        size=row["size"],
    )


async def load_depots(session: AsyncSession) -> list[Depot]:
    """All depots and shelters, by code."""
    found = await session.execute(select(DEPOT.code, DEPOT.region).order_by(DEPOT.code))
    return [Depot(code, region) for code, region in found]


async def lock_households(session: AsyncSession, ids: Collection[UUID]) -> dict[UUID, Known]:
    """The households, locked; one that was never heard of gets a row of version 0, so that it can be locked too."""
    new = set(await session.scalars(_PLACES, {"ids": sorted(ids)}))
    known = {each: Known(0, _unheard_of(each)) for each in new}
    if old := sorted(each for each in ids if each not in new):
        query = select(*HOUSEHOLD).where(HOUSEHOLD.id == func.any(_IDS)).order_by(HOUSEHOLD.id)
        rows = (await session.execute(query.with_for_update(), {"ids": old})).mappings()
        known |= {row["id"]: Known(row["version"], _household(row)) for row in rows}
    return known


def _unheard_of(identity: UUID) -> Household:
    return Household(identity, "unknown", date.min, LONG_AGO, (), frozenset())


def _household(row: RowMapping) -> Household:
    return Household(
        id=row["id"],
        region=row["region"] or "unknown",
        arrival=row["arrived_on"] or date.min,
        since=row["registered_at"] or LONG_AGO,
        members=tuple(Member(UUID(member["id"]), member["size"]) for member in row["members"]),
        asked=frozenset(NeedKind(need) for need in row["needs"]),
        priorities=frozenset(Priority(priority) for priority in row["priorities"]),
        active=row["active"],
    )


def household_of(state: HouseholdState) -> Household:
    """What a fact of intake says, as the rules see it."""
    return Household(
        id=state.household_id,
        region=state.region,
        arrival=state.arrived_on,
        since=state.registered_at,
        members=tuple(Member(member.member_id, member.size) for member in state.members),
        asked=state.needs,
        priorities=state.priorities,
    )


async def save_states(session: AsyncSession, states: Iterable[HouseholdState]) -> None:
    """Write down what intake said of households that are locked."""
    rows = [
        {
            "id": state.household_id,
            "code": state.code,
            "version": state.version,
            "region": state.region,
            "arrived_on": state.arrived_on,
            "registered_at": state.registered_at,
            "active": True,
            "needs": sorted(state.needs),
            "priorities": sorted(state.priorities),
            "members": [{"id": str(member.member_id), "size": member.size} for member in state.members],
            "people": len(state.members),
        }
        for state in states
    ]
    adding = insert(table_of(t.Household))
    replaced = {name: adding.excluded[name] for name in rows[0] if name != "id"} if rows else {}
    if rows:
        await session.execute(adding.on_conflict_do_update(index_elements=["id"], set_=replaced), rows)


async def save_closed(session: AsyncSession, versions: Mapping[UUID, int]) -> None:
    """Mark locked households as no longer helped."""
    for household_id, version in versions.items():
        change = update(table_of(t.Household)).where(HOUSEHOLD.id == household_id)
        await session.execute(change.values(active=False, version=version))


async def households_with_food(session: AsyncSession) -> list[Household]:
    """All active households that ask for food, the oldest first."""
    query = select(*HOUSEHOLD).where(HOUSEHOLD.active, _ASKS_FOR_FOOD).order_by(HOUSEHOLD.id)
    return [_household(row) for row in (await session.execute(query)).mappings()]


async def name_needs(session: AsyncSession) -> None:
    """What was asked for before the catalogue had it gets its item's code."""
    named = (await load_catalogue(session)).named_since()
    await session.execute(_NAME_NEEDS, {"words": list(named), "codes": list(named.values())})


async def make_shelves(session: AsyncSession, keys: Collection[ShelfKey]) -> None:
    """Empty shelves where there are none yet."""
    values = [{"depot": depot, "item": item} for depot, item in sorted(keys)]
    if values:
        await session.execute(insert(table_of(t.Shelf)).values(values).on_conflict_do_nothing())


async def lock_shelves(session: AsyncSession, items: Collection[str]) -> dict[ShelfKey, tuple[int, int]]:
    """On hand and reserved of every shelf with one of the items, locked until the unit ends.

    The items are locked first: a shelf that is not there yet, or is being made elsewhere, could not be.
    """
    held = select(ITEM.code).where(ITEM.code.in_(sorted(items))).order_by(ITEM.code)
    await session.execute(held.with_for_update(key_share=True))
    shelf = SHELF
    query = select(shelf.depot, shelf.item, shelf.on_hand, shelf.reserved).where(
        shelf.item.in_(sorted(items))
    )
    found = await session.execute(query.order_by(shelf.item, shelf.depot).with_for_update())
    return {(depot, item): (on_hand, reserved) for depot, item, on_hand, reserved in found}


async def move_shelves(session: AsyncSession, deltas: Mapping[ShelfKey, tuple[int, int]]) -> None:
    """Add differences of on hand and reserved to shelves that are there."""
    shelf = SHELF
    moved = [
        {"the_depot": depot, "the_item": item, "more": on_hand, "aside": reserved}
        for (depot, item), (on_hand, reserved) in sorted(deltas.items())
        if on_hand or reserved
    ]
    if moved:
        change = update(table_of(t.Shelf)).where(
            shelf.depot == bindparam("the_depot"), shelf.item == bindparam("the_item")
        )
        values = {
            "on_hand": shelf.on_hand + bindparam("more"),
            "reserved": shelf.reserved + bindparam("aside"),
        }
        connection = await session.connection()
        await connection.execute(change.values(values), moved)


async def lots_of(session: AsyncSession, keys: Collection[ShelfKey]) -> dict[ShelfKey, list[Lot]]:
    """What is left of the lots on these shelves."""
    lot = LOT
    query = select(lot.depot, lot.item, lot.id, lot.expires_on, lot.on_hand).where(
        tuple_(lot.depot, lot.item).in_(sorted(keys)), lot.on_hand > 0
    )
    lots: dict[ShelfKey, list[Lot]] = {key: [] for key in keys}
    for depot, item, lot_id, expires, on_hand in await session.execute(query.order_by(lot.id)):
        lots[depot, item].append(Lot(lot_id, expires, on_hand))
    return lots


async def expired_lots(session: AsyncSession, today: date) -> list[tuple[ShelfKey, Lot]]:
    """Lots past their date with something left."""
    lot = LOT
    query = select(lot.depot, lot.item, lot.id, lot.expires_on, lot.on_hand).where(
        lot.expires_on < today, lot.on_hand > 0
    )
    found = await session.execute(query.order_by(lot.item, lot.depot, lot.id))
    return [((depot, item), Lot(lot_id, expires, on_hand)) for depot, item, lot_id, expires, on_hand in found]


async def move_lots(session: AsyncSession, deltas: Mapping[UUID, int]) -> None:
    """Add differences to lots that are there."""
    for lot_id, delta in sorted(deltas.items()):
        await session.execute(
            update(table_of(t.Lot)).where(LOT.id == lot_id).values(on_hand=LOT.on_hand + delta)
        )


async def add_lots(session: AsyncSession, lots: Sequence[tuple[ShelfKey, Lot]]) -> None:
    rows = [
        {"id": lot.id, "depot": depot, "item": item, "expires_on": lot.expires, "on_hand": lot.on_hand}
        for (depot, item), lot in lots
    ]
    if rows:
        await session.execute(insert(table_of(t.Lot)), rows)


async def reservations_where(
    session: AsyncSession, *conditions: Any, limit: int | None = None
) -> list[Reservation]:
    """Reservations that meet all conditions on the table's columns, the most urgent first."""
    query = select(*(RESERVATION[name] for name in _COLUMNS)).where(*conditions)
    query = query.order_by(RESERVATION.rank, RESERVATION.since, RESERVATION.id).limit(limit)
    return [
        Reservation(**{**row, "kind": Kind(row["kind"])}) for row in (await session.execute(query)).mappings()
    ]


async def open_of_households(session: AsyncSession, ids: Collection[UUID]) -> list[Reservation]:
    """What is still open for these households."""
    return await reservations_where(session, RESERVATION.household_id.in_(sorted(ids)), _OPEN)


async def given_since(session: AsyncSession, ids: Collection[UUID], first: date) -> list[Reservation]:
    """What these households were handed, rations for days from `first` on and all else ever."""
    row = RESERVATION
    recent = (row.last_day.is_(None)) | (row.last_day >= first)
    return await reservations_where(session, row.household_id.in_(sorted(ids)), row.delivered > 0, recent)


async def open_rations(session: AsyncSession, keys: Collection[ShelfKey]) -> list[Reservation]:
    """Rations of these food shelves that are not fetched whole yet."""
    row = RESERVATION
    shelf = tuple_(row.item, row.depot).in_(sorted((item, depot) for depot, item in keys))
    return await reservations_where(session, shelf, _OPEN, row.kind == Kind.FOOD)


async def homeless_rations(session: AsyncSession, items: Collection[str]) -> list[Reservation]:
    """Short rations at a depot that does not keep their food, or at none."""
    row, shelf = RESERVATION, SHELF
    kept = select(shelf.depot).where(and_(shelf.depot == row.depot, shelf.item == row.item)).exists()
    wanting = (
        row.item.in_(sorted(items)),
        _SHORT,
        row.kind == Kind.FOOD,
        row.reserved == 0,
        row.delivered == 0,
    )
    return await reservations_where(session, *wanting, ~kept)


async def waiting(session: AsyncSession, items: Collection[str], limit: int) -> list[Reservation]:
    """Whole things that wait for one of the items, the first in line first."""
    row = RESERVATION
    return await reservations_where(
        session,
        row.asked.in_(sorted(items)),
        _SHORT,
        row.kind != Kind.FOOD,
        limit=limit,
    )


async def short_shelves(session: AsyncSession, items: Collection[str]) -> frozenset[ShelfKey]:
    """Food shelves for which somebody waits."""
    row = RESERVATION
    query = select(row.depot, row.item).where(row.asked.in_(sorted(items)), _SHORT, row.kind == Kind.FOOD)
    found = await session.execute(query.where(row.depot.is_not(None)).distinct())
    return frozenset((str(depot), item) for depot, item in found)


async def past_short(session: AsyncSession, day: date) -> list[Reservation]:
    """Rations with something missing that had begun by `day`."""
    row = RESERVATION
    return await reservations_where(session, _SHORT, row.kind == Kind.FOOD, row.first_day <= day)


async def not_fetched_by(session: AsyncSession, today: date) -> list[Reservation]:
    """What is set aside although its date to fetch has passed."""
    row = RESERVATION
    return await reservations_where(session, row.reserved > 0, row.fetch_by < today)


async def save_reservations(session: AsyncSession, reservations: Sequence[Reservation]) -> None:
    """Write new ones and the new values of old ones."""
    if not reservations:
        return
    adding = insert(table_of(t.Reservation))
    replaced = {name: adding.excluded[name] for name in _COLUMNS if name != "id"}
    rows = [{name: getattr(each, name) for name in _COLUMNS} for each in reservations]
    await session.execute(adding.on_conflict_do_update(index_elements=["id"], set_=replaced), rows)


async def add_movements(
    session: AsyncSession, movements: Sequence[Movement], at: datetime, on_day: date
) -> None:
    if movements:
        await session.execute(
            insert(table_of(t.Movement)), [{**asdict(each), "at": at, "on_day": on_day} for each in movements]
        )


async def add_unmet(session: AsyncSession, on_day: date, grams: Mapping[tuple[UUID, str], int]) -> None:
    rows = [
        {"household_id": household, "item": item, "on_day": on_day, "grams": amount}
        for (household, item), amount in sorted(grams.items())
    ]
    if rows:
        await session.execute(insert(table_of(t.Unmet)), rows)


async def count_eaters(session: AsyncSession) -> int:
    """People in active households that ask for food."""
    home = HOUSEHOLD
    query = select(func.coalesce(func.sum(home.people), 0)).where(home.active, _ASKS_FOR_FOOD)
    return int((await session.execute(query)).scalar_one())
