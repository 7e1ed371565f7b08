"""Transfers between places, and opening balances."""

from collections.abc import Mapping
from dataclasses import fields
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping, or_, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.donations.domain.transfers import Transfer
from services.donations.repository.locking import locked
from services.donations.tables import OPENING, TRANSFER
from shared.messaging.unit import Unit

_COLUMNS = tuple(field.name for field in fields(Transfer))
_COUNTS = text("NOT undone")


def transfer_in(row: RowMapping) -> Transfer:
    """What a row holds."""
    return Transfer(**{name: row[name] for name in _COLUMNS})


async def lock(session: AsyncSession, transfer_id: UUID) -> RowMapping | None:
    """A transfer, locked; None if there is none of this id."""
    return await locked(session, TRANSFER, transfer_id)


async def add(unit: Unit, transfer: Transfer, entry_id: UUID, arrived_entry_id: UUID | None) -> bool:
    """Keep a new transfer; False if one of this reference between these places is known."""
    values = {name: getattr(transfer, name) for name in _COLUMNS}
    own = {"entry_id": entry_id, "arrived_entry_id": arrived_entry_id, "actor": unit.actor.id}
    adding = insert(TRANSFER).values(**values, **own)
    adding = adding.on_conflict_do_nothing(
        index_elements=["from_place", "to_place", "reference"], index_where=_COUNTS
    )
    return await unit.session.scalar(adding.returning(TRANSFER.c.id)) is not None


def change(unit: Unit, transfer_id: UUID, values: Mapping[str, Any]) -> None:
    """Give a locked transfer new values."""
    unit.writes.change(TRANSFER, [{"id": transfer_id, **values, "actor": unit.actor.id}])


async def of_paypal(session: AsyncSession, reference: str) -> Transfer | None:
    """The transfer to or from PayPal that PayPal calls so; None if none is booked."""
    row = TRANSFER.c
    places = or_(row.from_place == "paypal", row.to_place == "paypal")
    query = select(TRANSFER).where(row.reference == reference, places, row.undone.is_(False))
    found = (await session.execute(query.limit(1))).mappings().one_or_none()
    return transfer_in(found) if found else None


async def add_opening(unit: Unit, values: Mapping[str, Any]) -> bool:
    """Keep an opening balance; False if the fund has one in this place and currency."""
    adding = insert(OPENING).values(**values, actor=unit.actor.id)
    adding = adding.on_conflict_do_nothing(index_elements=["fund", "place", "currency"], index_where=_COUNTS)
    return await unit.session.scalar(adding.returning(OPENING.c.id)) is not None


async def lock_opening(session: AsyncSession, opening_id: UUID) -> RowMapping | None:
    """An opening balance, locked; None if there is none of this id."""
    return await locked(session, OPENING, opening_id)


def undo_opening(unit: Unit, opening_id: UUID) -> None:
    """A locked opening balance was a mistake; the right one can be booked."""
    unit.writes.change(OPENING, [{"id": opening_id, "undone": True, "actor": unit.actor.id}])
