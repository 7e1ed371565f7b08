"""Appeals: what is missing, what it costs, and what is bought for the money that came."""

from datetime import date
from uuid import UUID

from sqlalchemy import CheckConstraint, Column, Date, Index, UniqueConstraint, Uuid, text
from sqlmodel import Field

from services.donations.tables.columns import (
    Row,
    actor_column,
    amount_column,
    code_column,
    currency_column,
    id_column,
    version_column,
)
from shared.database.rows import table_of


class PriceRow(Row, table=True):
    """What an item costs, as a treasurer said: so many minor units for `per` base units. Inventory's price wins."""

    __tablename__ = "price"
    __table_args__ = (CheckConstraint("least(minor, per) > 0", name="positive"),)
    item: str = code_column(primary_key=True)
    minor: int = amount_column()
    currency: str = currency_column()
    per: int = amount_column()
    on_day: date
    actor: str = actor_column()


class ItemPriceRow(Row, table=True):
    """What an item costs, as inventory told last; version 0 and no item is a price that was not told yet."""

    __tablename__ = "item_price"
    __table_args__ = (Index("uq_item_price_item", "item", unique=True, postgresql_where=text("item <> ''")),)
    id: UUID = id_column()
    version: int = version_column()
    item: str = code_column("")
    minor: int = amount_column(0)
    currency: str = currency_column("")
    per: int = amount_column(1)


class ShortageRow(Row, table=True):
    """Which version was heard last of what is missing now of an item; what it said is in `need`."""

    __tablename__ = "shortage"
    id: UUID = id_column()
    version: int = version_column()


class NeedRow(Row, table=True):
    """What is missing of an item, in base units: the sum of the days to come on which it is forecast to be short, and
    what is short now and not on its way. `fund` is the purpose of an appeal for it.

    Whoever changes it, or the item's appeal by it, has locked this row: a forecast and a shortage may come at once.
    """

    __tablename__ = "need"
    item: str = code_column(primary_key=True)
    fund: str = code_column("food")
    forecast: int = amount_column(0)
    forecast_on: date | None = Field(default=None, sa_column=Column(Date))
    shortage: int = amount_column(0)


class PurchaseRow(Row, table=True):
    """Goods that inventory buys for an appeal, as told last; version 0 is one that was not told of yet.

    `owed` is what it costs once it is ordered, and 0 before that and once it is cancelled; `spent` is what the ledger
    has for it. It is less than what is owed while the fund has not enough free.
    """

    __tablename__ = "purchase"
    __table_args__ = (
        CheckConstraint("least(spent, owed - spent) >= 0", name="no_more_than_owed"),
        Index(None, "appeal_id", postgresql_where=text("appeal_id IS NOT NULL")),
        Index("ix_purchase_owed", "fund", "currency", postgresql_where=text("owed > spent")),
    )
    id: UUID = id_column()
    version: int = version_column()
    appeal_id: UUID | None = Field(default=None, sa_column=Column(Uuid))
    status: str = code_column("")
    fund: str = code_column("general")
    currency: str = currency_column("")
    cost: int = amount_column(0)
    owed: int = amount_column(0)
    spent: int = amount_column(0)


class AppealRow(Row, table=True):
    """An appeal for what is missing of an item; `raised` is what its payments brought. One per item at a time, until
    it is ordered. `asked` is what staff appealed for, 0 if it opened by itself; `code` is what payments for it bear.

    PayPal holds `held` of what was raised, and `spent` went to its purchases. Whoever changes these or what is
    `set_aside` holds its fund, and this row.
    """

    __tablename__ = "appeal"
    __table_args__ = (
        UniqueConstraint("code"),
        CheckConstraint("target > 0", name="for_something"),
        CheckConstraint("least(held, spent, set_aside) >= 0", name="not_negative"),
        Index(
            "uq_appeal_item",
            "item",
            unique=True,
            postgresql_where=text("status IN ('open', 'funded')"),
        ),
        Index(
            "ix_appeal_keeps",
            "fund",
            "currency",
            postgresql_where=text("status IN ('open', 'funded', 'ordered') OR set_aside > 0"),
        ),
    )
    id: UUID = id_column()
    version: int = version_column()
    code: str = code_column()
    item: str = code_column()
    quantity: int = amount_column()
    fund: str = code_column()
    currency: str = currency_column()
    target: int = amount_column()
    raised: int = amount_column(0)
    status: str = code_column()
    asked: int = amount_column(0)
    held: int = amount_column(0)
    spent: int = amount_column(0)
    set_aside: int = amount_column(0)
    actor: str = actor_column()


PRICE = table_of(PriceRow)
ITEM_PRICE = table_of(ItemPriceRow)
SHORTAGE = table_of(ShortageRow)
NEED = table_of(NeedRow)
PURCHASE = table_of(PurchaseRow)
APPEAL = table_of(AppealRow)
