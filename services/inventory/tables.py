"""Rows of the inventory service. What guards the stock is here, as constraints: it holds whatever runs at once."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    DateTime,
    Index,
    Integer,
    String,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlmodel import Field, SQLModel

from shared.database.rows import own_registry

CODE = String(40)
QUANTITY = BigInteger
_OPEN = "wanted > delivered + released + lapsed"
_SHORT = "wanted > reserved + delivered + released + lapsed"


class Row(SQLModel, registry=own_registry()):
    """The base of this service's rows."""

    __abstract__ = True


def _code(**kwargs: Any) -> Any:
    return Field(sa_column=Column(CODE, nullable=False, **kwargs))


def _amount(default: int | None = None) -> Any:
    server_default = None if default is None else text(str(default))
    return Field(default=default, sa_column=Column(QUANTITY, nullable=False, server_default=server_default))


def _moment() -> Any:
    return Field(sa_column=Column(DateTime(timezone=True), nullable=False))


class Item(Row, table=True):
    """Something the store keeps. Only clothing has a season and a size."""

    __table_args__ = (UniqueConstraint("season", "size"),)
    code: str = _code(primary_key=True)
    name: str = Field(sa_column=Column(String(100), nullable=False))
    kind: str = Field(sa_column=Column(String(10), nullable=False))
    unit: str = Field(sa_column=Column(String(10), nullable=False))
    season: str | None = Field(sa_column=Column(String(10)))
    size: str | None = Field(sa_column=Column(String(10)))


class Depot(Row, table=True):
    """A store or a shelter, in one region."""

    code: str = _code(primary_key=True)
    name: str = Field(sa_column=Column(String(100), nullable=False))
    kind: str = Field(sa_column=Column(String(10), nullable=False))
    region: str = _code()


class KitPart(Row, table=True):
    """How many of a part go into one kit."""

    __tablename__ = "kit_part"
    __table_args__ = (CheckConstraint("quantity > 0", name="positive"),)
    kit: str = _code(primary_key=True)
    part: str = _code(primary_key=True)
    quantity: int = _amount()


class Household(Row, table=True):
    """As last heard from intake; version 0 is a household that others speak of but intake has not yet."""

    id: UUID = Field(primary_key=True)
    code: str = Field(default="", sa_column=Column(String(20), nullable=False, server_default=""))
    version: int = Field(default=0, sa_column=Column(Integer, nullable=False, server_default=text("0")))
    region: str = Field(default="", sa_column=Column(CODE, nullable=False, server_default=""))
    arrived_on: date | None = None
    registered_at: datetime | None = Field(default=None, sa_column=Column(DateTime(timezone=True)))
    active: bool = Field(default=False, sa_column_kwargs={"server_default": text("false")})
    needs: list[str] = Field(
        default_factory=list, sa_column=Column(ARRAY(String(20)), nullable=False, server_default="{}")
    )
    priorities: list[str] = Field(
        default_factory=list, sa_column=Column(ARRAY(String(30)), nullable=False, server_default="{}")
    )
    members: list[dict[str, Any]] = Field(
        default_factory=list, sa_column=Column(JSONB, nullable=False, server_default="[]")
    )
    people: int = Field(default=0, sa_column=Column(Integer, nullable=False, server_default=text("0")))


class Shelf(Row, table=True):
    """What one depot holds of one item. It follows from the movements; never more is reserved than is on hand."""

    __table_args__ = (
        CheckConstraint("reserved >= 0", name="reserved_not_negative"),
        CheckConstraint("reserved <= on_hand", name="reserved_within_on_hand"),
        Index(None, "item"),
    )
    depot: str = _code(primary_key=True)
    item: str = _code(primary_key=True)
    on_hand: int = _amount(0)
    reserved: int = _amount(0)


class Lot(Row, table=True):
    """A batch of one item in one depot; the lots of a shelf add up to what is on hand."""

    __table_args__ = (CheckConstraint("on_hand >= 0", name="not_negative"), Index(None, "depot", "item"))
    id: UUID = Field(primary_key=True)
    depot: str = _code()
    item: str = _code()
    expires_on: date | None = None
    on_hand: int = _amount()


