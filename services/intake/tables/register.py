"""Who is helped: households, members, where they came from, and what happened to them."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    JSON,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field

from services.intake.tables.columns import Row
from shared.database.rows import table_of


class HouseholdRow(Row, table=True):
    """A household as it is now.

    `register_ref` is as somebody wrote it; `register_key` is a hash of it folded, so that W-1 and w-1 are one, and
    `register_loose` one without leading zeros. An undone import gives all three free.
    """

    __tablename__ = "household"
    __table_args__ = (
        CheckConstraint("status IN ('registered', 'active', 'closed', 'reopened')", name="status"),
        CheckConstraint("(status = 'closed') = (outcome IS NOT NULL)", name="outcome_when_closed"),
        CheckConstraint("(status = 'closed') = (closed_on IS NOT NULL)", name="day_when_closed"),
        CheckConstraint("version >= 1", name="version"),
        Index(None, "status", "id"),
        Index(None, "region", "id"),
        # For counting by priority from the index alone; see `queries.by_priority`.
        Index(None, "priorities", postgresql_where=text("priorities <> '{}'")),
    )

    id: UUID = Field(sa_column=Column(Uuid, primary_key=True))
    code: str = Field(sa_column=Column(String(20), nullable=False, unique=True))
    region: str = Field(sa_column=Column(String(40), nullable=False))
    arrived_on: date = Field(sa_column=Column(Date, nullable=False))
    registered_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    registered_on: date = Field(sa_column=Column(Date, nullable=False))
    needs: list[str] = Field(sa_column=Column(ARRAY(String(20)), nullable=False))
    priorities: list[str] = Field(sa_column=Column(ARRAY(String(20)), nullable=False))
    status: str = Field(sa_column=Column(String(20), nullable=False))
    version: int = Field(sa_column=Column(Integer, nullable=False))
    outcome: str | None = Field(sa_column=Column(String(20)))
    closed_on: date | None = Field(sa_column=Column(Date))
    register_ref: str | None = Field(sa_column=Column(String(60)))
    register_key: bytes | None = Field(sa_column=Column(LargeBinary(32), unique=True))
    register_loose: bytes | None = Field(sa_column=Column(LargeBinary(32), index=True))
    import_id: UUID | None = Field(sa_column=Column(Uuid, ForeignKey("register_import.id")))


class MemberRow(Row, table=True):
    """A member, without name or birth date. `age_band` is the band that the other services were told last.

    `import_id` and `import_row` say which row of which import brought this member; `undone` that it was undone.
    """

    __tablename__ = "member"
    __table_args__ = (
        CheckConstraint("left_on >= joined_on", name="left_after_joining"),
        Index(None, "household_id"),
        Index(
            None, "import_id", "household_id", postgresql_where=text("import_id IS NOT NULL AND NOT undone")
        ),
        # For counting them from the index alone; see `queries.people_ever`.
        Index("ix_member_undone", "id", postgresql_where=text("undone")),
    )

    id: UUID = Field(sa_column=Column(Uuid, primary_key=True))
    household_id: UUID = Field(sa_column=Column(Uuid, ForeignKey("household.id"), nullable=False))
    sex: str = Field(sa_column=Column(String(10), nullable=False))
    size: str = Field(sa_column=Column(String(10), nullable=False))
    relation: str = Field(sa_column=Column(String(20), nullable=False))
    languages: list[str] = Field(sa_column=Column(ARRAY(String(3)), nullable=False))
    age_band: str = Field(sa_column=Column(String(10), nullable=False))
    joined_on: date = Field(sa_column=Column(Date, nullable=False))
    left_on: date | None = Field(sa_column=Column(Date))
    import_id: UUID | None = Field(sa_column=Column(Uuid, ForeignKey("register_import.id")))
    import_row: int | None = Field(sa_column=Column(Integer))
    undone: bool = Field(sa_column=Column(Boolean, nullable=False, server_default="false"))


class IdentityRow(Row, table=True):
    """A member's name and birth date."""

    __tablename__ = "identity"
    # Whoever comes by an import is looked for in other households by birth date.
    __table_args__ = (Index(None, "birth_date"),)

    member_id: UUID = Field(sa_column=Column(Uuid, ForeignKey("member.id"), primary_key=True))
    given: str = Field(sa_column=Column(String(100), nullable=False))
    family: str = Field(sa_column=Column(String(100), nullable=False))
    birth_date: date = Field(sa_column=Column(Date, nullable=False))
    estimated: bool = Field(sa_column=Column(Boolean, nullable=False))


