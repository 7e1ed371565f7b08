"""Money that came and money that went back, each by its own id."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    SmallInteger,
    String,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlmodel import Field

from services.donations.tables.columns import (
    Row,
    amount_column,
    code_column,
    currency_column,
    flag_column,
    id_column,
    moment_column,
    version_column,
)
from shared.database.rows import table_of


class PaymentRow(Row, table=True):
    """Money that came, by the provider's own id of it; version 0 is one of which only a refund or hold is known.

    `refunded` is of the gross; `net` is what the fund has of it, of which `held` is not let go by the provider. While
    no notice has said so, `fee` is null, and `hold_told` (whether it is held or not) false. A dispute took hold of
    `disputed_held` of it, and of `disputed_spent` that the fund had spent already. Of a dispute that is
    `dispute_unclear` the treasurer has to say what was lost, and did on the day `settled_on`. `covers_from` and
    `covers_until` are what the others were told last; what the payment brought beyond them is `apart`, in the fund
    `apart_in`.
    """

    __tablename__ = "payment"
    __table_args__ = (
        UniqueConstraint("provider", "transaction_id"),
        CheckConstraint("refunded BETWEEN 0 AND gross", name="no_more_refunded_than_came"),
        CheckConstraint("held >= 0", name="held_not_negative"),
        CheckConstraint("(covers_from IS NULL) = (covers_until IS NULL)", name="covers_from_and_until"),
        CheckConstraint("covers_from < covers_until", name="covers_some_days"),
        Index(None, "gift_id"),
        Index(None, "subscription", postgresql_where=text("subscription IS NOT NULL")),
        Index(None, "appeal_id", postgresql_where=text("appeal_id IS NOT NULL")),
        Index("ix_payment_purpose", "purpose", "id"),
        CheckConstraint("apart >= 0 AND (apart = 0) = (apart_in = '')", name="apart_somewhere"),
        Index("ix_payment_apart", "apart_in", "id", postgresql_where=text("apart > 0")),
        Index("ix_payment_disputed", "id", postgresql_where=text("dispute = 'open'")),
    )
    id: UUID = id_column()
    version: int = version_column()
    provider: str = code_column()
    transaction_id: str = Field(sa_column=Column(String(100), nullable=False))
    subscription: UUID | None = Field(default=None, sa_column=Column(Uuid, ForeignKey("subscription.id")))
    gift_id: UUID | None = Field(default=None, sa_column=Column(Uuid, ForeignKey("gift.id")))
    appeal_id: UUID | None = Field(default=None, sa_column=Column(Uuid))
    purpose: str = code_column("unassigned")
    purpose_decided: bool = flag_column()
    place: str = code_column("paypal")
    currency: str = currency_column("")
    gross: int = amount_column(0)
    fee: int | None = Field(default=None, sa_column=Column(BigInteger))
    refunded: int = amount_column(0)
    net: int = amount_column(0)
    held: int = amount_column(0)
    hold_told: bool = flag_column()
    hold_reason: str = Field(default="", sa_column=Column(String(100), nullable=False, server_default=""))
    dispute: str = code_column("")
    disputed_held: int = amount_column(0)
    disputed_spent: int = amount_column(0)
    dispute_unclear: bool = flag_column()
    settled_on: date | None = None
    happened_on: date | None = None
    day_sure: int = Field(default=9, sa_column=Column(SmallInteger, nullable=False, server_default=text("9")))
    entry_id: UUID | None = Field(default=None, sa_column=Column(Uuid))
    covers_from: date | None = None
    covers_until: date | None = None
    months: int | None = Field(default=None, sa_column=Column(SmallInteger))
    apart: int = amount_column(0)
    apart_in: str = code_column("")
    restored_on: date | None = None
    restored: int | None = Field(default=None, sa_column=Column(BigInteger))
    restored_fee: int | None = Field(default=None, sa_column=Column(BigInteger))
    reason: str = code_column("")
    actor: str = Field(default="", sa_column=Column(String(100), nullable=False, server_default=""))


class RefundRow(Row, table=True):
    """Money that went back, by the provider's own id. It waits for its payment, is booked, or is different: more than
    was left of the payment, or in another currency. Then somebody has to look. It is the same if a lost dispute has
    taken this money already.
    """

    __tablename__ = "refund"
    __table_args__ = (
        CheckConstraint("amount > 0", name="positive"),
        Index(None, "payment_id"),
        Index("ix_refund_to_look_at", "state", postgresql_where=text("state IN ('waiting', 'different')")),
    )
    provider: str = code_column(primary_key=True)
    refund_id: str = Field(sa_column=Column(String(100), primary_key=True))
    payment_id: UUID = Field(sa_column=Column(Uuid, ForeignKey("payment.id"), nullable=False))
    currency: str = currency_column()
    amount: int = amount_column()
    fee_back: int = amount_column(0)
    happened_on: date
    state: str = code_column()
    entry_id: UUID | None = Field(default=None, sa_column=Column(Uuid))


class LostDisputeRow(Row, table=True):
    """A dispute about a payment that was lost, by its case: so much, or all that is left if that is 0."""

    __tablename__ = "lost_dispute"
    payment_id: UUID = Field(sa_column=Column(Uuid, ForeignKey("payment.id"), primary_key=True))
    case_id: str = Field(sa_column=Column(String(100), primary_key=True))
    currency: str = currency_column()
    amount: int = amount_column()
    happened_on: date


class PendingPaymentRow(Row, table=True):
    """A payment that PayPal said is pending, and why, by PayPal's code: no gift yet. It is over once it has come, as a
    payment of the same id, or once it is `denied`; whichever of this is told first.
    """

    __tablename__ = "pending_payment"
    __table_args__ = (
        Index("ix_pending_payment_happened_on", "happened_on", postgresql_where=text("NOT denied")),
    )
    provider: str = code_column(primary_key=True)
    transaction_id: str = Field(sa_column=Column(String(100), primary_key=True))
    currency: str = currency_column()
    amount: int = amount_column()
    reason: str = Field(default="", sa_column=Column(String(100), nullable=False, server_default=""))
    happened_on: date
    as_of: datetime = moment_column()
    denied: bool = flag_column()


PAYMENT = table_of(PaymentRow)
LOST_DISPUTE = table_of(LostDisputeRow)
REFUND = table_of(RefundRow)
PENDING_PAYMENT = table_of(PendingPaymentRow)
