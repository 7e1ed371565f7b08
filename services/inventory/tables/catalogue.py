"""What the store keeps and where."""

from datetime import date

from sqlalchemy import (
    CheckConstraint,
    Column,
    Index,
    String,
    text,
)
from sqlmodel import Field

from services.inventory.tables.columns import Row, amount_column, code_column
from shared.database.rows import table_of


class ItemRow(Row, table=True):
    """Something the store keeps. Only clothing has a season and a size."""

    __tablename__ = "item"
    __table_args__ = (
        Index(
            "uq_item_season_size", "season", "size", unique=True, postgresql_where=text("retired_on IS NULL")
        ),
    )
    code: str = code_column(primary_key=True)
    name: str = Field(sa_column=Column(String(100), nullable=False))
    kind: str = Field(sa_column=Column(String(10), nullable=False))
    unit: str = Field(sa_column=Column(String(10), nullable=False))
    season: str | None = Field(sa_column=Column(String(10)))
    size: str | None = Field(sa_column=Column(String(10)))
    retired_on: date | None = None


class DepotRow(Row, table=True):
    """A store or a shelter, in one region."""

    __tablename__ = "depot"
    code: str = code_column(primary_key=True)
    name: str = Field(sa_column=Column(String(100), nullable=False))
    kind: str = Field(sa_column=Column(String(10), nullable=False))
    region: str = code_column()


class KitPartRow(Row, table=True):
    """How many of a part go into one kit."""

    __tablename__ = "kit_part"
    __table_args__ = (CheckConstraint("quantity > 0", name="positive"),)
    kit: str = code_column(primary_key=True)
    part: str = code_column(primary_key=True)
    quantity: int = amount_column()


ITEM = table_of(ItemRow)
DEPOT = table_of(DepotRow)
KIT_PART = table_of(KitPartRow)
