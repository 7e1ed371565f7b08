"""What people decided: goods that came and are to come, hand-outs, cancellations."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    Column,
    Index,
    Integer,
    String,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from services.inventory.tables.columns import (
    CODE,
    Row,
    actor_column,
    amount_column,
    code_column,
    reason_column,
)
from shared.database.rows import table_of


class ReceiptRow(Row, table=True):
    """Goods that came in together; a depot takes in one reference once, unless what it stood for was undone.

    `version` counts what the others were told of it; 0 is one from before they were told of any.
    """

    __tablename__ = "receipt"
    __table_args__ = (
        Index(
            "uq_receipt_reference",
            "depot",
            "reference",
            unique=True,
            postgresql_where=text("undone_on IS NULL"),
        ),
        Index("ix_receipt_untold", "id", postgresql_where=text("version = 0")),
    )
    id: UUID = Field(primary_key=True)
    version: int = Field(default=0, sa_column=Column(Integer, nullable=False, server_default=text("0")))
    depot: str = code_column()
    reference: str = Field(sa_column=Column(String(100), nullable=False))
    on_day: date
    planned_id: UUID | None = None
    undone_on: date | None = None
    actor: str = actor_column()


class DeliveryRow(Row, table=True):
    """Supplies handed out to a household, and which of its members received them; `lines`: how much, by reservation."""

    __tablename__ = "delivery"
    __table_args__ = (Index(None, "household_id"),)
    id: UUID = Field(primary_key=True)
    household_id: UUID
    received_by: UUID
    on_day: date
    lines: dict[str, Any] = Field(
        default_factory=dict, sa_column=Column(JSONB, nullable=False, server_default="{}")
    )
    undone_on: date | None = None
    actor: str = actor_column()


class CancellationRow(Row, table=True):
    """Somebody gave up what was not fetched of a reservation: how much, and why in that person's own words."""

    __tablename__ = "cancellation"
    reservation_id: UUID = Field(primary_key=True)
    on_day: date
    released: int = amount_column()
    note: str = Field(sa_column=Column(String(200), nullable=False))
    actor: str = actor_column()


class AskedAgainRow(Row, table=True):
    """Somebody asked once more for a set or kit that a household had, or had given up, and why as a code."""

    __tablename__ = "asked_again"
    __table_args__ = (Index(None, "household_id"),)
    reservation_id: UUID = Field(primary_key=True)
    household_id: UUID
    on_day: date
    reason: str = reason_column()
    actor: str = actor_column()


class PlannedDeliveryRow(Row, table=True):
    """Goods that are to come: the forecast counts on them until their day is past.

    `received` came so far; `received_on` is the day on which it was all, `closed_on` the day on which somebody said
    that no more comes, and why as a code.
    """

    __tablename__ = "planned_delivery"
    __table_args__ = (
        CheckConstraint("quantity > 0", name="positive"),
        CheckConstraint("received >= 0", name="received_not_negative"),
        UniqueConstraint("depot", "reference"),
        Index(None, "item", postgresql_where=text("received_on IS NULL AND closed_on IS NULL")),
    )
    id: UUID = Field(primary_key=True)
    depot: str = code_column()
    item: str = code_column()
    quantity: int = amount_column()
    due_on: date
    expires_on: date | None = None
    reference: str = Field(sa_column=Column(String(100), nullable=False))
    received: int = amount_column(0)
    received_on: date | None = None
    closed_on: date | None = None
    closed_reason: str | None = Field(default=None, sa_column=Column(CODE))
    actor: str = actor_column()


RECEIPT = table_of(ReceiptRow)
DELIVERY = table_of(DeliveryRow)
CANCELLATION = table_of(CancellationRow)
ASKED_AGAIN = table_of(AskedAgainRow)
PLANNED_DELIVERY = table_of(PlannedDeliveryRow)
