"""Files that were taken in."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Column, Integer
from sqlmodel import Field

from services.donations.tables.columns import Row, actor_column, id_column, moment_column
from shared.database.rows import table_of


class GiftImportRow(Row, table=True):
    """A list of gifts that was taken in: who did it, when, and how many rows became what."""

    __tablename__ = "gift_import"
    id: UUID = id_column()
    at: datetime = moment_column()
    on_day: date
    actor: str = actor_column()
    rows: int = Field(sa_column=Column(Integer, nullable=False))
    gifts: int = Field(sa_column=Column(Integer, nullable=False))
    new_donors: int = Field(sa_column=Column(Integer, nullable=False))
    already_there: int = Field(sa_column=Column(Integer, nullable=False))
    bad_rows: int = Field(sa_column=Column(Integer, nullable=False))


GIFT_IMPORT = table_of(GiftImportRow)
