"""Monthly gifts: what was told of each, and what was worked out from it."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    JSON,
    BigInteger,
    Column,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlmodel import Field

from services.donations.tables.columns import CURRENCY, Row, code_column, id_column, version_column
from shared.database.rows import table_of


class SubscriptionRow(Row, table=True):
    """What a provider collects each month under its own id, and how the gift stands for which it does.

    Version 0 is one for which no gift is registered. `custom_key` is the hash of the mark that it bears,
    for there may be a name in it. `said` is what the others were told last, without version and day;
    `wakes_on` the day on which the gift stands otherwise if nothing is told.
    """

    __tablename__ = "subscription"
    __table_args__ = (
        UniqueConstraint("provider", "reference"),
        Index(None, "status"),
        Index(None, "custom_key", postgresql_where=text("custom_key IS NOT NULL")),
    )
    id: UUID = id_column()
    version: int = version_column()
    provider: str = code_column()
    reference: str = Field(sa_column=Column(String(100), nullable=False))
    custom_key: bytes | None = Field(default=None, sa_column=Column(LargeBinary(32)))
    status: str = code_column("")
    since: date | None = None
    wakes_on: date | None = None
    said: dict[str, Any] | None = Field(default=None, sa_column=Column(JSON))


class SubscriptionToldRow(Row, table=True):
    """Something that was told of a subscription, once. The order in which it was told is not kept: it says nothing."""

    __tablename__ = "subscription_told"
    subscription: UUID = Field(sa_column=Column(Uuid, ForeignKey("subscription.id"), primary_key=True))
    at: datetime = Field(sa_column=Column(DateTime(timezone=True), primary_key=True))
    what: str = code_column(primary_key=True)
    amount: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    currency: str = Field(sa_column=Column(CURRENCY, primary_key=True))
    on_day: date


class SubscriptionNewsRow(Row, table=True):
    """Something was told of or paid for a subscription: how its gift stands is to be looked at."""

    __tablename__ = "subscription_news"
    id: UUID = id_column()
    subscription: UUID = Field(sa_column=Column(Uuid, ForeignKey("subscription.id"), nullable=False))


class SubscriptionChangeRow(Row, table=True):
    """A monthly gift came to stand otherwise on a day."""

    __tablename__ = "subscription_change"
    __table_args__ = (Index(None, "on_day"),)
    subscription: UUID = Field(sa_column=Column(Uuid, ForeignKey("subscription.id"), primary_key=True))
    version: int = Field(sa_column=Column(Integer, primary_key=True, autoincrement=False))
    before: str = code_column("")
    status: str = code_column()
    on_day: date


SUBSCRIPTION = table_of(SubscriptionRow)
SUBSCRIPTION_TOLD = table_of(SubscriptionToldRow)
SUBSCRIPTION_NEWS = table_of(SubscriptionNewsRow)
SUBSCRIPTION_CHANGE = table_of(SubscriptionChangeRow)
