"""What lies where, and the ledger. What guards the stock is here, as constraints: it holds whatever runs at once."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    Column,
    Index,
    Integer,
    String,
    text,
)
from sqlmodel import Field

from services.inventory.tables.columns import (
    Row,
    actor_column,
    amount_column,
    code_column,
    moment_column,
    numbers_column,
    reason_column,
)
from shared.database.rows import table_of


class ShelfRow(Row, table=True):
    """What one depot holds of one item. It follows from the movements; never more is reserved than is on hand."""

    __tablename__ = "shelf"
    __table_args__ = (
        CheckConstraint("reserved >= 0", name="reserved_not_negative"),
        CheckConstraint("reserved <= on_hand", name="reserved_within_on_hand"),
        Index(None, "item"),
    )
    depot: str = code_column(primary_key=True)
    item: str = code_column(primary_key=True)
    on_hand: int = amount_column(0)
    reserved: int = amount_column(0)
    deal_ms: int = Field(default=0, sa_column=Column(Integer, nullable=False, server_default=text("0")))


class MarkedShelfRow(Row, table=True):
    """A food shelf that is to be dealt, because something about it is new since it was dealt last; from `due_at` on."""

    __tablename__ = "marked_shelf"
    depot: str = code_column(primary_key=True)
    item: str = code_column(primary_key=True)
    marked_at: datetime = moment_column()
    due_at: datetime = moment_column()


class LotRow(Row, table=True):
    """A batch of one item in one depot; the lots of a shelf add up to what is on hand. The blocked is on no shelf.

    Of a `recalled` lot nothing comes back to a shelf, even if all of it had been handed out before.
    """

    __tablename__ = "lot"
    __table_args__ = (
        CheckConstraint("least(on_hand, blocked) >= 0", name="not_negative"),
        Index(None, "depot", "item", postgresql_where=text("on_hand > 0")),
        Index(None, "expires_on", postgresql_where=text("on_hand > 0")),
    )
    id: UUID = Field(primary_key=True)
    depot: str = code_column()
    item: str = code_column()
    expires_on: date | None = None
    on_hand: int = amount_column()
    blocked: int = amount_column(0)
    recalled: bool = Field(default=False, sa_column_kwargs={"server_default": text("false")})


class MovementRow(Row, table=True):
    """The ledger: append-only, and the stock is its sum. A correction is a movement that reverses another."""

    __tablename__ = "movement"
    __table_args__ = (
        Index(None, "depot", "item"),
        Index(None, "household_id", postgresql_where=text("household_id IS NOT NULL")),
        Index(None, "document_id", postgresql_where=text("document_id IS NOT NULL AND on_hand <> 0")),
        Index("ix_movement_lot_handed_out", "lot_id", postgresql_where=text("kind IN ('delivered', 'used')")),
        Index("uq_movement_reverses", "reverses", unique=True, postgresql_where=text("reverses IS NOT NULL")),
    )
    id: UUID = Field(primary_key=True)
    at: datetime = moment_column()
    on_day: date
    depot: str = code_column()
    item: str = code_column()
    lot_id: UUID | None = None
    kind: str = Field(sa_column=Column(String(12), nullable=False))
    on_hand: int = amount_column(0)
    reserved: int = amount_column(0)
    household_id: UUID | None = None
    document_id: UUID | None = None
    reverses: UUID | None = None
    actor: str = actor_column()
    reason: str = reason_column()
    numbers: dict[str, Any] = numbers_column()
    note: str | None = Field(default=None, sa_column=Column(String(200)))


SHELF = table_of(ShelfRow)
MARKED_SHELF = table_of(MarkedShelfRow)
LOT = table_of(LotRow)
MOVEMENT = table_of(MovementRow)
