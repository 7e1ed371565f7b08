"""Gifts in kind: goods that came, without an amount of money unless the treasurer says what they are worth."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, BigInteger, CheckConstraint, Column, ForeignKey, Index, String, Uuid, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from services.donations.tables.columns import (
    CURRENCY,
    Row,
    actor_column,
    flag_column,
    id_column,
    maybe_entry_column,
    note_column,
    version_column,
)
from shared.database.rows import table_of


class GiftInKindRow(Row, table=True):
    """Goods that a donor gave. `receipt_id` is inventory's own receipt of them, which is acknowledged once; `goods` are
    codes and quantities. `value` is null while nobody has said what they are worth; `entry_id` is what is booked of it,
    `note` how it is known. Older ones count as acknowledged on the day on which that began to be kept.
    """

    __tablename__ = "gift_in_kind"
    __table_args__ = (
        CheckConstraint("num_nonnulls(value, currency, entry_id) IN (0, 3)", name="a_value_is_booked"),
        CheckConstraint("value > 0", name="positive"),
        CheckConstraint("NOT undone OR value IS NULL", name="undone_whole"),
        Index("uq_gift_in_kind_receipt", "receipt_id", unique=True, postgresql_where=text("NOT undone")),
        Index(None, "donor_id", postgresql_where=text("donor_id IS NOT NULL")),
    )
    id: UUID = id_column()
    receipt_id: UUID = Field(sa_column=Column(Uuid, nullable=False))
    donor_id: UUID | None = Field(default=None, sa_column=Column(Uuid, ForeignKey("donor.id")))
    received_on: date
    goods: list[dict[str, Any]] = Field(sa_column=Column(JSON, nullable=False))
    value: int | None = Field(default=None, sa_column=Column(BigInteger))
    currency: str | None = Field(default=None, sa_column=Column(CURRENCY))
    entry_id: UUID | None = maybe_entry_column()
    note: str | None = note_column()
    undone: bool = flag_column()
    actor: str = actor_column()
    acknowledged_on: date


class GoodsToldRow(Row, table=True):
    """What inventory told last of a receipt: what of it stands, `goods` as codes and quantities; none if all of it was
    undone. `on_day` is the day on which it became so.
    """

    __tablename__ = "goods_told"
    id: UUID = id_column()
    version: int = version_column()
    goods: list[dict[str, Any]] = Field(sa_column=Column(JSONB, nullable=False, server_default="[]"))
    on_day: date | None = None


class GoodsSeenRow(Row, table=True):
    """Somebody has looked in what a gift in kind, by its `id`, differs from what inventory told, and said in `note` why
    that is right so. `version` is what was told last then, 0 if nothing was; of what is told later it says nothing.
    """

    __tablename__ = "goods_seen"
    id: UUID = Field(sa_column=Column(Uuid, ForeignKey("gift_in_kind.id"), primary_key=True))
    version: int = version_column()
    note: str = Field(sa_column=Column(String(200), nullable=False))
    actor: str = actor_column()
    on_day: date


GOODS_SEEN = table_of(GoodsSeenRow)
GOODS_TOLD = table_of(GoodsToldRow)
GIFT_IN_KIND = table_of(GiftInKindRow)
