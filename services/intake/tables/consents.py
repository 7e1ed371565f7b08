"""What members agreed to, and how each consent came about."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    String,
    Uuid,
)
from sqlalchemy import UniqueConstraint as Unique
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field

from services.intake.tables.columns import Row
from shared.database.rows import table_of

CODE = String(40)
LONGEST_NOTE = 500


class ConsentRow(Row, table=True):
    """What one member agrees to for one purpose, as the other services were told last: one row, whatever was given and
    withdrawn. `household_id` is where the member is now, `since` the day of the last change; `of_age` is what was told
    last of somebody who speaks in public.
    """

    __tablename__ = "consent"
    __table_args__ = (
        Unique("member_id", "purpose"),
        CheckConstraint("agreed OR (scopes = '{}' AND until IS NULL)", name="nothing_when_withdrawn"),
        CheckConstraint("version >= 1", name="version"),
        Index(None, "household_id"),
    )

    id: UUID = Field(sa_column=Column(Uuid, primary_key=True))
    version: int = Field(sa_column=Column(Integer, nullable=False))
    household_id: UUID = Field(sa_column=Column(Uuid, ForeignKey("household.id"), nullable=False))
    member_id: UUID = Field(sa_column=Column(Uuid, ForeignKey("member.id"), nullable=False))
    purpose: str = Field(sa_column=Column(CODE, nullable=False))
    scopes: list[str] = Field(sa_column=Column(ARRAY(CODE), nullable=False))
    agreed: bool = Field(sa_column=Column(Boolean, nullable=False))
    until: date | None = Field(sa_column=Column(Date))
    since: date = Field(sa_column=Column(Date, nullable=False))
    of_age: bool | None = Field(default=None, sa_column=Column(Boolean))


class ConsentStepRow(Row, table=True):
    """A consent was given or withdrawn: what holds since, and how that came about. Append-only; told to nobody.

    What was explained is a text of the group's own, named by `edition`; nothing is when it is withdrawn. For a minor
    there is a guardian: a member of the household, or somebody named by a code. `ended` is why it ended by itself.
    """

    __tablename__ = "consent_step"
    __table_args__ = (
        CheckConstraint("num_nonnulls(explained_by, language, edition) IN (0, 3)", name="explained"),
        CheckConstraint("num_nonnulls(guardian_id, guardian) <= 1", name="one_guardian"),
        Index(None, "consent_id", "id"),
    )

    id: UUID = Field(sa_column=Column(Uuid, primary_key=True))
    consent_id: UUID = Field(sa_column=Column(Uuid, ForeignKey("consent.id"), nullable=False))
    at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    on: date = Field(sa_column=Column(Date, nullable=False))
    actor: str = Field(sa_column=Column(String(100), nullable=False))
    agreed: bool = Field(sa_column=Column(Boolean, nullable=False))
    scopes: list[str] = Field(sa_column=Column(ARRAY(CODE), nullable=False))
    until: date | None = Field(sa_column=Column(Date))
    explained_by: str | None = Field(sa_column=Column(String(100)))
    witness: str | None = Field(sa_column=Column(String(100)))
    language: str | None = Field(sa_column=Column(String(10)))
    edition: str | None = Field(sa_column=Column(CODE))
    guardian_id: UUID | None = Field(sa_column=Column(Uuid, ForeignKey("member.id")))
    guardian: str | None = Field(sa_column=Column(String(100)))
    assent: bool | None = Field(sa_column=Column(Boolean))
    note: str | None = Field(sa_column=Column(String(LONGEST_NOTE)))
    ended: str | None = Field(default=None, sa_column=Column(CODE))


CONSENT = table_of(ConsentRow)
CONSENT_STEP = table_of(ConsentStepRow)
