"""Appeals, and the prices that their costs come from."""

from datetime import date
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, text

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
    """What an item costs: so many minor units for `per` base units."""

    __tablename__ = "price"
    __table_args__ = (CheckConstraint("least(minor, per) > 0", name="positive"),)
    item: str = code_column(primary_key=True)
    minor: int = amount_column()
    currency: str = currency_column()
    per: int = amount_column()
    on_day: date
    actor: str = actor_column()


class AppealRow(Row, table=True):
    """An appeal for what is missing of an item; `raised` is what its payments brought. One per item at a time."""

    __tablename__ = "appeal"
    __table_args__ = (
        CheckConstraint("target > 0", name="for_something"),
        Index(
            "uq_appeal_item",
            "item",
            unique=True,
            postgresql_where=text("status IN ('open', 'funded')"),
        ),
    )
    id: UUID = id_column()
    version: int = version_column()
    item: str = code_column()
    quantity: int = amount_column()
    fund: str = code_column()
    currency: str = currency_column()
    target: int = amount_column()
    raised: int = amount_column(0)
    status: str = code_column()
    heard_on: date | None = None
    actor: str = actor_column()


PRICE = table_of(PriceRow)
APPEAL = table_of(AppealRow)
