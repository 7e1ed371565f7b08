"""What things cost, the appeals that donations told of, and what is bought for them."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Column, Date, DateTime, Index, Integer, String, Uuid, text
from sqlmodel import Field

from services.inventory.tables.columns import (
    CODE,
    Row,
    actor_column,
    amount_column,
    code_column,
    moment_column,
)
from shared.database.rows import table_of


def _currency_column() -> Any:
    return Field(default="", sa_column=Column(String(3), nullable=False, server_default=""))


def _version_column() -> Any:
    return Field(default=0, sa_column=Column(Integer, nullable=False, server_default=text("0")))


class PriceRow(Row, table=True):
    """What an item costs: so many minor units for `per` base units. `version` counts what the others were told.

    It follows from what was set and what was paid last (`domain/purchases.py:price_now`).
    """

    __tablename__ = "price"
    __table_args__ = (CheckConstraint("least(minor, per, version) > 0", name="positive"),)
    item: str = code_column(primary_key=True)
    version: int = Field(sa_column=Column(Integer, nullable=False))
    minor: int = amount_column()
    currency: str = Field(sa_column=Column(String(3), nullable=False))
    per: int = amount_column()
    on_day: date
    actor: str = actor_column()


class PriceSetRow(Row, table=True):
    """The price of an item that somebody set last. What was bought after that says another one (`price`)."""

    __tablename__ = "price_set"
    __table_args__ = (CheckConstraint("least(minor, per) > 0", name="positive"),)
    item: str = code_column(primary_key=True)
    minor: int = amount_column()
    currency: str = Field(sa_column=Column(String(3), nullable=False))
    per: int = amount_column()
    on_day: date
    at: datetime = moment_column()
    actor: str = actor_column()


class AppealRow(Row, table=True):
    """An appeal as donations told of it last; version 0 is one that was not told of yet. `target` is its cost."""

    __tablename__ = "appeal"
    id: UUID = Field(primary_key=True)
    version: int = _version_column()
    item: str = Field(default="", sa_column=Column(CODE, nullable=False, server_default=""))
    quantity: int = amount_column(0)
    target: int = amount_column(0)
    currency: str = _currency_column()
    status: str = Field(default="", sa_column=Column(CODE, nullable=False, server_default=""))


class PurchaseRow(Row, table=True):
    """Goods that are bought for an appeal; an appeal has one that is not cancelled at most.

    Once it is ordered, a planned delivery stands for what is to come, and quantity, day and status follow from that.
    `cost` was said for `cost_for` base units, which is what an item costs.
    """

    __tablename__ = "purchase"
    __table_args__ = (
        CheckConstraint("least(quantity, cost, cost_for) > 0 AND arrived >= 0", name="positive"),
        CheckConstraint(
            "status IN ('proposed', 'cancelled') OR planned_id IS NOT NULL", name="ordered_is_planned"
        ),
        Index("uq_purchase_live", "appeal_id", unique=True, postgresql_where=text("status <> 'cancelled'")),
        Index(
            "uq_purchase_planned", "planned_id", unique=True, postgresql_where=text("planned_id IS NOT NULL")
        ),
        Index(None, "item", "ordered_on", postgresql_where=text("ordered_on IS NOT NULL")),
    )
    id: UUID = Field(primary_key=True)
    version: int = Field(sa_column=Column(Integer, nullable=False))
    appeal_id: UUID = Field(sa_column=Column(Uuid, nullable=False))
    status: str = code_column()
    item: str = code_column()
    quantity: int = amount_column()
    arrived: int = amount_column(0)
    cost: int = amount_column()
    cost_for: int = amount_column()
    currency: str = Field(sa_column=Column(String(3), nullable=False))
    supplier: str | None = Field(default=None, sa_column=Column(CODE))
    due_on: date | None = Field(default=None, sa_column=Column(Date))
    planned_id: UUID | None = Field(default=None, sa_column=Column(Uuid))
    ordered_on: date | None = None
    ordered_at: datetime | None = Field(default=None, sa_column=Column(DateTime(timezone=True)))
    actor: str = actor_column()


PRICE = table_of(PriceRow)
PRICE_SET = table_of(PriceSetRow)
APPEAL = table_of(AppealRow)
PURCHASE = table_of(PurchaseRow)
