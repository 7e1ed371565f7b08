"""Rows of the donations service. What guards the money is here, as constraints, and in the triggers of the migration:
it holds whatever runs at once, and whatever way a row comes in.
"""

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Numeric,
    SmallInteger,
    String,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlmodel import Field, SQLModel

from shared.database.rows import own_registry, table_of

CODE = String(40)
CURRENCY = String(3)


class Row(SQLModel, registry=own_registry()):
    """The base of this service's rows."""

    __abstract__ = True


def _id() -> Any:
    return Field(sa_column=Column(Uuid, primary_key=True))


def _code(default: str | None = None, **kwargs: Any) -> Any:
    return Field(default=default, sa_column=Column(CODE, nullable=False, server_default=default, **kwargs))


def _currency(default: str | None = None, **kwargs: Any) -> Any:
    return Field(
        default=default, sa_column=Column(CURRENCY, nullable=False, server_default=default, **kwargs)
    )


def _minor(default: int | None = None) -> Any:
    """An amount in minor units of the row's currency."""
    server_default = None if default is None else text(str(default))
    return Field(default=default, sa_column=Column(BigInteger, nullable=False, server_default=server_default))


def _version() -> Any:
    return Field(default=0, sa_column=Column(Integer, nullable=False, server_default=text("0")))


def _flag() -> Any:
    return Field(default=False, sa_column=Column(Boolean, nullable=False, server_default=text("false")))


def _actor() -> Any:
    """Who decided: the id of a principal, never a name."""
    return Field(sa_column=Column(String(100), nullable=False))


def _note() -> Any:
    return Field(default=None, sa_column=Column(String(200)))


def _new_entry() -> Any:
    """An entry of the same unit, which is written after the row that names it: so the database looks at commit."""
    key = ForeignKey("entry.id", deferrable=True, initially="DEFERRED")
    return Field(sa_column=Column(Uuid, key, nullable=False))


def _moment() -> Any:
    return Field(sa_column=Column(DateTime(timezone=True), nullable=False))


class DonorRow(Row, table=True):
    """Somebody who gives, without name or address. `merged_into` is the donor that this one turned out to be."""

    __tablename__ = "donor"
    __table_args__ = (
        CheckConstraint("merged_into <> id", name="not_into_itself"),
        Index(None, "merged_into", postgresql_where=text("merged_into IS NOT NULL")),
    )
    id: UUID = _id()
    kind: str = _code()
    member: bool = _flag()
    anonymous: bool = _flag()
    may_write: bool = _flag()
    language: str = Field(sa_column=Column(String(10), nullable=False))
    since: date
    merged_into: UUID | None = Field(default=None, sa_column=Column(Uuid, ForeignKey("donor.id")))
    actor: str = _actor()


class ContactRow(Row, table=True):
    """A donor's name and addresses, which `contacts.py` alone reads. The keys are hashes of them folded."""

    __tablename__ = "contact"
    __table_args__ = (Index(None, "name_key"), Index(None, "mail_key"), Index(None, "phone_key"))
    donor_id: UUID = Field(sa_column=Column(Uuid, ForeignKey("donor.id"), primary_key=True))
    name: str = Field(sa_column=Column(String(200), nullable=False))
    mail: str | None = Field(default=None, sa_column=Column(String(254)))
    phone: str | None = Field(default=None, sa_column=Column(String(40)))
    address: str | None = Field(default=None, sa_column=Column(String(500)))
    name_key: bytes = Field(sa_column=Column(LargeBinary(32), nullable=False))
    mail_key: bytes | None = Field(default=None, sa_column=Column(LargeBinary(32)))
    phone_key: bytes | None = Field(default=None, sa_column=Column(LargeBinary(32)))


class ContactReadingRow(Row, table=True):
    """Somebody was shown a donor's contact data: who, when and by which route. Append-only."""

    __tablename__ = "contact_reading"
    __table_args__ = (Index(None, "donor_id", "id"),)
    id: UUID = _id()
    at: datetime = _moment()
    donor_id: UUID = Field(sa_column=Column(Uuid, ForeignKey("donor.id"), nullable=False))
    actor: str = _actor()
    route: str = Field(sa_column=Column(String(100), nullable=False))


