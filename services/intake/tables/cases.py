"""Advocacy cases: somebody in prison for having helped, the family, and the visits. Names stand in `CaseIdentityRow`
alone, which only `identities/` reads.
"""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    JSON,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    String,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field

from services.intake.tables.columns import Row
from shared.database.rows import table_of

CODE = String(40)


class CaseRow(Row, table=True):
    """A case as it is now. `visits_planned` are those that are still to be made; the doctor compares both numbers with
    the rows of the visits. `status` is kept for the list: it follows from the two numbers and from `closed_on`.
    """

    __tablename__ = "advocacy_case"
    __table_args__ = (
        CheckConstraint("(status = 'closed') = (closed_on IS NOT NULL)", name="day_when_closed"),
        CheckConstraint("(closed_on IS NULL) = (reason IS NULL)", name="reason_when_closed"),
        CheckConstraint("closed_on IS NULL OR visits_planned = 0", name="none_planned_when_closed"),
        CheckConstraint("least(visits_planned, visits_done) >= 0", name="not_negative"),
        CheckConstraint("version >= 1", name="version"),
        Index(None, "status", "id"),
    )

    id: UUID = Field(sa_column=Column(Uuid, primary_key=True))
    alias: str = Field(sa_column=Column(String(20), nullable=False, unique=True))
    topics: list[str] = Field(sa_column=Column(ARRAY(CODE), nullable=False))
    opened_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    opened_on: date = Field(sa_column=Column(Date, nullable=False))
    status: str = Field(sa_column=Column(CODE, nullable=False))
    visits_planned: int = Field(sa_column=Column(Integer, nullable=False))
    visits_done: int = Field(sa_column=Column(Integer, nullable=False))
    version: int = Field(sa_column=Column(Integer, nullable=False))
    reason: str | None = Field(sa_column=Column(CODE))
    closed_on: date | None = Field(sa_column=Column(Date))


class CasePersonRow(Row, table=True):
    """Somebody of a case, without a name: who is in prison, or one of the family. One is in prison."""

    __tablename__ = "case_person"
    __table_args__ = (
        CheckConstraint("role IN ('imprisoned', 'family')", name="role"),
        Index(None, "case_id", "id"),
        Index(
            "uq_case_person_imprisoned", "case_id", unique=True, postgresql_where=text("role = 'imprisoned'")
        ),
    )

    id: UUID = Field(sa_column=Column(Uuid, primary_key=True))
    case_id: UUID = Field(sa_column=Column(Uuid, ForeignKey("advocacy_case.id"), nullable=False))
    role: str = Field(sa_column=Column(CODE, nullable=False))


class CaseIdentityRow(Row, table=True):
    """The name of somebody of a case. A birth date is not asked for: nothing is decided by it."""

    __tablename__ = "case_identity"

    person_id: UUID = Field(sa_column=Column(Uuid, ForeignKey("case_person.id"), primary_key=True))
    given: str = Field(sa_column=Column(String(100), nullable=False))
    family: str = Field(sa_column=Column(String(100), nullable=False))


class VisitRow(Row, table=True):
    """A visit of the family in prison: planned for a day, then made or cancelled. No place, and not who goes."""

    __tablename__ = "case_visit"
    __table_args__ = (
        CheckConstraint("state IN ('planned', 'done', 'cancelled')", name="state"),
        CheckConstraint("(state = 'done') = (done_on IS NOT NULL)", name="day_when_done"),
        CheckConstraint("(state = 'cancelled') = (reason IS NOT NULL)", name="reason_when_cancelled"),
        Index(None, "case_id", "id"),
    )

    id: UUID = Field(sa_column=Column(Uuid, primary_key=True))
    case_id: UUID = Field(sa_column=Column(Uuid, ForeignKey("advocacy_case.id"), nullable=False))
    planned_for: date = Field(sa_column=Column(Date, nullable=False))
    state: str = Field(sa_column=Column(CODE, nullable=False))
    done_on: date | None = Field(sa_column=Column(Date))
    reason: str | None = Field(sa_column=Column(CODE))


class CaseEntryRow(Row, table=True):
    """One line of a case's history, like a household's timeline; no foreign key, for what donations says of a case that
    is unknown here is kept too.
    """

    __tablename__ = "case_entry"
    __table_args__ = (Index(None, "case_id", "id"),)

    id: UUID = Field(sa_column=Column(Uuid, primary_key=True))
    case_id: UUID = Field(sa_column=Column(Uuid, nullable=False))
    at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    on: date = Field(sa_column=Column(Date, nullable=False))
    contract: str = Field(sa_column=Column(String(100), nullable=False))
    actor: str = Field(sa_column=Column(String(100), nullable=False))
    summary: str = Field(sa_column=Column(String(1000), nullable=False))
    data: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))


CASE = table_of(CaseRow)
CASE_PERSON = table_of(CasePersonRow)
CASE_IDENTITY = table_of(CaseIdentityRow)
VISIT = table_of(VisitRow)
CASE_ENTRY = table_of(CaseEntryRow)
