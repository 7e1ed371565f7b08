"""Households as last heard of, who is in them, and the children who need a school place."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, Column, Date, Index, String, Uuid
from sqlmodel import Field

from services.sponsorship.tables.columns import (
    CODE,
    Row,
    code_column,
    flag_column,
    id_column,
    maybe_code_column,
    number_column,
    version_column,
)
from shared.database.rows import table_of


def _codes_column() -> Any:
    return Field(default=[], sa_column=Column(ARRAY(CODE), nullable=False, server_default="{}"))


class HouseholdRow(Row, table=True):
    """A household as last heard of; version 0 until its first fact."""

    __tablename__ = "household"
    id: UUID = id_column()
    version: int = version_column()
    helped: bool = flag_column()
    region: str = code_column("")
    rank: int = number_column(9)


class PresenceRow(Row, table=True):
    """Somebody whom the newest state of a household has; what it last had, once it is closed."""

    __tablename__ = "presence"
    __table_args__ = (Index(None, "member_id"),)
    household_id: UUID = Field(sa_column=Column(Uuid, primary_key=True))
    member_id: UUID = Field(sa_column=Column(Uuid, primary_key=True))
    band: str = code_column()
    circumstances: list[str] = _codes_column()


class ChildRow(Row, table=True):
    """A child who was of school age in some fact. `id` is its member id, and `version` counts what was said of it.

    `seen_household` is the household of the highest id in which it was of school age, `household_id` where it is now.
    It waits since `waiting_since`, also when it was sponsored or away meanwhile; it stands as it does since `since`.
    """

    __tablename__ = "child"
    __table_args__ = (Index(None, "status"), Index(None, "household_id"))
    id: UUID = id_column()
    version: int = version_column()
    alias: str = Field(sa_column=Column(String(8), nullable=False, unique=True))
    waiting_since: date = Field(sa_column=Column(Date, nullable=False))
    seen_household: UUID = Field(sa_column=Column(Uuid, nullable=False))
    household_id: UUID = Field(sa_column=Column(Uuid, nullable=False))
    region: str = code_column("")
    points: int = number_column()
    reasons: list[str] = _codes_column()
    status: str = code_column("")
    since: date = Field(sa_column=Column(Date, nullable=False))
    left_reason: str | None = maybe_code_column()


HOUSEHOLD = table_of(HouseholdRow)
PRESENCE = table_of(PresenceRow)
CHILD = table_of(ChildRow)
