"""What sponsorship tells of monthly gifts, and events of guests who may be written to."""

from datetime import date
from uuid import UUID

from sqlalchemy import Boolean, Column, Date, SmallInteger, String, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field

from services.donations.tables.columns import Row, id_column, version_column
from shared.database.rows import table_of

NONE_YET = text("0")


class PlacedRow(Row, table=True):
    """For how many of the `wanted` children of a monthly gift one was found, as sponsorship told last; the gift may be
    one that is not known here yet.
    """

    __tablename__ = "gift_placed"
    id: UUID = id_column()
    version: int = version_column()
    placed: int = Field(sa_column=Column(SmallInteger, nullable=False, server_default=NONE_YET))
    wanted: int = Field(sa_column=Column(SmallInteger, nullable=False, server_default=NONE_YET))


class OfferedRow(Row, table=True):
    """A guest of events who agrees to be written to, or no longer does, by the id of the guest there."""

    __tablename__ = "contact_offered"
    id: UUID = id_column()
    version: int = version_column()
    language: str = Field(sa_column=Column(String(10), nullable=False, server_default=""))
    purposes: list[str] = Field(sa_column=Column(ARRAY(String(40)), nullable=False, server_default="{}"))
    offered: bool = Field(sa_column=Column(Boolean, nullable=False, server_default="false"))
    on_day: date | None = Field(default=None, sa_column=Column(Date))


PLACED = table_of(PlacedRow)
OFFERED = table_of(OfferedRow)
