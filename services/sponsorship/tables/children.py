"""Households as last heard of, who is in them, and the children who need a school place."""

from datetime import date
from uuid import UUID

from sqlalchemy import Column, Index, String, Uuid
from sqlmodel import Field

from services.sponsorship.tables.columns import (
    Row,
    code_column,
    codes_column,
    day_column,
    flag_column,
    id_column,
    maybe_code_column,
    maybe_day_column,
    maybe_ref_column,
    number_column,
    ref_column,
    version_column,
)
from shared.database.rows import table_of


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
    circumstances: list[str] = codes_column()


class ConsentRow(Row, table=True):
    """What the guardian of a child agreed to that sponsors may be shown, as told last."""

    __tablename__ = "consent"
    __table_args__ = (Index(None, "member_id"),)
    id: UUID = id_column()
    version: int = version_column()
    member_id: UUID | None = maybe_ref_column()
    scopes: list[str] = codes_column()
    agreed: bool = flag_column()
    until: date | None = maybe_day_column()


class ChildRow(Row, table=True):
    """A child who was of school age in some fact. `id` is its member id, and `version` counts what was said of it.

    `seen_household` is the household of the highest id in which it was of school age, `household_id` where it is now.
    It waits since `waiting_since`, also when it was sponsored or away meanwhile; it stands as it does since `since`.
    """

    __tablename__ = "child"
    __table_args__ = (Index(None, "status"), Index(None, "seen_household"))
    id: UUID = id_column()
    version: int = version_column()
    alias: str = Field(sa_column=Column(String(8), nullable=False, unique=True))
    waiting_since: date = day_column()
    seen_household: UUID = ref_column()
    household_id: UUID = ref_column()
    region: str = code_column("")
    points: int = number_column()
    reasons: list[str] = codes_column()
    status: str = code_column("")
    since: date = day_column()
    left_reason: str | None = maybe_code_column()
    decided: str | None = maybe_code_column()
    decided_on: date | None = maybe_day_column()
    decided_by: str | None = Field(default=None, sa_column=Column(String(100)))
    """What staff said of its leaving."""


HOUSEHOLD = table_of(HouseholdRow)
PRESENCE = table_of(PresenceRow)
CONSENT = table_of(ConsentRow)
CHILD = table_of(ChildRow)
