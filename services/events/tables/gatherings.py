"""Gatherings as codes, times and numbers; what they are called and where they are stands in `contacts.py`."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, Integer, LargeBinary, String, Uuid, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlmodel import Field

from services.events.tables.columns import (
    Row,
    actor_column,
    code_column,
    count_column,
    flag_column,
    id_column,
    maybe_day_column,
    maybe_moment_column,
    moment_column,
    note_column,
    version_column,
)
from shared.database.rows import table_of


class GatheringRow(Row, table=True):
    """A gathering. Whoever decides on its seats locks this row first.

    `taken` and `waiting` are kept as the counting rule of `domain/seats.py` counts the rows of `seat`; `arrivals` is
    the number that the last party got. `starts_on` is the day of `starts_at` in the gathering's own zone. `untold`:
    the others are to be told how it stands, by a reminder that is under way. `version` is the one that was told last,
    `plan_version` counts how often languages, topics and safety class were written.
    """

    __tablename__ = "gathering"
    __table_args__ = (
        CheckConstraint("seats >= 0 AND taken >= 0 AND waiting >= 0", name="not_negative"),
        CheckConstraint("ends_at > starts_at AND closes_at <= starts_at", name="times_in_order"),
        Index("uq_gathering_code", "code", unique=True),
        Index(None, "starts_at"),
        Index("ix_gathering_untold", "id", postgresql_where=text("untold")),
    )
    id: UUID = id_column()
    version: int = version_column()
    plan_version: int = Field(default=1, sa_column=Column(Integer, nullable=False, server_default=text("1")))
    code: str = code_column()
    kind: str = code_column()
    status: str = code_column()
    safety: str = code_column()
    zone: str = Field(sa_column=Column(String(40), nullable=False))
    starts_at: datetime = moment_column()
    ends_at: datetime = moment_column()
    closes_at: datetime = moment_column()
    starts_on: date
    languages: list[dict[str, Any]] = Field(
        default_factory=list, sa_column=Column(JSONB, nullable=False, server_default="[]")
    )
    topics: list[str] = Field(
        default_factory=list, sa_column=Column(ARRAY(String(40)), nullable=False, server_default="{}")
    )
    seats: int = count_column()
    taken: int = count_column()
    waiting: int = count_column()
    arrivals: int = count_column()
    smaller_may_pass: bool = flag_column()
    papers_due_on: date | None = maybe_day_column()
    translation_due_on: date | None = maybe_day_column()
    confirm_until: datetime | None = maybe_moment_column()
    untold: bool = flag_column()
    actor: str = actor_column()


class GatheringStepRow(Row, table=True):
    """What was decided on a gathering: planned, announced, resized, changed, moved, held, cancelled. Append-only."""

    __tablename__ = "gathering_step"
    __table_args__ = (Index(None, "gathering_id", "id"),)
    id: UUID = id_column()
    gathering_id: UUID = Field(sa_column=Column(Uuid, ForeignKey("gathering.id"), nullable=False))
    step: str = code_column()
    on_day: date
    at: datetime = moment_column()
    actor: str = actor_column()
    note: str | None = note_column()


class PaperRow(Row, table=True):
    """A paper or its translation that was handed in for a gathering: when, and whether in time."""

    __tablename__ = "paper"
    __table_args__ = (Index(None, "gathering_id"),)
    id: UUID = id_column()
    gathering_id: UUID = Field(sa_column=Column(Uuid, ForeignKey("gathering.id"), nullable=False))
    what: str = code_column()
    reference: str = Field(sa_column=Column(String(100), nullable=False))
    received_at: datetime = moment_column()
    in_time: bool = flag_column()
    actor: str = actor_column()


class CaseRow(Row, table=True):
    """Topics that a case of advocacy offers for hearings, as intake told them last."""

    __tablename__ = "advocacy_case"
    id: UUID = id_column()
    version: int = version_column()
    status: str = code_column("")
    topics: list[str] = Field(
        default_factory=list, sa_column=Column(ARRAY(String(40)), nullable=False, server_default="{}")
    )
    since: date | None = maybe_day_column()


class CalendarRow(Row, table=True):
    """Somebody may subscribe to a calendar by a token, which is kept as a hash alone.

    `holder` is the contact whose own gatherings it shows; none for one that shows all gatherings to staff.
    """

    __tablename__ = "calendar"
    __table_args__ = (Index("uq_calendar_token_key", "token_key", unique=True), Index(None, "holder"))
    id: UUID = id_column()
    token_key: bytes = Field(sa_column=Column(LargeBinary(32), nullable=False))
    holder: UUID | None = Field(default=None, sa_column=Column(Uuid, ForeignKey("contact.id")))
    ends_on: date
    revoked_at: datetime | None = maybe_moment_column()
    actor: str = actor_column()


GATHERING = table_of(GatheringRow)
GATHERING_STEP = table_of(GatheringStepRow)
PAPER = table_of(PaperRow)
CASE = table_of(CaseRow)
CALENDAR = table_of(CalendarRow)
