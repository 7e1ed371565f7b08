"""Children at school: terms with a monthly fee, what is asked of the education fund, and report cards."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    BigInteger,
    CheckConstraint,
    Column,
    Index,
    SmallInteger,
    String,
    UniqueConstraint,
    text,
)
from sqlmodel import Field

from services.sponsorship.tables.columns import (
    Row,
    actor_column,
    code_column,
    day_column,
    flag_column,
    id_column,
    maybe_of_column,
    number_column,
    of_column,
    ref_column,
    version_column,
)
from shared.database.rows import table_of


def _minor_column() -> Any:
    """So many minor units of a currency."""
    return Field(default=0, sa_column=Column(BigInteger, nullable=False, server_default=text("0")))


def _currency_column() -> Any:
    return Field(sa_column=Column(String(3), nullable=False))


class SchoolTermRow(Row, table=True):
    """A child goes to a school of this level from `starts_on` up to and with `ends_on`; `fee` is for each month, and
    `version` counts changes. `actor` wrote it down, and `raised_by` are all who ever raised the fee.
    """

    __tablename__ = "school_term"
    __table_args__ = (
        CheckConstraint("starts_on <= ends_on", name="in_order"),
        CheckConstraint("fee >= 0", name="fee"),
        Index(None, "child_id"),
    )
    id: UUID = id_column()
    version: int = version_column()
    child_id: UUID = ref_column()
    level: str = code_column()
    starts_on: date = day_column()
    ends_on: date = day_column()
    fee: int = _minor_column()
    currency: str = _currency_column()
    raised_by: list[str] = Field(
        default=[], sa_column=Column(ARRAY(String(100)), nullable=False, server_default="{}")
    )
    actor: str = actor_column()


class SchoolMonthRow(Row, table=True):
    """A month of a term; its fee is due on `due_on`. Gifts cover `covered` ten-thousandths of it, as last looked at."""

    __tablename__ = "school_month"
    __table_args__ = (
        UniqueConstraint("term_id", "due_on"),
        CheckConstraint("covered BETWEEN 0 AND 10000", name="covered"),
        Index(None, "child_id"),
        Index(None, "due_on"),
    )
    id: UUID = id_column()
    term_id: UUID = of_column("school_term", nullable=False)
    child_id: UUID = ref_column()
    due_on: date = day_column()
    covered: int = number_column()


class SchoolPaymentRow(Row, table=True):
    """Money for a month of school that the education fund is asked for, and what became of it.

    `said` counts what was said of it, `version` is the one of donations' answer that was heard last. What was withdrawn
    or cancelled stays so: if money is needed again, that is another payment of the same month.
    """

    __tablename__ = "school_payment"
    __table_args__ = (
        CheckConstraint("amount > 0", name="amount"),
        Index(None, "month_id"),
        Index(None, "child_id"),
    )
    id: UUID = id_column()
    month_id: UUID = of_column("school_month", nullable=False)
    child_id: UUID = ref_column()
    household_id: UUID = ref_column()
    household_version: int = version_column()
    amount: int = _minor_column()
    currency: str = _currency_column()
    due_on: date = day_column()
    said: int = version_column()
    withdrawn: bool = flag_column()
    version: int = version_column()
    status: str = code_column("")
    set_aside: int = _minor_column()
    paid: int = _minor_column()
    missing: int = _minor_column()
    reason: str = code_column("")


class ReportCardRow(Row, table=True):
    """How a term went: a grade as a code, and how much of a hundred lessons the child attended.

    Append-only: a corrected card is another row, which `replaces` the one that was wrong. A term has one that replaces
    none, and each is replaced once, so one of them counts.
    """

    __tablename__ = "report_card"
    __table_args__ = (
        Index("uq_report_card_first", "term_id", unique=True, postgresql_where=text("replaces IS NULL")),
        UniqueConstraint("replaces"),
        CheckConstraint("attendance BETWEEN 0 AND 100", name="attendance"),
        Index(None, "child_id"),
    )
    id: UUID = id_column()
    term_id: UUID = of_column("school_term", nullable=False)
    child_id: UUID = ref_column()
    grade: str = code_column()
    attendance: int = Field(sa_column=Column(SmallInteger, nullable=False))
    on_day: date = day_column()
    actor: str = actor_column()
    replaces: UUID | None = maybe_of_column("report_card")


class ReportNoteRow(Row, table=True):
    """What a teacher wrote on a report card, for `correspondence` alone."""

    __tablename__ = "report_note"
    report_id: UUID = of_column("report_card", primary_key=True)
    note: str = Field(sa_column=Column(String(2000), nullable=False))


SCHOOL_TERM = table_of(SchoolTermRow)
SCHOOL_MONTH = table_of(SchoolMonthRow)
SCHOOL_PAYMENT = table_of(SchoolPaymentRow)
REPORT_CARD = table_of(ReportCardRow)
REPORT_NOTE = table_of(ReportNoteRow)
