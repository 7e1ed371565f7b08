"""Households, what was written down for them, and what became of it."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    Column,
    Date,
    Index,
    Integer,
    String,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlmodel import Field

from services.inventory.tables.columns import (
    CODE,
    Row,
    amount_column,
    code_column,
    numbers_column,
    reason_column,
)
from shared.database.rows import table_of

OPEN = "wanted > delivered + released + lapsed"
SHORT = "wanted > reserved + delivered + released + lapsed"


class HouseholdRow(Row, table=True):
    """As last heard from intake; version 0 is a household that others speak of but intake has not yet."""

    __tablename__ = "household"
    __table_args__ = (Index("ix_household_active", "id", postgresql_where=text("active")),)
    id: UUID = Field(primary_key=True)
    code: str = Field(default="", sa_column=Column(String(20), nullable=False, server_default=""))
    version: int = Field(default=0, sa_column=Column(Integer, nullable=False, server_default=text("0")))
    region: str = Field(default="", sa_column=Column(CODE, nullable=False, server_default=""))
    registered_on: date | None = None
    active: bool = Field(default=False, sa_column_kwargs={"server_default": text("false")})
    needs: list[str] = Field(
        default_factory=list, sa_column=Column(ARRAY(String(20)), nullable=False, server_default="{}")
    )
    rank: int = Field(default=9, sa_column=Column(Integer, nullable=False, server_default=text("9")))
    members: list[dict[str, Any]] = Field(
        default_factory=list, sa_column=Column(JSONB, nullable=False, server_default="[]")
    )
    people: int = Field(default=0, sa_column=Column(Integer, nullable=False, server_default=text("0")))


class ReservationRow(Row, table=True):
    """A need that was written down, and what became of it; see `domain/reservations.py`."""

    __tablename__ = "reservation"
    __table_args__ = (
        CheckConstraint(
            "least(wanted - 1, reserved, delivered, released, lapsed, per_day) >= 0", name="not_negative"
        ),
        CheckConstraint("wanted >= reserved + delivered + released + lapsed", name="no_more_than_wanted"),
        CheckConstraint("reserved = 0 OR depot IS NOT NULL", name="set_aside_somewhere"),
        Index(None, "household_id"),
        Index(
            "ix_reservation_short",
            "requested_item",
            "rank",
            "registered_on",
            "household_id",
            postgresql_where=text(f"kind <> 'food' AND {SHORT}"),
        ),
        Index(
            "ix_reservation_nothing_given",
            "requested_item",
            postgresql_where=text("reserved = 0 AND delivered = 0"),
        ),
        Index("ix_reservation_hungry", "item", "depot", postgresql_where=text(f"kind = 'food' AND {SHORT}")),
        Index("ix_reservation_open_shelf", "item", "depot", postgresql_where=text(OPEN)),
        Index("ix_reservation_fetch_by", "fetch_by", postgresql_where=text("reserved > 0")),
        Index("ix_reservation_last_day", "item", "last_day", postgresql_where=text("last_day IS NOT NULL")),
        Index(None, "member_id", postgresql_where=text("member_id IS NOT NULL")),
        Index("ix_reservation_bed", "depot", postgresql_where=text("kind = 'bed' AND reserved > 0")),
    )
    id: UUID = Field(primary_key=True)
    household_id: UUID
    member_id: UUID | None = None
    kind: str = Field(sa_column=Column(String(10), nullable=False))
    requested_item: str = code_column()
    item: str = code_column()
    depot: str | None = Field(default=None, sa_column=Column(CODE))
    region: str = code_column()
    wanted: int = amount_column()
    reserved: int = amount_column(0)
    delivered: int = amount_column(0)
    released: int = amount_column(0)
    lapsed: int = amount_column(0)
    rank: int = Field(sa_column=Column(Integer, nullable=False))
    registered_on: date
    first_day: date | None = None
    last_day: date | None = None
    per_day: int = amount_column(0)
    fetch_by: date | None = None
    reason: str = reason_column()
    numbers: dict[str, Any] = numbers_column()
    dealt: bool = Field(default=True, sa_column_kwargs={"server_default": text("true")})


class TakenAlongRow(Row, table=True):
    """Food that was fetched for somebody who left the household since: wherever that person is, it counts there.

    A row per day, in grams; days past are taken away when the day turns.
    """

    __tablename__ = "taken_along"
    __table_args__ = (Index(None, "household_id"), CheckConstraint("grams > 0", name="positive"))
    member_id: UUID = Field(primary_key=True)
    on_day: date = Field(primary_key=True)
    household_id: UUID
    grams: int = amount_column()


class UnmetRow(Row, table=True):
    """Food that was missing for a household on a day now past, in grams."""

    __tablename__ = "unmet"
    __table_args__ = (Index(None, "item", "on_day"), CheckConstraint("grams > 0", name="positive"))
    household_id: UUID = Field(primary_key=True)
    item: str = code_column(primary_key=True)
    on_day: date = Field(primary_key=True)
    grams: int = amount_column()


class RenewalRow(Row, table=True):
    """One row while the rations of a period that began are being made, households by id: those up to `after_id` are
    done.
    """

    __tablename__ = "renewal"
    first_day: date = Field(sa_column=Column(Date, primary_key=True))
    after_id: UUID | None = None


HOUSEHOLD = table_of(HouseholdRow)
RESERVATION = table_of(ReservationRow)
TAKEN_ALONG = table_of(TakenAlongRow)
UNMET = table_of(UnmetRow)
RENEWAL = table_of(RenewalRow)
