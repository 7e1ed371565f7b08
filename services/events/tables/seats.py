"""Guests without their names, and their seats."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    String,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field

from services.events.tables.columns import (
    Row,
    actor_column,
    code_column,
    count_column,
    flag_column,
    id_column,
    language_column,
    maybe_day_column,
    maybe_moment_column,
    moment_column,
    version_column,
)
from shared.database.rows import table_of


class GuestRow(Row, table=True):
    """Somebody who comes to gatherings; the id is that of the contact.

    `person_id` is what donations calls a member. `purposes` are what the guest agrees to be written to about, and
    `version` the one in which that was told last; 0 if it never was. `no_contact`: is never written to, whatever else.
    """

    __tablename__ = "guest"
    __table_args__ = (
        Index("uq_guest_person", "person_id", unique=True, postgresql_where=text("person_id IS NOT NULL")),
    )
    id: UUID = Field(sa_column=Column(Uuid, ForeignKey("contact.id"), primary_key=True))
    version: int = version_column()
    language: str = language_column()
    member: bool = flag_column()
    person_id: UUID | None = Field(default=None, sa_column=Column(Uuid))
    purposes: list[str] = Field(
        default_factory=list, sa_column=Column(ARRAY(String(40)), nullable=False, server_default="{}")
    )
    no_contact: bool = flag_column()
    since: date
    actor: str = actor_column()


class MemberRow(Row, table=True):
    """Whether a person is a member of the group, as donations told it last; without a name."""

    __tablename__ = "member"
    id: UUID = id_column()
    version: int = version_column()
    member: bool = flag_column()
    language: str = language_column("")
    may_invite: bool = flag_column()


class DonorLinkRow(Row, table=True):
    """Which entry of donations stands for this one, as donations told it last; none where the two are two persons."""

    __tablename__ = "donor_link"
    __table_args__ = (Index(None, "kept_id"),)
    id: UUID = id_column()
    version: int = version_column()
    kept_id: UUID | None = Field(default=None, sa_column=Column(Uuid))


class SeatRow(Row, table=True):
    """One person's seat, or place on the waiting list, at one gathering.

    Those who asked together are a `party`: they share its number, which is the order of arrival, and its state while
    they are there. `member`: whether the guest was a member of the group then. `ends_at` is when an offer ends, or
    until when a seat is to be confirmed anew. `told_on`: the guest was listed to be told of the invitation, the offer
    or the confirming that the row stands for now, or of its `news` (`domain/news.py`): that it was moved or called off.
    """

    __tablename__ = "seat"
    __table_args__ = (
        CheckConstraint(
            "(state IN ('offered', 'asked_again')) = (ends_at IS NOT NULL)", name="what_has_an_end"
        ),
        Index(
            "uq_seat_one_a_guest",
            "gathering_id",
            "guest_id",
            unique=True,
            postgresql_where=text("state IN ('invited', 'waiting', 'offered', 'seated', 'asked_again')"),
        ),
        Index(None, "guest_id"),
        Index(None, "party"),
        Index("ix_seat_untold", "gathering_id", postgresql_where=text("news <> '' AND told_on IS NULL")),
        Index("ix_seat_waiting", "gathering_id", "number", postgresql_where=text("state = 'waiting'")),
    )
    id: UUID = id_column()
    gathering_id: UUID = Field(sa_column=Column(Uuid, ForeignKey("gathering.id"), nullable=False))
    guest_id: UUID = Field(sa_column=Column(Uuid, ForeignKey("guest.id"), nullable=False))
    party: UUID = Field(sa_column=Column(Uuid, nullable=False))
    number: int = count_column()
    role: str = code_column()
    state: str = code_column()
    member: bool = flag_column()
    ends_at: datetime | None = maybe_moment_column()
    came: bool | None = Field(default=None, sa_column=Column(Boolean))
    told_on: date | None = maybe_day_column()
    news: str = code_column("")
    place_told_on: date | None = maybe_day_column()
    thanked_on: date | None = maybe_day_column()
    asked_at: datetime = moment_column()
    actor: str = actor_column()


class GuestImportRow(Row, table=True):
    """A list of guests that was taken in: who did it, when, and how many rows became what."""

    __tablename__ = "guest_import"
    __table_args__ = (Index(None, "gathering_id"),)
    id: UUID = id_column()
    gathering_id: UUID = Field(sa_column=Column(Uuid, ForeignKey("gathering.id"), nullable=False))
    at: datetime = moment_column()
    actor: str = actor_column()
    rows: int = Field(sa_column=Column(Integer, nullable=False))
    seated: int = Field(sa_column=Column(Integer, nullable=False))
    waiting: int = Field(sa_column=Column(Integer, nullable=False))
    already_there: int = Field(sa_column=Column(Integer, nullable=False))
    bad_rows: int = Field(sa_column=Column(Integer, nullable=False))


GUEST = table_of(GuestRow)
MEMBER = table_of(MemberRow)
DONOR_LINK = table_of(DonorLinkRow)
SEAT = table_of(SeatRow)
GUEST_IMPORT = table_of(GuestImportRow)
