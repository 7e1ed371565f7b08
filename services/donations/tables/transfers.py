"""Transfers between the group's own places, and what funds had when the books began."""

from datetime import date
from uuid import UUID

from sqlalchemy import CheckConstraint, Column, Index, String, text
from sqlmodel import Field

from services.donations.tables.columns import (
    Row,
    actor_column,
    amount_column,
    code_column,
    currency_column,
    flag_column,
    id_column,
    maybe_entry_column,
    new_entry_column,
    note_column,
)
from shared.database.rows import table_of


class TransferRow(Row, table=True):
    """Money that left one place for another one; without `arrived_on` it is on its way. One reference counts once."""

    __tablename__ = "transfer"
    __table_args__ = (
        CheckConstraint("amount > 0", name="positive"),
        CheckConstraint("fee >= 0 AND fee < amount", name="fee_is_a_part"),
        CheckConstraint("from_place <> to_place", name="between_two"),
        CheckConstraint("(arrived_on IS NULL) = (arrived_entry_id IS NULL)", name="arrived_as_booked"),
        CheckConstraint("arrived_on >= left_on", name="arrived_after_it_left"),
        Index(
            "uq_transfer_reference",
            "from_place",
            "to_place",
            "reference",
            unique=True,
            postgresql_where=text("NOT undone"),
        ),
        Index("ix_transfer_reference", "reference"),
    )
    id: UUID = id_column()
    from_place: str = code_column()
    to_place: str = code_column()
    currency: str = currency_column()
    amount: int = amount_column()
    reference: str = Field(sa_column=Column(String(100), nullable=False))
    left_on: date
    arrived_on: date | None = None
    fee: int = amount_column(0)
    fee_fund: str = code_column("")
    undone: bool = flag_column()
    entry_id: UUID = new_entry_column()
    arrived_entry_id: UUID | None = maybe_entry_column()
    actor: str = actor_column()


class OpeningRow(Row, table=True):
    """What a fund had in one place and currency when these books began: once, with a reason."""

    __tablename__ = "opening"
    __table_args__ = (
        CheckConstraint("amount > 0", name="positive"),
        Index(
            "uq_opening_once", "fund", "place", "currency", unique=True, postgresql_where=text("NOT undone")
        ),
    )
    id: UUID = id_column()
    fund: str = code_column()
    place: str = code_column()
    currency: str = currency_column()
    amount: int = amount_column()
    on_day: date
    note: str | None = note_column()
    undone: bool = flag_column()
    entry_id: UUID = new_entry_column()
    actor: str = actor_column()


TRANSFER = table_of(TransferRow)
OPENING = table_of(OpeningRow)
