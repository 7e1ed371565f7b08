"""Pledges: what donors promised to give, on which days."""

from datetime import date
from uuid import UUID

from sqlalchemy import CheckConstraint, Column, Date, ForeignKey, Index, SmallInteger, Uuid, text
from sqlmodel import Field

from services.donations.tables.columns import (
    Row,
    actor_column,
    amount_column,
    code_column,
    currency_column,
    id_column,
    note_column,
)
from shared.database.rows import table_of


class PledgeRow(Row, table=True):
    """A promise of a donor for a purpose. It is no money: nothing of it is in the ledger."""

    __tablename__ = "pledge"
    __table_args__ = (Index(None, "donor_id"),)
    id: UUID = id_column()
    donor_id: UUID = Field(sa_column=Column(Uuid, ForeignKey("donor.id"), nullable=False))
    purpose: str = code_column()
    on_day: date
    cancelled_on: date | None = None
    note: str | None = note_column()
    actor: str = actor_column()


class PledgePartRow(Row, table=True):
    """A part of a pledge, due on a day. It is kept as long as its payment covers all parts that are linked to it."""

    __tablename__ = "pledge_part"
    __table_args__ = (
        CheckConstraint("amount > 0", name="positive"),
        Index(None, "payment_id", postgresql_where=text("payment_id IS NOT NULL")),
        Index("ix_pledge_part_due", "due_on", postgresql_where=text("payment_id IS NULL")),
    )
    pledge_id: UUID = Field(sa_column=Column(Uuid, ForeignKey("pledge.id"), primary_key=True))
    number: int = Field(sa_column=Column(SmallInteger, primary_key=True, autoincrement=False))
    due_on: date
    currency: str = currency_column()
    amount: int = amount_column()
    payment_id: UUID | None = Field(default=None, sa_column=Column(Uuid, ForeignKey("payment.id")))


class PledgeTotalRow(Row, table=True):
    """How many parts of pledges are open that are due on a day, and what they come to: not kept, and not cancelled."""

    __tablename__ = "pledge_total"
    __table_args__ = (Index("ix_pledge_total_open", "currency", postgresql_where=text("parts <> 0")),)
    currency: str = currency_column(primary_key=True)
    due_on: date = Field(sa_column=Column(Date, primary_key=True))
    parts: int = amount_column()
    amount: int = amount_column()


PLEDGE = table_of(PledgeRow)
PLEDGE_PART = table_of(PledgePartRow)
PLEDGE_TOTAL = table_of(PledgeTotalRow)
