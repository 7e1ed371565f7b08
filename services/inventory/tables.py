"""Rows of the inventory service. What guards the stock is here, as constraints: it holds whatever runs at once."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    Index,
    Integer,
    String,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlmodel import Field, SQLModel

from shared.database.rows import own_registry, table_of

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


def _actor() -> Any:
    """Who decided: the id of a principal, never a name."""
    return Field(sa_column=Column(String(100), nullable=False))


def _reason() -> Any:
    """A code; its numbers stand in the column `numbers`. What people write about it stands in a column `note`."""
    return Field(default="", sa_column=Column(CODE, nullable=False, server_default=""))


def _numbers() -> Any:
    return Field(default_factory=dict, sa_column=Column(JSONB, nullable=False, server_default="{}"))


def _moment() -> Any:
    return Field(sa_column=Column(DateTime(timezone=True), nullable=False))


class ItemRow(Row, table=True):
    """Something the store keeps. Only clothing has a season and a size."""

    __tablename__ = "item"
    __table_args__ = (
        Index(
            "uq_item_season_size", "season", "size", unique=True, postgresql_where=text("retired_on IS NULL")
        ),
    )
    code: str = _code(primary_key=True)
    name: str = Field(sa_column=Column(String(100), nullable=False))
    kind: str = Field(sa_column=Column(String(10), nullable=False))
    unit: str = Field(sa_column=Column(String(10), nullable=False))
    season: str | None = Field(sa_column=Column(String(10)))
    size: str | None = Field(sa_column=Column(String(10)))
    retired_on: date | None = None


class DepotRow(Row, table=True):
    """A store or a shelter, in one region."""

    __tablename__ = "depot"
    code: str = _code(primary_key=True)
    name: str = Field(sa_column=Column(String(100), nullable=False))
    kind: str = Field(sa_column=Column(String(10), nullable=False))
    region: str = _code()


class KitPartRow(Row, table=True):
    """How many of a part go into one kit."""

    __tablename__ = "kit_part"
    __table_args__ = (CheckConstraint("quantity > 0", name="positive"),)
    kit: str = _code(primary_key=True)
    part: str = _code(primary_key=True)
    quantity: int = _amount()


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


class ShelfRow(Row, table=True):
    """What one depot holds of one item. It follows from the movements; never more is reserved than is on hand."""

    __tablename__ = "shelf"
    __table_args__ = (
        CheckConstraint("reserved >= 0", name="reserved_not_negative"),
        CheckConstraint("reserved <= on_hand", name="reserved_within_on_hand"),
        Index(None, "item"),
    )
    depot: str = _code(primary_key=True)
    item: str = _code(primary_key=True)
    on_hand: int = _amount(0)
    reserved: int = _amount(0)
    deal_ms: int = Field(default=0, sa_column=Column(Integer, nullable=False, server_default=text("0")))


class MarkedShelfRow(Row, table=True):
    """A food shelf that is to be dealt, because something about it is new since it was dealt last; from `due_at` on."""

    __tablename__ = "marked_shelf"
    depot: str = _code(primary_key=True)
    item: str = _code(primary_key=True)
    marked_at: datetime = _moment()
    due_at: datetime = _moment()


class LotRow(Row, table=True):
    """A batch of one item in one depot; the lots of a shelf add up to what is on hand. The blocked is on no shelf.

    Of a `recalled` lot nothing comes back to a shelf, even if all of it had been handed out before.
    """

    __tablename__ = "lot"
    __table_args__ = (
        CheckConstraint("least(on_hand, blocked) >= 0", name="not_negative"),
        Index(None, "depot", "item", postgresql_where=text("on_hand > 0")),
        Index(None, "expires_on", postgresql_where=text("on_hand > 0")),
    )
    id: UUID = Field(primary_key=True)
    depot: str = _code()
    item: str = _code()
    expires_on: date | None = None
    on_hand: int = _amount()
    blocked: int = _amount(0)
    recalled: bool = Field(default=False, sa_column_kwargs={"server_default": text("false")})


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
            postgresql_where=text(f"kind <> 'food' AND {_SHORT}"),
        ),
        Index(
            "ix_reservation_nothing_given",
            "requested_item",
            postgresql_where=text("reserved = 0 AND delivered = 0"),
        ),
        Index("ix_reservation_hungry", "item", "depot", postgresql_where=text(f"kind = 'food' AND {_SHORT}")),
        Index("ix_reservation_open_shelf", "item", "depot", postgresql_where=text(_OPEN)),
        Index("ix_reservation_fetch_by", "fetch_by", postgresql_where=text("reserved > 0")),
        Index("ix_reservation_last_day", "item", "last_day", postgresql_where=text("last_day IS NOT NULL")),
        Index(None, "member_id", postgresql_where=text("member_id IS NOT NULL")),
        Index("ix_reservation_bed", "depot", postgresql_where=text("kind = 'bed' AND reserved > 0")),
    )
    id: UUID = Field(primary_key=True)
    household_id: UUID
    member_id: UUID | None = None
    kind: str = Field(sa_column=Column(String(10), nullable=False))
    requested_item: str = _code()
    item: str = _code()
    depot: str | None = Field(default=None, sa_column=Column(CODE))
    region: str = _code()
    wanted: int = _amount()
    reserved: int = _amount(0)
    delivered: int = _amount(0)
    released: int = _amount(0)
    lapsed: int = _amount(0)
    rank: int = Field(sa_column=Column(Integer, nullable=False))
    registered_on: date
    first_day: date | None = None
    last_day: date | None = None
    per_day: int = _amount(0)
    fetch_by: date | None = None
    reason: str = _reason()
    numbers: dict[str, Any] = _numbers()
    dealt: bool = Field(default=True, sa_column_kwargs={"server_default": text("true")})


class MovementRow(Row, table=True):
    """The ledger: append-only, and the stock is its sum. A correction is a movement that reverses another."""

    __tablename__ = "movement"
    __table_args__ = (
        Index(None, "depot", "item"),
        Index(None, "household_id", postgresql_where=text("household_id IS NOT NULL")),
        Index(None, "document_id", postgresql_where=text("document_id IS NOT NULL AND on_hand <> 0")),
        Index("ix_movement_lot_handed_out", "lot_id", postgresql_where=text("kind IN ('delivered', 'used')")),
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
    actor: str = _actor()
    reason: str = _reason()
    numbers: dict[str, Any] = _numbers()
    note: str | None = Field(default=None, sa_column=Column(String(200)))


class TakenAlongRow(Row, table=True):
    """Food that was fetched for somebody who left the household since: wherever that person is, it counts there.

    A row per day, in grams; days past are taken away when the day turns.
    """

    __tablename__ = "taken_along"
    __table_args__ = (Index(None, "household_id"), CheckConstraint("grams > 0", name="positive"))
    member_id: UUID = Field(primary_key=True)
    on_day: date = Field(primary_key=True)
    household_id: UUID
    grams: int = _amount()


class UnmetRow(Row, table=True):
    """Food that was missing for a household on a day now past, in grams."""

    __tablename__ = "unmet"
    __table_args__ = (Index(None, "item", "on_day"), CheckConstraint("grams > 0", name="positive"))
    household_id: UUID = Field(primary_key=True)
    item: str = _code(primary_key=True)
    on_day: date = Field(primary_key=True)
    grams: int = _amount()


class ReceiptRow(Row, table=True):
    """Goods that came in together; a depot takes in one reference once, unless what it stood for was undone."""

    __tablename__ = "receipt"
    __table_args__ = (
        Index(
            "uq_receipt_reference",
            "depot",
            "reference",
            unique=True,
            postgresql_where=text("undone_on IS NULL"),
        ),
    )
    id: UUID = Field(primary_key=True)
    depot: str = _code()
    reference: str = Field(sa_column=Column(String(100), nullable=False))
    on_day: date
    planned_id: UUID | None = None
    undone_on: date | None = None
    actor: str = _actor()


class DeliveryRow(Row, table=True):
    """Supplies handed out to a household, and which of its members received them; `lines`: how much, by reservation."""

    __tablename__ = "delivery"
    __table_args__ = (Index(None, "household_id"),)
    id: UUID = Field(primary_key=True)
    household_id: UUID
    received_by: UUID
    on_day: date
    lines: dict[str, Any] = Field(
        default_factory=dict, sa_column=Column(JSONB, nullable=False, server_default="{}")
    )
    undone_on: date | None = None
    actor: str = _actor()


class CancellationRow(Row, table=True):
    """Somebody gave up what was not fetched of a reservation: how much, and why in that person's own words."""

    __tablename__ = "cancellation"
    reservation_id: UUID = Field(primary_key=True)
    on_day: date
    released: int = _amount()
    note: str = Field(sa_column=Column(String(200), nullable=False))
    actor: str = _actor()


