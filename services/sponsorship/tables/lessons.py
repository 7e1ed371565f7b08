"""Courses, their lessons, and who learns: requests as last heard of, places, attendance."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    SmallInteger,
    String,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlmodel import Field

from services.sponsorship.tables.columns import (
    Row,
    actor_column,
    code_column,
    day_column,
    flag_column,
    id_column,
    maybe_code_column,
    number_column,
    of_column,
    version_column,
)
from shared.database.rows import table_of


def _small_column() -> Any:
    return Field(sa_column=Column(SmallInteger, nullable=False))


class ClosedHouseholdRow(Row, table=True):
    """In which version a household was closed last; 0 if it never was."""

    __tablename__ = "closed_household"
    id: UUID = id_column()
    version: int = version_column()


class SettlementRow(Row, table=True):
    """A settlement request as last heard of, as far as lessons go; version 0 until its first fact.

    `asked_on` is the earliest day of any of its facts, late ones too.
    """

    __tablename__ = "settlement"
    __table_args__ = (
        Index(None, "household_id"),
        Index("ix_settlement_member_ids", "member_ids", postgresql_using="gin"),
    )
    id: UUID = id_column()
    version: int = version_column()
    household_id: UUID | None = Field(default=None, sa_column=Column(Uuid))
    household_version: int = version_column()
    member_ids: list[UUID] = Field(
        default=[], sa_column=Column(ARRAY(Uuid), nullable=False, server_default="{}")
    )
    region: str = code_column("")
    asked_on: date | None = None
    wished: bool = flag_column()


class LearnerRow(Row, table=True):
    """Somebody who has or had a place, or waits. `id` is the member id, `version` counts what was said of the place.

    The level is the one that a course is looked for in: of a test, or the lowest. `test_version` counts the tests.
    """

    __tablename__ = "learner"
    id: UUID = id_column()
    version: int = version_column()
    level: str = code_column("a1")
    tested_on: date | None = None
    test_version: int = version_column()
    childcare: bool = flag_column()


class CourseRow(Row, table=True):
    """A course of one term. The database itself never lets more places be taken than there are; `version` counts how
    often staff changed how many there are.
    """

    __tablename__ = "course"
    __table_args__ = (
        UniqueConstraint("code", "term"),
        CheckConstraint("taken BETWEEN 0 AND places", name="no_more_than_places"),
        CheckConstraint("starts_on <= ends_on", name="in_order"),
    )
    id: UUID = id_column()
    version: int = version_column()
    code: str = code_column()
    term: int = _small_column()
    level: str = code_column()
    places: int = _small_column()
    taken: int = Field(default=0, sa_column=Column(SmallInteger, nullable=False, server_default=text("0")))
    starts_on: date = day_column()
    ends_on: date = day_column()
    region: str | None = maybe_code_column()
    online: bool = flag_column()
    state: str = code_column("open")
    actor: str = actor_column()


class LessonRow(Row, table=True):
    """A lesson of a course; `version` counts how often somebody wrote down who came.

    One that `makes_up` takes the place of one that the teacher missed, which has one such.
    """

    __tablename__ = "lesson"
    __table_args__ = (Index(None, "course_id", "on_day"), UniqueConstraint("makes_up"))
    id: UUID = id_column()
    version: int = version_column()
    course_id: UUID = of_column("course", nullable=False)
    on_day: date = day_column()
    minutes: int = _small_column()
    state: str = code_column("planned")
    makes_up: UUID | None = Field(default=None, sa_column=Column(Uuid, ForeignKey("lesson.id")))


class LessonPlaceRow(Row, table=True):
    """A place in a course or in the waiting list; a learner has one that is open, and any number that have ended."""

    __tablename__ = "lesson_place"
    __table_args__ = (
        Index(
            "uq_lesson_place_open",
            "member_id",
            unique=True,
            postgresql_where=text("state IN ('waiting', 'placed')"),
        ),
        Index(None, "member_id"),
        Index(None, "course_id"),
        Index("ix_lesson_place_waiting", "waiting_since", "id", postgresql_where=text("state = 'waiting'")),
        CheckConstraint("(state <> 'placed') OR (course_id IS NOT NULL)", name="placed_somewhere"),
    )
    id: UUID = id_column()
    member_id: UUID = of_column("learner", nullable=False)
    household_id: UUID = Field(sa_column=Column(Uuid, nullable=False))
    request_id: UUID = of_column("settlement", nullable=False)
    state: str = code_column()
    waiting_since: date = day_column()
    again: bool = flag_column()
    course_id: UUID | None = Field(default=None, sa_column=Column(Uuid, ForeignKey("course.id")))
    starts_on: date | None = None
    ended_on: date | None = None
    reason: str = code_column("")


class AttendanceRow(Row, table=True):
    """How many minutes of a lesson a place attended; a row for each who could have."""

    __tablename__ = "attendance"
    __table_args__ = (CheckConstraint("minutes >= 0", name="not_negative"), Index(None, "place_id"))
    lesson_id: UUID = of_column("lesson", primary_key=True)
    place_id: UUID = of_column("lesson_place", primary_key=True)
    minutes: int = _small_column()
    actor: str = actor_column()


class CertificateRow(Row, table=True):
    """What a certificate says, as it was issued: one for a place. Append-only."""

    __tablename__ = "certificate"
    __table_args__ = (UniqueConstraint("place_id"), UniqueConstraint("year", "number"))
    id: UUID = id_column()
    place_id: UUID = of_column("lesson_place", nullable=False)
    year: int = _small_column()
    number: int = number_column()
    course: str = code_column()
    level: str = code_column()
    starts_on: date = day_column()
    ends_on: date = day_column()
    minutes: int = number_column()
    held: int = number_column()
    issued_on: date = day_column()
    actor: str = actor_column()


class HelperNeedRow(Row, table=True):
    """Helpers that were asked of events, for a course or for a letter. `said` is the version told last, `version` the
    one heard last; it is `open` until it is withdrawn. A letter has one that is open.
    """

    __tablename__ = "helper_need"
    __table_args__ = (
        Index(None, "course_id"),
        Index("ix_helper_need_letter_id", "letter_id", unique=True, postgresql_where=text("open")),
        CheckConstraint("course_id IS NULL OR letter_id IS NULL", name="of_one_thing"),
    )
    id: UUID = id_column()
    version: int = version_column()
    said: int = version_column()
    task: str = code_column("")
    open: bool = flag_column(True)
    course_id: UUID | None = Field(default=None, sa_column=Column(Uuid, ForeignKey("course.id")))
    letter_id: UUID | None = Field(default=None, sa_column=Column(Uuid, ForeignKey("letter.id")))
    translate_into: str = Field(default="", sa_column=Column(String(10), nullable=False, server_default=""))
    asked_on: date | None = None
    due_on: date | None = None
    wanted: int = number_column(1)
    found: int = number_column(0)
    status: str = code_column("")
    reason: str = code_column("")


CLOSED_HOUSEHOLD = table_of(ClosedHouseholdRow)
SETTLEMENT = table_of(SettlementRow)
LEARNER = table_of(LearnerRow)
COURSE = table_of(CourseRow)
LESSON = table_of(LessonRow)
LESSON_PLACE = table_of(LessonPlaceRow)
ATTENDANCE = table_of(AttendanceRow)
CERTIFICATE = table_of(CertificateRow)
HELPER_NEED = table_of(HelperNeedRow)
