"""Volunteers without their names, the needs for helpers, and who has which."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Column, Date, ForeignKey, Index, Integer, String, Uuid, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from services.events.tables.columns import (
    Row,
    actor_column,
    code_column,
    codes_column,
    count_column,
    flag_column,
    id_column,
    maybe_day_column,
    maybe_moment_column,
    version_column,
)
from shared.database.rows import table_of


def _maybe_code() -> Any:
    return Field(default=None, sa_column=Column(String(40)))


def _maybe_id() -> Any:
    return Field(default=None, sa_column=Column(Uuid))


class VolunteerRow(Row, table=True):
    """Somebody who helps, or would. `earlier` are tasks done elsewhere before; `open`, `served` and `minutes` are kept
    as the rows of `assignment` count them. `no_contact`: is never written to, and so is asked for nothing.
    """

    __tablename__ = "volunteer"
    __table_args__ = (
        CheckConstraint("state IN ('applicant', 'checked', 'active', 'paused', 'left')", name="state"),
        CheckConstraint("adult OR state IN ('applicant', 'left')", name="of_age"),
        Index("uq_volunteer_contact_id", "contact_id", unique=True),
    )
    id: UUID = id_column()
    contact_id: UUID = Field(sa_column=Column(Uuid, ForeignKey("contact.id"), nullable=False))
    state: str = code_column()
    adult: bool = flag_column()
    no_contact: bool = flag_column()
    gender: str | None = _maybe_code()
    tasks: list[str] = codes_column()
    regions: list[str] = codes_column()
    online: bool = flag_column()
    weekdays: list[str] = codes_column()
    available_from: date | None = maybe_day_column()
    available_until: date | None = maybe_day_column()
    earlier: int = count_column()
    open: int = count_column()
    served: int = count_column()
    minutes: int = count_column()
    since: date = Field(sa_column=Column(Date, nullable=False))
    actor: str = actor_column()


class SkillRow(Row, table=True):
    """A language of a volunteer; with `into`, one that they put into the other."""

    __tablename__ = "volunteer_skill"
    __table_args__ = (Index(None, "volunteer_id"), Index(None, "language", "into"))
    id: UUID = id_column()
    volunteer_id: UUID = Field(sa_column=Column(Uuid, ForeignKey("volunteer.id"), nullable=False))
    language: str = Field(sa_column=Column(String(10), nullable=False))
    into: str | None = Field(default=None, sa_column=Column(String(10)))
    level: str | None = _maybe_code()
    varieties: list[str] = codes_column()
    topics: list[str] = codes_column()
    modes: list[str] = codes_column()


class CheckedRow(Row, table=True):
    """Something that was checked of a volunteer, who saw it, and the last day on which it counts."""

    __tablename__ = "volunteer_check"
    volunteer_id: UUID = Field(sa_column=Column(Uuid, ForeignKey("volunteer.id"), primary_key=True))
    what: str = Field(sa_column=Column(String(40), primary_key=True))
    until: date | None = maybe_day_column()
    seen_on: date = Field(sa_column=Column(Date, nullable=False))
    actor: str = actor_column()


class TieRow(Row, table=True):
    """A household that a volunteer is from the same town as, knows or belongs to, and so is not asked to help."""

    __tablename__ = "volunteer_tie"
    volunteer_id: UUID = Field(sa_column=Column(Uuid, ForeignKey("volunteer.id"), primary_key=True))
    household_id: UUID = Field(sa_column=Column(Uuid, primary_key=True))
    why: str = code_column()
    actor: str = actor_column()


class NeedRow(Row, table=True):
    """Helpers are wanted. `version` is that of the fact that asked; 0 if nobody was heard to ask.

    `status`, `wanted`, `found` and `reason` are what was said last, in version `said`; 0 if nothing was said.
    `lacking` is why the last search left people missing. `part` tells the needs of one gathering apart.
    """

    __tablename__ = "need"
    __table_args__ = (
        CheckConstraint("least(wanted, found, said) >= 0", name="not_negative"),
        Index("uq_need_part", "gathering_id", "part", unique=True),
        Index(None, "household_id"),
        Index(None, "status", "id"),
    )
    id: UUID = id_column()
    version: int = version_column()
    source: str = code_column("")
    request_id: UUID | None = _maybe_id()
    household_id: UUID | None = _maybe_id()
    household_version: int | None = Field(default=None, sa_column=Column(Integer))
    gathering_id: UUID | None = Field(default=None, sa_column=Column(Uuid, ForeignKey("gathering.id")))
    part: str | None = Field(default=None, sa_column=Column(String(200)))
    task: str = code_column("")
    languages: list[dict[str, Any]] = Field(
        default_factory=list, sa_column=Column(JSONB, nullable=False, server_default="[]")
    )
    any_of: bool = flag_column()
    mode: str | None = _maybe_code()
    people: int = count_column()
    starts_on: date | None = maybe_day_column()
    ends_on: date | None = maybe_day_column()
    starts_at: datetime | None = maybe_moment_column()
    ends_at: datetime | None = maybe_moment_column()
    region: str | None = _maybe_code()
    online: bool = flag_column()
    gender: str | None = _maybe_code()
    ended: str = code_column("")
    lacking: str = code_column("")
    status: str = code_column("")
    wanted: int = count_column()
    found: int = count_column()
    reason: str = code_column("")
    said: int = count_column()


class AssignmentRow(Row, table=True):
    """Who was asked for what, and what became of it. Somebody may have the same need again after it was over for them.

    `despite` is what the person who chose them knew that they lack; `ends_on` is the last day of an offer; `minutes`
    are what they gave. `news` is what they are told of the task, and `told_on` when they were listed for it. `declined`
    tells what the need was that they declined or did not answer (`domain/terms.py:key_of`); empty: whatever it becomes.
    """

    __tablename__ = "assignment"
    __table_args__ = (
        CheckConstraint(
            "state IN ('offered', 'accepted', 'declined', 'expired', 'freed', 'done')", name="state"
        ),
        CheckConstraint("(state = 'done') = (minutes IS NOT NULL)", name="minutes_when_done"),
        Index(
            "uq_assignment_open",
            "need_id",
            "volunteer_id",
            unique=True,
            postgresql_where=text("state IN ('offered', 'accepted')"),
        ),
        Index(None, "volunteer_id", "state"),
        Index(None, "need_id", "id"),
        Index("ix_assignment_untold", "need_id", postgresql_where=text("news <> '' AND told_on IS NULL")),
    )
    id: UUID = id_column()
    need_id: UUID = Field(sa_column=Column(Uuid, ForeignKey("need.id"), nullable=False))
    volunteer_id: UUID = Field(sa_column=Column(Uuid, ForeignKey("volunteer.id"), nullable=False))
    state: str = code_column()
    reason: str = code_column("")
    despite: list[str] = codes_column()
    since: date = Field(sa_column=Column(Date, nullable=False))
    ends_on: date | None = maybe_day_column()
    minutes: int | None = Field(default=None, sa_column=Column(Integer))
    news: str = code_column("")
    told_on: date | None = maybe_day_column()
    declined: str = Field(default="", sa_column=Column(String(64), nullable=False, server_default=""))
    actor: str = actor_column()


class HelperAppealRow(Row, table=True):
    """An appeal for helpers, because too few fit: how many are missing, and what the nearest lack."""

    __tablename__ = "helper_appeal"
    __table_args__ = (
        Index("uq_helper_appeal_open", "need_id", unique=True, postgresql_where=text("closed_on IS NULL")),
    )
    id: UUID = id_column()
    need_id: UUID = Field(sa_column=Column(Uuid, ForeignKey("need.id"), nullable=False))
    missing: int = count_column()
    reason: str = code_column()
    opened_on: date = Field(sa_column=Column(Date, nullable=False))
    closed_on: date | None = maybe_day_column()


VOLUNTEER = table_of(VolunteerRow)
SKILL = table_of(SkillRow)
CHECKED = table_of(CheckedRow)
TIE = table_of(TieRow)
NEED = table_of(NeedRow)
ASSIGNMENT = table_of(AssignmentRow)
HELPER_APPEAL = table_of(HelperAppealRow)