class AskedAgainRow(Row, table=True):
    """Somebody asked once more for a set or kit that a household had, or had given up, and why as a code."""

    __tablename__ = "asked_again"
    __table_args__ = (Index(None, "household_id"),)
    reservation_id: UUID = Field(primary_key=True)
    household_id: UUID
    on_day: date
    reason: str = _reason()
    actor: str = _actor()


class PlannedDeliveryRow(Row, table=True):
    """Goods that are to come: the forecast counts on them until their day is past.

    `received` came so far; `received_on` is the day on which it was all, `closed_on` the day on which somebody said
    that no more comes, and why as a code.
    """

    __tablename__ = "planned_delivery"
    __table_args__ = (
        CheckConstraint("quantity > 0", name="positive"),
        CheckConstraint("received >= 0", name="received_not_negative"),
        UniqueConstraint("depot", "reference"),
        Index(None, "item", postgresql_where=text("received_on IS NULL AND closed_on IS NULL")),
    )
    id: UUID = Field(primary_key=True)
    depot: str = _code()
    item: str = _code()
    quantity: int = _amount()
    due_on: date
    expires_on: date | None = None
    reference: str = Field(sa_column=Column(String(100), nullable=False))
    received: int = _amount(0)
    received_on: date | None = None
    closed_on: date | None = None
    closed_reason: str | None = Field(default=None, sa_column=Column(CODE))
    actor: str = _actor()


