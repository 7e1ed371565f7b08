"""Letters to donors: receipts under their numbers, yearly statements, and both as they were issued."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    JSON,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
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
    id_column,
    moment_column,
)
from shared.database.rows import table_of

SERIES = String(10)


def _of(table: str, **kwargs: Any) -> Any:
    return Field(sa_column=Column(Uuid, ForeignKey(f"{table}.id"), **kwargs))


def _maybe(table: str) -> Any:
    return Field(default=None, sa_column=Column(Uuid, ForeignKey(f"{table}.id")))


class LetterRow(Row, table=True):
    """A letter's bytes and what they were made from, for `contacts` alone: the donor's name is in both. Append-only.

    `digest` is the SHA-256 of the bytes.
    """

    __tablename__ = "letter"
    __table_args__ = (Index(None, "donor_id"),)
    id: UUID = id_column()
    kind: str = code_column()
    donor_id: UUID = _of("donor", nullable=False)
    language: str = Field(sa_column=Column(String(10), nullable=False))
    issued_on: date
    body: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    digest: bytes = Field(sa_column=Column(LargeBinary(32), nullable=False))
    data: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))


class LetterReadingRow(Row, table=True):
    """Somebody was shown a letter: who, when, whether the original or a copy, and why. Append-only."""

    __tablename__ = "letter_reading"
    __table_args__ = (Index(None, "letter_id", "id"),)
    id: UUID = id_column()
    at: datetime = moment_column()
    letter_id: UUID = _of("letter", nullable=False)
    actor: str = actor_column()
    what: str = code_column()
    reason: str = code_column()


class ReceiptSeriesRow(Row, table=True):
    """The last number that a series of receipts has given. Whoever issues holds it until the receipt is there."""

    __tablename__ = "receipt_series"
    series: str = Field(sa_column=Column(SERIES, primary_key=True))
    last: int = Field(sa_column=Column(Integer, nullable=False))


class ReceiptRow(Row, table=True):
    """A receipt under its number. No row is ever deleted: each number that was given is there, with what became of it.

    `refund_id` is the provider's; `replaced_by` is null while the one that takes its place is not printed yet.
    """

    __tablename__ = "receipt"
    __table_args__ = (
        UniqueConstraint("series", "number"),
        CheckConstraint("amount > 0 AND number > 0", name="positive"),
        CheckConstraint("(state = 'issued') = (reason = '')", name="ended_for_a_reason"),
        Index("uq_receipt_valid", "payment_id", unique=True, postgresql_where=text("state = 'issued'")),
        Index(None, "payment_id"),
        Index(
            "ix_receipt_to_replace", "id", postgresql_where=text("state = 'replaced' AND replaced_by IS NULL")
        ),
    )
    id: UUID = _of("letter", primary_key=True)
    series: str = Field(sa_column=Column(SERIES, ForeignKey("receipt_series.series"), nullable=False))
    number: int = Field(sa_column=Column(Integer, nullable=False))
    payment_id: UUID = _of("payment", nullable=False)
    donor_id: UUID = _of("donor", nullable=False)
    currency: str = currency_column()
    amount: int = amount_column()
    received_on: date
    issued_on: date
    state: str = code_column("issued")
    reason: str = code_column("")
    refund_id: str | None = Field(default=None, sa_column=Column(String(100)))
    ended_on: date | None = None
    replaced_by: UUID | None = _maybe("receipt")
    actor: str = actor_column()


class StatementRow(Row, table=True):
    """A statement of what a donor gave in a calendar year."""

    __tablename__ = "statement"
    __table_args__ = (
        CheckConstraint("(state = 'issued') = (reason = '')", name="ended_for_a_reason"),
        Index(
            "uq_statement_valid", "donor_id", "year", unique=True, postgresql_where=text("state = 'issued'")
        ),
    )
    id: UUID = _of("letter", primary_key=True)
    donor_id: UUID = _of("donor", nullable=False)
    year: int = Field(sa_column=Column(SmallInteger, nullable=False))
    issued_on: date
    state: str = code_column("issued")
    reason: str = code_column("")
    ended_on: date | None = None
    actor: str = actor_column()


class StatementLineRow(Row, table=True):
    """What a statement says of a payment."""

    __tablename__ = "statement_line"
    __table_args__ = (Index(None, "payment_id"),)
    statement_id: UUID = _of("statement", primary_key=True)
    payment_id: UUID = _of("payment", primary_key=True)
    currency: str = currency_column()
    amount: int = amount_column()
    purpose: str = code_column()
    received_on: date


LETTER = table_of(LetterRow)
LETTER_READING = table_of(LetterReadingRow)
RECEIPT_SERIES = table_of(ReceiptSeriesRow)
RECEIPT = table_of(ReceiptRow)
STATEMENT = table_of(StatementRow)
STATEMENT_LINE = table_of(StatementLineRow)