class ImportRow(Row, table=True):
    """A register that was taken in, or as far as it came: who did it, when, and how many."""

    __tablename__ = "register_import"

    id: UUID = Field(sa_column=Column(Uuid, primary_key=True))
    at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    on: date = Field(sa_column=Column(Date, nullable=False))
    actor: str = Field(sa_column=Column(String(100), nullable=False))
    rows: int = Field(sa_column=Column(Integer, nullable=False))
    households: int = Field(sa_column=Column(Integer, nullable=False))
    people: int = Field(sa_column=Column(Integer, nullable=False))
    joined: int = Field(sa_column=Column(Integer, nullable=False))
    already_there: int = Field(sa_column=Column(Integer, nullable=False))
    bad_rows: int = Field(sa_column=Column(Integer, nullable=False))
    finished: bool = Field(sa_column=Column(Boolean, nullable=False))
    undone_on: date | None = Field(sa_column=Column(Date))
    undone_by: str | None = Field(sa_column=Column(String(100)))


class TimelineRow(Row, table=True):
    """One line of a household's timeline; no foreign key, for a fact about a household unknown here is kept too.

    `actor` is the id of the principal who did it; for a fact of another service, that service.
    """

    __tablename__ = "timeline"
    __table_args__ = (Index(None, "household_id", "id"),)

    id: UUID = Field(sa_column=Column(Uuid, primary_key=True))
    household_id: UUID = Field(sa_column=Column(Uuid, nullable=False))
    at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    on: date = Field(sa_column=Column(Date, nullable=False))
    contract: str = Field(sa_column=Column(String(100), nullable=False))
    actor: str = Field(sa_column=Column(String(100), nullable=False))
    summary: str = Field(sa_column=Column(String(1000), nullable=False))
    data: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))


class MovedRow(Row, table=True):
    """Somebody moved from this household to another one: a register may go on naming them here. Append-only."""

    __tablename__ = "moved"
    __table_args__ = (Index(None, "household_id"),)

    id: UUID = Field(sa_column=Column(Uuid, primary_key=True))
    household_id: UUID = Field(sa_column=Column(Uuid, ForeignKey("household.id"), nullable=False))
    member_id: UUID = Field(sa_column=Column(Uuid, ForeignKey("member.id"), nullable=False))
    on: date = Field(sa_column=Column(Date, nullable=False))


class ReadingRow(Row, table=True):
    """Somebody was shown the names of a household or of a case: who, when and by which route. Append-only."""

    __tablename__ = "reading"
    __table_args__ = (
        CheckConstraint("num_nonnulls(household_id, case_id) = 1", name="of_one"),
        Index(None, "household_id", "id"),
        Index(None, "case_id", "id", postgresql_where=text("case_id IS NOT NULL")),
    )

    id: UUID = Field(sa_column=Column(Uuid, primary_key=True))
    at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    household_id: UUID | None = Field(sa_column=Column(Uuid, ForeignKey("household.id")))
    case_id: UUID | None = Field(sa_column=Column(Uuid, ForeignKey("advocacy_case.id")))
    actor: str = Field(sa_column=Column(String(100), nullable=False))
    route: str = Field(sa_column=Column(String(100), nullable=False))


HOUSEHOLD = table_of(HouseholdRow)
MEMBER = table_of(MemberRow)
IDENTITY = table_of(IdentityRow)
IMPORT = table_of(ImportRow)
TIMELINE = table_of(TimelineRow)
MOVED = table_of(MovedRow)
READING = table_of(ReadingRow)