class Reservation(Row, table=True):
    """A need that was written down, and what became of it; see `domain/reservations.py`."""

    __table_args__ = (
        CheckConstraint(
            "least(wanted - 1, reserved, delivered, released, lapsed, per_day) >= 0", name="not_negative"
        ),
        CheckConstraint("wanted >= reserved + delivered + released + lapsed", name="no_more_than_wanted"),
        CheckConstraint("reserved = 0 OR depot IS NOT NULL", name="set_aside_somewhere"),
        Index(None, "household_id"),
        Index("ix_reservation_short", "asked", "rank", "since", postgresql_where=text(_SHORT)),
        Index("ix_reservation_open_shelf", "item", "depot", postgresql_where=text(_OPEN)),
        Index("ix_reservation_fetch_by", "fetch_by", postgresql_where=text("reserved > 0")),
    )
    id: UUID = Field(primary_key=True)
    household_id: UUID
    member_id: UUID | None = None
    kind: str = Field(sa_column=Column(String(10), nullable=False))
    asked: str = _code()
    item: str = _code()
    depot: str | None = Field(default=None, sa_column=Column(CODE))
    region: str = _code()
    wanted: int = _amount()
    reserved: int = _amount(0)
    delivered: int = _amount(0)
    released: int = _amount(0)
    lapsed: int = _amount(0)
    rank: int = Field(sa_column=Column(Integer, nullable=False))
    since: datetime = _moment()
    first_day: date | None = None
    last_day: date | None = None
    per_day: int = _amount(0)
    fetch_by: date | None = None
    reason: str = Field(default="", sa_column=Column(String(300), nullable=False, server_default=""))


class Movement(Row, table=True):
    """The ledger: append-only, and the stock is its sum. A correction is a movement that reverses another."""

    __table_args__ = (
        Index(None, "depot", "item"),
        Index(None, "household_id", postgresql_where=text("household_id IS NOT NULL")),
        Index("uq_movement_reverses", "reverses", unique=True, postgresql_where=text("reverses IS NOT NULL")),
    )
    id: UUID = Field(primary_key=True)
    at: datetime = _moment()
    on_day: date
    depot: str = _code()
    item: str = _code()
    lot_id: UUID | None = None
    kind: str = Field(sa_column=Column(String(12), nullable=False))
    on_hand: int = _amount(0)
    reserved: int = _amount(0)
    household_id: UUID | None = None
    document_id: UUID | None = None
    reverses: UUID | None = None
    reason: str = Field(default="", sa_column=Column(String(300), nullable=False, server_default=""))


class Unmet(Row, table=True):
    """Food that was missing for a household on a day now past, in grams."""

    __table_args__ = (Index(None, "item", "on_day"), CheckConstraint("grams > 0", name="positive"))
    household_id: UUID = Field(primary_key=True)
    item: str = _code(primary_key=True)
    on_day: date = Field(primary_key=True)
    grams: int = _amount()


class Receipt(Row, table=True):
    """Goods that came in together."""

    id: UUID = Field(primary_key=True)
    depot: str = _code()
    reference: str = Field(sa_column=Column(String(100), nullable=False, unique=True))
    on_day: date


class Delivery(Row, table=True):
    """Supplies handed out to a household, and which of its members received them."""

    __table_args__ = (Index(None, "household_id"),)
    id: UUID = Field(primary_key=True)
    household_id: UUID
    received_by: UUID
    on_day: date


class PlannedDelivery(Row, table=True):
    """Goods that are to come: the forecast counts on them."""

    __tablename__ = "planned_delivery"
    __table_args__ = (
        CheckConstraint("quantity > 0", name="positive"),
        Index(None, "item", postgresql_where=text("received_on IS NULL")),
    )
    id: UUID = Field(primary_key=True)
    depot: str = _code()
    item: str = _code()
    quantity: int = _amount()
    due_on: date
    reference: str = Field(sa_column=Column(String(100), nullable=False, unique=True))
    received_on: date | None = None


class ForecastSaid(Row, table=True):
    """The shortfall last told to the others, by item: it is told again only when it changes."""

    __tablename__ = "forecast_said"
    item: str = _code(primary_key=True)
    short_days: list[Any] = Field(sa_column=Column(JSONB, nullable=False))