class GiftRow(Row, table=True):
    """What a donor gives for a purpose: once, or each month through a provider under its `subscription_id`.

    `custom_key` is the hash of our own mark, which the provider sends back: it finds the subscription.
    """

    __tablename__ = "gift"
    __table_args__ = (
        Index(
            "uq_gift_subscription",
            "provider",
            "subscription_id",
            unique=True,
            postgresql_where=text("subscription_id IS NOT NULL"),
        ),
        Index(
            "uq_gift_custom",
            "provider",
            "custom_key",
            unique=True,
            postgresql_where=text("custom_key IS NOT NULL"),
        ),
        Index(None, "donor_id"),
    )
    id: UUID = _id()
    kind: str = _code()
    donor_id: UUID | None = Field(default=None, sa_column=Column(Uuid, ForeignKey("donor.id")))
    on_behalf_of: UUID | None = Field(default=None, sa_column=Column(Uuid, ForeignKey("donor.id")))
    purpose: str = _code()
    provider: str = _code()
    subscription_id: str | None = Field(default=None, sa_column=Column(String(100)))
    custom_key: bytes | None = Field(default=None, sa_column=Column(LargeBinary(32)))
    children: int = Field(default=0, sa_column=Column(SmallInteger, nullable=False, server_default=text("0")))
    correspondence: bool = _flag()
    on_day: date
    actor: str = _actor()


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
    id: UUID = _id()
    version: int = _version()
    provider: str = _code()
    reference: str = Field(sa_column=Column(String(100), nullable=False))
    custom_key: bytes | None = Field(default=None, sa_column=Column(LargeBinary(32)))
    status: str = _code("")
    since: date | None = None
    wakes_on: date | None = None
    said: dict[str, Any] | None = Field(default=None, sa_column=Column(JSON))


class SubscriptionToldRow(Row, table=True):
    """Something that was told of a subscription, once. The order in which it was told is not kept: it says nothing."""

    __tablename__ = "subscription_told"
    subscription: UUID = Field(sa_column=Column(Uuid, ForeignKey("subscription.id"), primary_key=True))
    at: datetime = Field(sa_column=Column(DateTime(timezone=True), primary_key=True))
    what: str = _code(primary_key=True)
    amount: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    currency: str = Field(sa_column=Column(CURRENCY, primary_key=True))
    on_day: date


class SubscriptionNewsRow(Row, table=True):
    """Something was told of or paid for a subscription: how its gift stands is to be looked at."""

    __tablename__ = "subscription_news"
    id: UUID = _id()
    subscription: UUID = Field(sa_column=Column(Uuid, ForeignKey("subscription.id"), nullable=False))


class SubscriptionChangeRow(Row, table=True):
    """A monthly gift came to stand otherwise on a day."""

    __tablename__ = "subscription_change"
    __table_args__ = (Index(None, "on_day"),)
    subscription: UUID = Field(sa_column=Column(Uuid, ForeignKey("subscription.id"), primary_key=True))
    version: int = Field(sa_column=Column(Integer, primary_key=True, autoincrement=False))
    before: str = _code("")
    status: str = _code()
    on_day: date


class PaymentRow(Row, table=True):
    """Money that came, by the provider's own id of it; version 0 is one of which only a refund or hold is known.

    `refunded` is of the gross; `net` is what the fund has of it, of which `held` is not let go by the provider; `fee`
    is null while no notice has said it. A dispute took hold of `disputed_held` of it, and of `disputed_spent` that the
    fund had spent already.
    """

    __tablename__ = "payment"
    __table_args__ = (
        UniqueConstraint("provider", "transaction_id"),
        CheckConstraint("refunded BETWEEN 0 AND gross", name="no_more_refunded_than_came"),
        CheckConstraint("held >= 0", name="held_not_negative"),
        Index(None, "gift_id"),
        Index(None, "subscription", postgresql_where=text("subscription IS NOT NULL")),
        Index(None, "appeal_id", postgresql_where=text("appeal_id IS NOT NULL")),
        Index("ix_payment_purpose", "purpose", "id"),
    )
    id: UUID = _id()
    version: int = _version()
    provider: str = _code()
    transaction_id: str = Field(sa_column=Column(String(100), nullable=False))
    subscription: UUID | None = Field(default=None, sa_column=Column(Uuid, ForeignKey("subscription.id")))
    gift_id: UUID | None = Field(default=None, sa_column=Column(Uuid, ForeignKey("gift.id")))
    appeal_id: UUID | None = Field(default=None, sa_column=Column(Uuid))
    purpose: str = _code("unassigned")
    place: str = _code("paypal")
    currency: str = _currency("")
    gross: int = _minor(0)
    fee: int | None = Field(default=None, sa_column=Column(BigInteger))
    refunded: int = _minor(0)
    net: int = _minor(0)
    held: int = _minor(0)
    dispute: str = _code("")
    disputed_held: int = _minor(0)
    disputed_spent: int = _minor(0)
    happened_on: date | None = None
    entry_id: UUID | None = Field(default=None, sa_column=Column(Uuid))
    reason: str = _code("")
    actor: str = Field(default="", sa_column=Column(String(100), nullable=False, server_default=""))


