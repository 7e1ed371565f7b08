"""Money that fieldworkers carry, and the slips by which they account for it."""

from datetime import date
from uuid import UUID

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, String, Uuid, text
from sqlmodel import Field

from services.donations.tables.columns import (
    Row,
    actor_column,
    amount_column,
    code_column,
    currency_column,
    flag_column,
    id_column,
    new_entry_column,
)
from shared.database.rows import table_of


class AdvanceRow(Row, table=True):
    """Money of a fund that went out to a fieldworker, by a code, perhaps what was set aside for a grant.

    Whoever changes it holds the fund's lock; what is settled and returned beyond it the database refuses in any case.
    """

    __tablename__ = "advance"
    __table_args__ = (
        CheckConstraint("amount > 0", name="positive"),
        CheckConstraint(
            "least(settled, returned) >= 0 AND settled + returned <= amount", name="no_more_than_was_advanced"
        ),
        CheckConstraint("NOT undone OR settled + returned = 0", name="undone_whole"),
        Index("uq_advance_reference", "place", "reference", unique=True, postgresql_where=text("NOT undone")),
        Index(
            "ix_advance_open",
            "given_on",
            postgresql_where=text("NOT undone AND settled + returned < amount"),
        ),
        Index(None, "grant_id", postgresql_where=text("grant_id IS NOT NULL")),
    )
    id: UUID = id_column()
    fieldworker: str = code_column()
    fund: str = code_column()
    currency: str = currency_column()
    amount: int = amount_column()
    settled: int = amount_column(0)
    returned: int = amount_column(0)
    place: str = code_column()
    reference: str = Field(sa_column=Column(String(100), nullable=False))
    given_on: date
    undone: bool = flag_column()
    grant_id: UUID | None = Field(default=None, sa_column=Column(Uuid, ForeignKey("grant.id")))
    entry_id: UUID = new_entry_column()
    actor: str = actor_column()


class SlipRow(Row, table=True):
    """What became of a part of an advance: spent for `what`, a code, or brought back to `place`. A fieldworker's slip
    counts once by its own reference.
    """

    __tablename__ = "slip"
    __table_args__ = (
        CheckConstraint("amount > 0", name="positive"),
        Index(
            "uq_slip_reference", "fieldworker", "reference", unique=True, postgresql_where=text("NOT undone")
        ),
        Index(None, "advance_id"),
    )
    id: UUID = id_column()
    advance_id: UUID = Field(sa_column=Column(Uuid, ForeignKey("advance.id"), nullable=False))
    fieldworker: str = code_column()
    kind: str = code_column()
    amount: int = amount_column()
    what: str = code_column("")
    place: str = code_column("")
    grant_id: UUID | None = Field(default=None, sa_column=Column(Uuid, ForeignKey("grant.id")))
    reference: str = Field(sa_column=Column(String(100), nullable=False))
    happened_on: date
    undone: bool = flag_column()
    entry_id: UUID = new_entry_column()
    actor: str = actor_column()


ADVANCE = table_of(AdvanceRow)
SLIP = table_of(SlipRow)
