"""The books: accounts, entries with their postings, balances that are kept, closed months, rates, decisions."""

from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Index,
    Numeric,
    SmallInteger,
    String,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlmodel import Field

from services.donations.tables.columns import (
    Row,
    actor_column,
    amount_column,
    code_column,
    currency_column,
    flag_column,
    id_column,
    moment_column,
    new_entry_column,
    note_column,
)
from shared.database.rows import table_of


class AccountRow(Row, table=True):
    """An account of the ledger. `fund` is empty for those of the group as a whole, `holder` for what nobody carries."""

    __tablename__ = "account"
    __table_args__ = (UniqueConstraint("code", "currency"),)
    code: str = Field(sa_column=Column(String(60), primary_key=True))
    kind: str = code_column()
    currency: str = currency_column()
    fund: str = code_column("")
    holder: str = code_column("")


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
    id: UUID = id_column()
    at: datetime = moment_column()
    on_day: date
    happened_on: date
    kind: str = code_column()
    document_id: UUID | None = Field(default=None, sa_column=Column(Uuid))
    reverses: UUID | None = Field(default=None, sa_column=Column(Uuid, ForeignKey("entry.id")))
    actor: str = actor_column()


class PostingRow(Row, table=True):
    """A line of an entry: above 0 a debit, below 0 a credit. Append-only; a trigger has each entry balance."""

    __tablename__ = "posting"
    __table_args__ = (CheckConstraint("amount <> 0", name="not_nothing"), Index(None, "account", "entry_id"))
    entry_id: UUID = Field(sa_column=Column(Uuid, ForeignKey("entry.id"), primary_key=True))
    line: int = Field(sa_column=Column(SmallInteger, primary_key=True, autoincrement=False))
    account: str = Field(sa_column=Column(String(60), ForeignKey("account.code"), nullable=False))
    amount: int = amount_column()


class AccountMonthRow(Row, table=True):
    """What was posted to an account under a month: kept, so that no figure adds up all history. The database adds each
    posting to it, and refuses any other change.
    """

    __tablename__ = "account_month"
    account: str = Field(sa_column=Column(String(60), primary_key=True))
    month: date = Field(sa_column=Column(Date, primary_key=True))
    amount: int = amount_column(0)


class FundBalanceRow(Row, table=True):
    """What a fund has in a currency. The database adds each posting to it, and refuses any other change of `balance`
    and `held`; what is set aside is written with the grants and appeals, in the same transaction.
    """

    __tablename__ = "fund_balance"
    __table_args__ = (
        CheckConstraint("least(balance, held, set_aside) >= 0", name="not_negative"),
        CheckConstraint("held + set_aside <= balance", name="no_more_promised_than_there_is"),
    )
    fund: str = code_column(primary_key=True)
    currency: str = currency_column(primary_key=True)
    balance: int = amount_column(0)
    held: int = amount_column(0)
    set_aside: int = amount_column(0)


class ClosedMonthRow(Row, table=True):
    """A month in whose days nothing is booked any more; all before it are closed with it."""

    __tablename__ = "closed_month"
    month: date = Field(sa_column=Column(Date, primary_key=True))
    on_day: date
    actor: str = actor_column()


class RateRow(Row, table=True):
    """So much of `quote` was worth one of `currency` on a day. For reports: the ledger never converts by itself."""

    __tablename__ = "rate"
    __table_args__ = (
        CheckConstraint("rate > 0", name="positive"),
        CheckConstraint("currency <> quote", name="of_two_currencies"),
    )
    currency: str = currency_column(primary_key=True)
    quote: str = currency_column(primary_key=True)
    on_day: date = Field(sa_column=Column(Date, primary_key=True))
    rate: Decimal = Field(sa_column=Column(Numeric(20, 10), nullable=False))
    actor: str = actor_column()


class DecisionRow(Row, table=True):
    """Money of one purpose went to another one, because somebody decided so. `pay_back_on` makes it a loan, and
    `pays_back` is the loan that is paid back by it, or a part of it.
    """

    __tablename__ = "decision"
    __table_args__ = (
        CheckConstraint("amount > 0", name="positive"),
        Index(None, "pays_back", postgresql_where=text("pays_back IS NOT NULL")),
    )
    id: UUID = id_column()
    on_day: date
    from_fund: str = code_column()
    to_fund: str = code_column()
    currency: str = currency_column()
    amount: int = amount_column()
    pay_back_on: date | None = None
    pays_back: UUID | None = Field(default=None, sa_column=Column(Uuid, ForeignKey("decision.id")))
    note: str | None = note_column()
    undone: bool = flag_column()
    entry_id: UUID = new_entry_column()
    actor: str = actor_column()


class ConversionRow(Row, table=True):
    """Money of a fund that a bank or PayPal changed: `amount` of `currency` was given, `got` of `into_currency` came.

    `note` says why the rate was meant, if it was far from the day's; `reference` is how the place calls it, and counts
    once there. What was got may be for an appeal.
    """

    __tablename__ = "conversion"
    __table_args__ = (
        CheckConstraint("amount > 0 AND got > 0", name="positive"),
        CheckConstraint("currency <> into_currency", name="of_two_currencies"),
        Index(None, "entry_id", unique=True),
        Index(
            "uq_conversion_reference",
            "place",
            "reference",
            unique=True,
            postgresql_where=text("NOT undone AND reference IS NOT NULL"),
        ),
        Index(None, "appeal_id", postgresql_where=text("appeal_id IS NOT NULL")),
    )
    id: UUID = id_column()
    fund: str = code_column()
    place: str = code_column()
    currency: str = currency_column()
    amount: int = amount_column()
    into_currency: str = currency_column()
    got: int = amount_column()
    happened_on: date
    reference: str | None = Field(default=None, sa_column=Column(String(100)))
    appeal_id: UUID | None = Field(default=None, sa_column=Column(Uuid))
    note: str | None = note_column()
    undone: bool = flag_column()
    entry_id: UUID = new_entry_column()
    actor: str = actor_column()


class ReversalRow(Row, table=True):
    """Why an entry was undone."""

    __tablename__ = "reversal"
    entry_id: UUID = Field(sa_column=Column(Uuid, ForeignKey("entry.id"), primary_key=True))
    note: str | None = note_column()
    actor: str = actor_column()


ACCOUNT = table_of(AccountRow)
ENTRY = table_of(EntryRow)
POSTING = table_of(PostingRow)
ACCOUNT_MONTH = table_of(AccountMonthRow)
FUND_BALANCE = table_of(FundBalanceRow)
CLOSED_MONTH = table_of(ClosedMonthRow)
RATE = table_of(RateRow)
DECISION = table_of(DecisionRow)
CONVERSION = table_of(ConversionRow)
REVERSAL = table_of(ReversalRow)
