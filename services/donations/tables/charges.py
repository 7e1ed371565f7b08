"""What places took for their work, of no payment."""

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
    new_entry_column,
)
from shared.database.rows import table_of


class ChargeRow(Row, table=True):
    """A charge of a place, which a fund bears; or one that came `back`. One reference counts once."""

    __tablename__ = "charge"
    __table_args__ = (
        CheckConstraint("amount > 0", name="positive"),
        Index("uq_charge_reference", "place", "reference", unique=True, postgresql_where=text("NOT undone")),
    )
    id: UUID = id_column()
    fund: str = code_column()
    place: str = code_column()
    currency: str = currency_column()
    amount: int = amount_column()
    back: bool = flag_column()
    reference: str = Field(sa_column=Column(String(100), nullable=False))
    happened_on: date
    undone: bool = flag_column()
    entry_id: UUID = new_entry_column()
    actor: str = actor_column()


CHARGE = table_of(ChargeRow)
