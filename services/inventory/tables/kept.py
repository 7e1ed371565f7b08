"""Figures that are kept, so that nobody has to add up all history."""

from datetime import date
from typing import Any

from sqlalchemy import (
    Column,
    Integer,
    String,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from services.inventory.tables.columns import Row, amount_column, code_column
from shared.database.rows import table_of


class ForecastSaidRow(Row, table=True):
    """The last forecast by item: how long food lasts, and the shortfall, which is told again only when it changes."""

    __tablename__ = "forecast_said"
    item: str = code_column(primary_key=True)
    short_days: list[Any] = Field(sa_column=Column(JSONB, nullable=False))
    after_transfers: list[Any] = Field(sa_column=Column(JSONB, nullable=False, server_default="[]"))
    days_left: int = Field(sa_column=Column(Integer, nullable=False))


class ShortageSaidRow(Row, table=True):
    """What the others were told last of what is missing of an item, and of what is to come of it."""

    __tablename__ = "shortage_said"
    item: str = code_column(primary_key=True)
    version: int = Field(sa_column=Column(Integer, nullable=False))
    missing: int = amount_column()
    coming: int = amount_column()
    households: int = Field(sa_column=Column(Integer, nullable=False))
    since: date | None = None
    on_day: date


class TotalRow(Row, table=True):
    """What became of all reservations that ever asked for an item, summed: so nobody has to add up all history.

    The ledger adds each unit's differences when it posts; the doctor compares the totals with the reservations.
    """

    __tablename__ = "total"
    item: str = code_column(primary_key=True)
    kind: str = Field(sa_column=Column(String(10), primary_key=True))
    wanted: int = amount_column(0)
    reserved: int = amount_column(0)
    delivered: int = amount_column(0)
    released: int = amount_column(0)
    lapsed: int = amount_column(0)


class MonthTotalRow(Row, table=True):
    """What the ledger's lines of one kind put on an item's shelves in one month, summed; kept like `total`."""

    __tablename__ = "month_total"
    item: str = code_column(primary_key=True)
    kind: str = Field(sa_column=Column(String(12), primary_key=True))
    month: date = Field(primary_key=True)
    on_hand: int = amount_column(0)


FORECAST_SAID = table_of(ForecastSaidRow)
SHORTAGE_SAID = table_of(ShortageSaidRow)
TOTAL = table_of(TotalRow)
MONTH_TOTAL = table_of(MonthTotalRow)
