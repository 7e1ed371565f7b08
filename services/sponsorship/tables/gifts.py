"""Monthly gifts for children and their payments as donations told of them, and the sponsors who give them."""

from datetime import date
from uuid import UUID

from sqlalchemy import Column, Index, Integer, String, Uuid, text
from sqlmodel import Field

from services.sponsorship.tables.columns import (
    Row,
    code_column,
    day_column,
    flag_column,
    id_column,
    maybe_day_column,
    maybe_ref_column,
    number_column,
    version_column,
)
from shared.database.rows import table_of


class GiftRow(Row, table=True):
    """A monthly gift as told last; version 0 until then.

    `wanted` and `placed` are what was said of it: for how many children it is, and how many it has. `said` counts that.
    While it is at risk, it is so since the day `failing_since`, by all facts that were heard of it (`gift_told`).
    """

    __tablename__ = "gift"
    __table_args__ = (
        Index(None, "donor_id"),
        Index("ix_gift_room", "id", postgresql_where=text("placed < wanted")),
    )
    id: UUID = id_column()
    version: int = version_column()
    donor_id: UUID | None = maybe_ref_column()
    purpose: str = code_column("")
    status: str = code_column("")
    children: int = number_column()
    covered_until: date | None = maybe_day_column()
    grace_until: date | None = maybe_day_column()
    correspondence: bool = flag_column()
    on_day: date | None = maybe_day_column()
    begun_on: date | None = maybe_day_column()
    uncovered: int = number_column()
    failing_since: date | None = maybe_day_column()
    wanted: int = number_column()
    placed: int = number_column()
    said: int = number_column()


class GiftToldRow(Row, table=True):
    """Each fact about a gift that was heard, also one that came late: whether it said that the gift is at risk."""

    __tablename__ = "gift_told"
    gift_id: UUID = Field(sa_column=Column(Uuid, primary_key=True))
    version: int = Field(sa_column=Column(Integer, primary_key=True, autoincrement=False))
    at_risk: bool = flag_column()
    on_day: date = day_column()


class PaymentRow(Row, table=True):
    """A payment as told last. It once was said to cover all days from `ever_from` up to `ever_until`."""

    __tablename__ = "payment"
    __table_args__ = (Index(None, "gift_id"),)
    id: UUID = id_column()
    version: int = version_column()
    gift_id: UUID | None = maybe_ref_column()
    counts: int = number_column()
    covers_from: date | None = maybe_day_column()
    covers_until: date | None = maybe_day_column()
    ever_from: date | None = maybe_day_column()
    ever_until: date | None = maybe_day_column()


class SponsorRow(Row, table=True):
    """A donor as donations linked them last; `kept_id` is who stands for this entry. No name is here.

    Before the first letter or photo a sponsor declares what there is to declare and signs the code of conduct. One who
    is restricted gives and does not write; of one who is declined nothing is placed. `version` is donations', and
    `vetting_version` counts what staff wrote down.
    """

    __tablename__ = "sponsor"
    __table_args__ = (Index("ix_sponsor_person", text("coalesce(kept_id, id)")),)
    id: UUID = id_column()
    version: int = version_column()
    kept_id: UUID | None = maybe_ref_column()
    declared_on: date | None = maybe_day_column()
    code_on: date | None = maybe_day_column()
    vetting_version: int = version_column()
    restricted: bool = flag_column()
    declined: bool = flag_column()
    actor: str = Field(default="", sa_column=Column(String(100), nullable=False, server_default=""))


GIFT = table_of(GiftRow)
GIFT_TOLD = table_of(GiftToldRow)
PAYMENT = table_of(PaymentRow)
SPONSOR = table_of(SponsorRow)