class RefundRow(Row, table=True):
    """Money that went back, by the provider's own id. It waits for its payment, is booked, or is different: more than
    was left of the payment, or in another currency. Then somebody has to look. It is the same if a lost dispute has
    given back the payment whole already.
    """

    __tablename__ = "refund"
    __table_args__ = (
        CheckConstraint("amount > 0", name="positive"),
        Index(None, "payment_id"),
        Index("ix_refund_to_look_at", "state", postgresql_where=text("state IN ('waiting', 'different')")),
    )
    provider: str = _code(primary_key=True)
    refund_id: str = Field(sa_column=Column(String(100), primary_key=True))
    payment_id: UUID = Field(sa_column=Column(Uuid, ForeignKey("payment.id"), nullable=False))
    currency: str = _currency()
    amount: int = _minor()
    fee_back: int = _minor(0)
    happened_on: date
    state: str = _code()
    entry_id: UUID | None = Field(default=None, sa_column=Column(Uuid))


class NoticeRow(Row, table=True):
    """A notice of PayPal's, once by the id under which it was sent; `outcome` is what became of it when it came.

    PayPal signs no more of the body than its CRC32, so the `digest` tells a repeat from another body under a known id.
    `transaction_id` is the payment that it speaks of. What it said lies in `notice_body`.
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
        Index("ix_notice_asked", "id", postgresql_where=text("outcome = 'asked'")),
    )
    id: UUID = _id()
    transmission_id: str = Field(sa_column=Column(String(100), nullable=False))
    way: str = _code()
    event_type: str = Field(default="", sa_column=Column(String(100), nullable=False, server_default=""))
    received_at: datetime = _moment()
    digest: bytes = Field(sa_column=Column(LargeBinary(32), nullable=False))
    outcome: str = _code()
    transaction_id: str | None = Field(default=None, sa_column=Column(String(100)))


class NoticeBodyRow(Row, table=True):
    """A notice's bytes as they came, for `contacts.py` alone: a donor's name and mail are in them."""

    __tablename__ = "notice_body"
    notice_id: UUID = Field(sa_column=Column(Uuid, ForeignKey("notice.id"), primary_key=True))
    body: bytes = Field(sa_column=Column(LargeBinary, nullable=False))


class FindingRow(Row, table=True):
    """A row of PayPal's transaction list, and how it was found when it was compared last. Money that went out is below
    0; what did not move is a note of PayPal's about money that is not there.
    """

    __tablename__ = "finding"
    __table_args__ = (
        Index("ix_finding_to_look_at", "happened_on", postgresql_where=text("status <> 'matched'")),
    )
    provider: str = _code(primary_key=True)
    transaction_id: str = Field(sa_column=Column(String(100), primary_key=True))
    kind: str = _code()
    status: str = _code()
    currency: str = _currency()
    amount: int = _minor()
    refers_to: str | None = Field(default=None, sa_column=Column(String(100)))
    moved: bool = _flag()
    happened_on: date
    on_day: date


class AccountRow(Row, table=True):
    """An account of the ledger. `fund` is empty for those of the group as a whole."""

    __tablename__ = "account"
    __table_args__ = (UniqueConstraint("code", "currency"),)
    code: str = Field(sa_column=Column(String(60), primary_key=True))
    kind: str = _code()
    currency: str = _currency()
    fund: str = _code("")


class EntryRow(Row, table=True):
    """Something that happened to money. Append-only: a mistake is undone by an entry that `reverses` it.

    `on_day` lies in no closed month; `happened_on` may.
    """

    __tablename__ = "entry"
    __table_args__ = (
        Index("uq_entry_reverses", "reverses", unique=True, postgresql_where=text("reverses IS NOT NULL")),
        Index(None, "document_id", postgresql_where=text("document_id IS NOT NULL")),
        Index(None, "on_day"),
    )
    id: UUID = _id()
    at: datetime = _moment()
    on_day: date
    happened_on: date
    kind: str = _code()
    document_id: UUID | None = Field(default=None, sa_column=Column(Uuid))
    reverses: UUID | None = Field(default=None, sa_column=Column(Uuid, ForeignKey("entry.id")))
    actor: str = _actor()


class PostingRow(Row, table=True):
    """A line of an entry: above 0 a debit, below 0 a credit. Append-only; a trigger has each entry balance."""

    __tablename__ = "posting"
    __table_args__ = (CheckConstraint("amount <> 0", name="not_nothing"), Index(None, "account", "entry_id"))
    entry_id: UUID = Field(sa_column=Column(Uuid, ForeignKey("entry.id"), primary_key=True))
    line: int = Field(sa_column=Column(SmallInteger, primary_key=True, autoincrement=False))
    account: str = Field(sa_column=Column(String(60), ForeignKey("account.code"), nullable=False))
    amount: int = _minor()


class AccountMonthRow(Row, table=True):
    """What was posted to an account under a month: kept, so that no figure adds up all history."""

    __tablename__ = "account_month"
    account: str = Field(sa_column=Column(String(60), primary_key=True))
    month: date = Field(sa_column=Column(Date, primary_key=True))
    amount: int = _minor(0)


class FundBalanceRow(Row, table=True):
    """What a fund has in a currency. It follows from the postings and the grants, in the same transaction."""

    __tablename__ = "fund_balance"
    __table_args__ = (
        CheckConstraint("least(balance, held, set_aside) >= 0", name="not_negative"),
        CheckConstraint("held + set_aside <= balance", name="no_more_promised_than_there_is"),
    )
    fund: str = _code(primary_key=True)
    currency: str = _currency(primary_key=True)
    balance: int = _minor(0)
    held: int = _minor(0)
    set_aside: int = _minor(0)


class ClosedMonthRow(Row, table=True):
    """A month in whose days nothing is booked any more; all before it are closed with it."""

    __tablename__ = "closed_month"
    month: date = Field(sa_column=Column(Date, primary_key=True))
    on_day: date
    actor: str = _actor()


class RateRow(Row, table=True):
    """So much of `quote` was worth one of `currency` on a day. For reports: the ledger never converts by itself."""

    __tablename__ = "rate"
    __table_args__ = (
        CheckConstraint("rate > 0", name="positive"),
        CheckConstraint("currency <> quote", name="of_two_currencies"),
    )
    currency: str = _currency(primary_key=True)
    quote: str = _currency(primary_key=True)
    on_day: date = Field(sa_column=Column(Date, primary_key=True))
    rate: Decimal = Field(sa_column=Column(Numeric(20, 10), nullable=False))
    actor: str = _actor()


class DecisionRow(Row, table=True):
    """Money of one purpose went to another one, because somebody decided so. `pay_back_on` makes it a loan."""

    __tablename__ = "decision"
    __table_args__ = (CheckConstraint("amount > 0", name="positive"),)
    id: UUID = _id()
    on_day: date
    from_fund: str = _code()
    to_fund: str = _code()
    currency: str = _currency()
    amount: int = _minor()
    pay_back_on: date | None = None
    note: str | None = _note()
    entry_id: UUID = _new_entry()
    actor: str = _actor()


class HouseholdRow(Row, table=True):
    """A household as intake told of it: the version in which it was closed last, 0 if it never was."""

    __tablename__ = "household"
    id: UUID = _id()
    version: int = _version()


class GrantRow(Row, table=True):
    """Money that was asked for; `version` is the one heard last, `said` the one told last. See `domain/grants.py`.

    A grant that has not `ended` keeps its fund and currency: whoever changes it holds that fund's lock.
    """

    __tablename__ = "grant"
    __table_args__ = (
        CheckConstraint("least(set_aside, paid) >= 0", name="not_negative"),
        Index(None, "household_id", postgresql_where=text("household_id IS NOT NULL")),
        Index(
            "ix_grant_missing",
            "fund",
            "currency",
            postgresql_where=text("ended = '' AND wanted > set_aside + paid"),
        ),
        Index("ix_grant_promised", "fund", "currency", postgresql_where=text("set_aside > 0")),
    )
    id: UUID = _id()
    version: int = _version()
    said: int = _version()
    kind: str = _code("")
    fund: str = _code("general")
    currency: str = _currency("")
    wanted: int = _minor(0)
    set_aside: int = _minor(0)
    paid: int = _minor(0)
    urgency: int = Field(default=3, sa_column=Column(SmallInteger, nullable=False, server_default=text("3")))
    asked_on: date | None = None
    household_id: UUID | None = Field(default=None, sa_column=Column(Uuid))
    household_version: int = _version()
    case_id: UUID | None = Field(default=None, sa_column=Column(Uuid))
    member_id: UUID | None = Field(default=None, sa_column=Column(Uuid))
    asked_by: str = Field(default="", sa_column=Column(String(100), nullable=False, server_default=""))
    ended: str = _code("")
    reason: str = _code("asked")


class ApprovalRow(Row, table=True):
    """Somebody agreed to a grant of this amount; of a larger one it says nothing."""

    __tablename__ = "approval"
    grant_id: UUID = Field(sa_column=Column(Uuid, ForeignKey("grant.id"), primary_key=True))
    actor: str = Field(sa_column=Column(String(100), primary_key=True))
    wanted: int = _minor()
    on_day: date


class PayoutRow(Row, table=True):
    """A part of a grant that was paid to a payee, by a code; below 0, money that came back."""

    __tablename__ = "payout"
    __table_args__ = (UniqueConstraint("place", "reference"), Index(None, "grant_id"))
    id: UUID = _id()
    grant_id: UUID = Field(sa_column=Column(Uuid, ForeignKey("grant.id"), nullable=False))
    amount: int = _minor()
    place: str = _code()
    payee: str = _code()
    reference: str = Field(sa_column=Column(String(100), nullable=False))
    on_day: date
    entry_id: UUID = _new_entry()
    actor: str = _actor()


class PriceRow(Row, table=True):
    """What an item costs: so many minor units for `per` base units."""

    __tablename__ = "price"
    __table_args__ = (CheckConstraint("least(minor, per) > 0", name="positive"),)
    item: str = _code(primary_key=True)
    minor: int = _minor()
    currency: str = _currency()
    per: int = _minor()
    on_day: date
    actor: str = _actor()


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
    id: UUID = _id()
    version: int = _version()
    item: str = _code()
    quantity: int = _minor()
    fund: str = _code()
    currency: str = _currency()
    target: int = _minor()
    raised: int = _minor(0)
    status: str = _code()
    heard_on: date | None = None
    actor: str = _actor()


class ReversalRow(Row, table=True):
    """Why an entry was undone."""

    __tablename__ = "reversal"
    entry_id: UUID = Field(sa_column=Column(Uuid, ForeignKey("entry.id"), primary_key=True))
    note: str | None = _note()
    actor: str = _actor()


DONOR = table_of(DonorRow)
CONTACT = table_of(ContactRow)
CONTACT_READING = table_of(ContactReadingRow)
GIFT = table_of(GiftRow)
SUBSCRIPTION = table_of(SubscriptionRow)
SUBSCRIPTION_TOLD = table_of(SubscriptionToldRow)
SUBSCRIPTION_NEWS = table_of(SubscriptionNewsRow)
SUBSCRIPTION_CHANGE = table_of(SubscriptionChangeRow)
PAYMENT = table_of(PaymentRow)
REFUND = table_of(RefundRow)
NOTICE = table_of(NoticeRow)
NOTICE_BODY = table_of(NoticeBodyRow)
FINDING = table_of(FindingRow)
ACCOUNT = table_of(AccountRow)
ENTRY = table_of(EntryRow)
POSTING = table_of(PostingRow)
ACCOUNT_MONTH = table_of(AccountMonthRow)
FUND_BALANCE = table_of(FundBalanceRow)
CLOSED_MONTH = table_of(ClosedMonthRow)
RATE = table_of(RateRow)
DECISION = table_of(DecisionRow)
HOUSEHOLD = table_of(HouseholdRow)
GRANT = table_of(GrantRow)
APPROVAL = table_of(ApprovalRow)
PAYOUT = table_of(PayoutRow)
PRICE = table_of(PriceRow)
APPEAL = table_of(AppealRow)
REVERSAL = table_of(ReversalRow)