class RenewalRow(Row, table=True):
    """One row while the rations of a period that began are being made, households by id: those up to `after_id` are
    done.
    """

    __tablename__ = "renewal"
    first_day: date = Field(sa_column=Column(Date, primary_key=True))
    after_id: UUID | None = None


class ForecastSaidRow(Row, table=True):
    """The last forecast by item: how long food lasts, and the shortfall, which is told again only when it changes."""

    __tablename__ = "forecast_said"
    item: str = _code(primary_key=True)
    short_days: list[Any] = Field(sa_column=Column(JSONB, nullable=False))
    after_transfers: list[Any] = Field(sa_column=Column(JSONB, nullable=False, server_default="[]"))
    days_left: int = Field(sa_column=Column(Integer, nullable=False))


class TotalRow(Row, table=True):
    """What became of all reservations that ever asked for an item, summed: so nobody has to add up all history.

    The ledger adds each unit's differences when it posts; the doctor compares the totals with the reservations.
    """

    __tablename__ = "total"
    item: str = _code(primary_key=True)
    kind: str = Field(sa_column=Column(String(10), primary_key=True))
    wanted: int = _amount(0)
    reserved: int = _amount(0)
    delivered: int = _amount(0)
    released: int = _amount(0)
    lapsed: int = _amount(0)


class MonthTotalRow(Row, table=True):
    """What the ledger's lines of one kind put on an item's shelves in one month, summed; kept like `total`."""

    __tablename__ = "month_total"
    item: str = _code(primary_key=True)
    kind: str = Field(sa_column=Column(String(12), primary_key=True))
    month: date = Field(primary_key=True)
    on_hand: int = _amount(0)


ITEM = table_of(ItemRow)
DEPOT = table_of(DepotRow)
KIT_PART = table_of(KitPartRow)
HOUSEHOLD = table_of(HouseholdRow)
SHELF = table_of(ShelfRow)
MARKED_SHELF = table_of(MarkedShelfRow)
LOT = table_of(LotRow)
RESERVATION = table_of(ReservationRow)
MOVEMENT = table_of(MovementRow)
TAKEN_ALONG = table_of(TakenAlongRow)
UNMET = table_of(UnmetRow)
RECEIPT = table_of(ReceiptRow)
DELIVERY = table_of(DeliveryRow)
CANCELLATION = table_of(CancellationRow)
ASKED_AGAIN = table_of(AskedAgainRow)
PLANNED_DELIVERY = table_of(PlannedDeliveryRow)
RENEWAL = table_of(RenewalRow)
FORECAST_SAID = table_of(ForecastSaidRow)
TOTAL = table_of(TotalRow)
MONTH_TOTAL = table_of(MonthTotalRow)
