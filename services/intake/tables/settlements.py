"""Households that want to settle in another country, and what other services told of their wishes and of members."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Column, Date, ForeignKey, Index, Integer, String, Uuid, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field

from services.intake.tables.columns import Row
from shared.database.rows import table_of

CODE = String(40)


class SettlementRow(Row, table=True):
    """A household wants to settle; `version` counts what the others were told of it. `household_version` is that of the
    moment in which it was asked for. It is over when it was withdrawn, or ended with the household's close.

    `answered` is how many of its wishes were answered when the timeline told so last.
    """

    __tablename__ = "settlement_request"
    __table_args__ = (
        CheckConstraint("wishes <> '{}'", name="wishes"),
        CheckConstraint("num_nonnulls(withdrawn_on, ended_on) <= 1", name="over_once"),
        Index(None, "household_id", "id"),
    )

    id: UUID = Field(sa_column=Column(Uuid, primary_key=True))
    version: int = Field(sa_column=Column(Integer, nullable=False))
    household_id: UUID = Field(sa_column=Column(Uuid, ForeignKey("household.id"), nullable=False))
    household_version: int = Field(sa_column=Column(Integer, nullable=False))
    member_ids: list[str] = Field(sa_column=Column(ARRAY(String(36)), nullable=False))
    wishes: list[str] = Field(sa_column=Column(ARRAY(CODE), nullable=False))
    languages: list[str] = Field(sa_column=Column(ARRAY(String(10)), nullable=False))
    region: str = Field(sa_column=Column(CODE, nullable=False))
    asked_on: date = Field(sa_column=Column(Date, nullable=False))
    asked_by: str = Field(sa_column=Column(String(100), nullable=False))
    answered: int = Field(sa_column=Column(Integer, nullable=False, server_default=text("0")))
    withdrawn_on: date | None = Field(sa_column=Column(Date))
    ended_on: date | None = Field(sa_column=Column(Date))


def _id() -> Any:
    return Field(sa_column=Column(Uuid, primary_key=True))


def _version() -> Any:
    """0 until something was told."""
    return Field(sa_column=Column(Integer, nullable=False, server_default=text("0")))


def _words(longest: int) -> Any:
    return Field(sa_column=Column(String(longest), nullable=False, server_default=""))


class ChildToldRow(Row, table=True):
    """The newest that sponsorship told of a child at school, by its member id."""

    __tablename__ = "child_told"

    id: UUID = _id()
    version: int = _version()
    status: str = _words(40)
    summary: str = _words(1000)


class LessonToldRow(Row, table=True):
    """The newest that sponsorship told of a learner, by the member id, and for which settlement request."""

    __tablename__ = "lesson_told"
    __table_args__ = (Index(None, "request_id", postgresql_where=text("request_id IS NOT NULL")),)

    id: UUID = _id()
    version: int = _version()
    request_id: UUID | None = Field(sa_column=Column(Uuid))
    status: str = _words(40)
    summary: str = _words(1000)


class HelpToldRow(Row, table=True):
    """The newest that events told of a need for helpers; that of a settlement request has the request's id."""

    __tablename__ = "help_told"
    __table_args__ = (Index(None, "request_id", postgresql_where=text("request_id IS NOT NULL")),)

    id: UUID = _id()
    version: int = _version()
    request_id: UUID | None = Field(sa_column=Column(Uuid))
    status: str = _words(40)
    summary: str = _words(1000)


class SlotToldRow(Row, table=True):
    """The newest that events told of a speaker's slot, by its id."""

    __tablename__ = "slot_told"

    id: UUID = _id()
    version: int = _version()
    status: str = _words(40)
    summary: str = _words(1000)


SETTLEMENT = table_of(SettlementRow)
CHILD_TOLD = table_of(ChildToldRow)
LESSON_TOLD = table_of(LessonToldRow)
HELP_TOLD = table_of(HelpToldRow)
SLOT_TOLD = table_of(SlotToldRow)
