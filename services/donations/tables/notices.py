"""Notices and lists as they came, and what was found in them."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Column, ForeignKey, Index, LargeBinary, String, UniqueConstraint, Uuid, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from services.donations.tables.columns import (
    Row,
    amount_column,
    code_column,
    currency_column,
    flag_column,
    id_column,
    moment_column,
)
from shared.database.rows import table_of


class NoticeRow(Row, table=True):
    """A notice of PayPal's, once by the id under which it was sent; `outcome` is what became of it when it came.

    PayPal signs no more of the body than its CRC32, so the `digest` tells a repeat from another body under a known id.
    `event_id` is PayPal's own id of the event, which PayPal may send under several transmissions; an IPN has none. One
    that came `again` has the bytes of another transmission of its event, and they are not kept twice: two words of
    PayPal's under one event id are two notices with bytes of their own.
    `transaction_id` is the payment that it speaks of, and `refund_id` the refund. What it said lies in `notice_body`.
    `actor` is who has seen one that was to be looked at.
    """

    __tablename__ = "notice"
    __table_args__ = (
        UniqueConstraint("transmission_id"),
        Index(
            "ix_notice_to_look_at",
            "id",
            postgresql_where=text("outcome IN ('look', 'unassigned', 'waiting')"),
        ),
        Index(None, "transaction_id"),
        Index(
            "ix_notice_refund_id",
            "refund_id",
            postgresql_where=text("outcome = 'waiting' AND refund_id IS NOT NULL"),
        ),
        Index("ix_notice_asked", "id", postgresql_where=text("outcome = 'asked'")),
        Index(
            "uq_notice_event",
            "event_id",
            "digest",
            unique=True,
            postgresql_where=text("NOT again AND event_id IS NOT NULL"),
        ),
    )
    id: UUID = id_column()
    transmission_id: str = Field(sa_column=Column(String(100), nullable=False))
    way: str = code_column()
    event_type: str = Field(default="", sa_column=Column(String(100), nullable=False, server_default=""))
    received_at: datetime = moment_column()
    digest: bytes = Field(sa_column=Column(LargeBinary(32), nullable=False))
    outcome: str = code_column()
    transaction_id: str | None = Field(default=None, sa_column=Column(String(100)))
    refund_id: str | None = Field(default=None, sa_column=Column(String(100)))
    actor: str = Field(default="", sa_column=Column(String(100), nullable=False, server_default=""))
    event_id: str | None = Field(default=None, sa_column=Column(String(100)))
    again: bool = flag_column()


class NoticeBodyRow(Row, table=True):
    """A notice's bytes as they came, for `contacts` alone: a donor's name and mail are in them. They are sealed with
    a key that is not in the database, and bound to the notice's id (`shared/security/sealing.py`). Of a subscription's
    notice that was taken in only ids, amounts and dates are here (`paypal/reduced.py`).
    """

    __tablename__ = "notice_body"
    notice_id: UUID = Field(sa_column=Column(Uuid, ForeignKey("notice.id"), primary_key=True))
    body: bytes = Field(sa_column=Column(LargeBinary, nullable=False))


class FindingRow(Row, table=True):
    """A row of PayPal's transaction list, and how it was found when it was compared last. Money that went out is below
    0; what did not move is a note of PayPal's about money that is not there. `reason` is why comparing it failed: the
    kind of the error and its place in the code. `differs` is in what it is different: `commands/differing.py`.
    """

    __tablename__ = "finding"
    __table_args__ = (
        Index("ix_finding_to_look_at", "happened_on", postgresql_where=text("status <> 'matched'")),
    )
    provider: str = code_column(primary_key=True)
    transaction_id: str = Field(sa_column=Column(String(100), primary_key=True))
    kind: str = code_column()
    status: str = code_column()
    currency: str = currency_column()
    amount: int = amount_column()
    refers_to: str | None = Field(default=None, sa_column=Column(String(100)))
    moved: bool = flag_column()
    happened_on: date
    on_day: date
    reason: str = Field(default="", sa_column=Column(String(200), nullable=False, server_default=""))
    differs: list[dict[str, str]] = Field(
        default_factory=list, sa_column=Column(JSONB, nullable=False, server_default="[]")
    )


NOTICE = table_of(NoticeRow)
NOTICE_BODY = table_of(NoticeBodyRow)
FINDING = table_of(FindingRow)
