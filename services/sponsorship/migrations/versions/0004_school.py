"""Terms of school, what the education fund is asked for, and report cards."""

import sqlalchemy as sa
from alembic import op

from shared.database.migrations import no_way_back

revision = "0004"
down_revision = "0003"


def _id(name: str) -> sa.Column[object]:
    return sa.Column(name, sa.Uuid(), nullable=False)


def _code(name: str, default: str | None = None) -> sa.Column[object]:
    return sa.Column(name, sa.String(length=40), server_default=default, nullable=False)


def _minor(name: str) -> sa.Column[object]:
    return sa.Column(name, sa.BigInteger(), server_default=sa.text("0"), nullable=False)


def _number(name: str) -> sa.Column[object]:
    return sa.Column(name, sa.Integer(), server_default=sa.text("0"), nullable=False)


def upgrade() -> None:
    op.create_table(
        "school_term",
        _id("id"),
        _id("child_id"),
        _code("level"),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        _minor("fee"),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("actor", sa.String(length=100), nullable=False),
        sa.CheckConstraint("starts_on <= ends_on", name=op.f("ck_school_term_in_order")),
        sa.CheckConstraint("fee >= 0", name=op.f("ck_school_term_fee")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_school_term")),
    )
    op.create_table(
        "school_month",
        _id("id"),
        _id("term_id"),
        _id("child_id"),
        sa.Column("due_on", sa.Date(), nullable=False),
        _number("covered"),
        sa.CheckConstraint("covered BETWEEN 0 AND 10000", name=op.f("ck_school_month_covered")),
        sa.ForeignKeyConstraint(["term_id"], ["school_term.id"], name=op.f("fk_school_month_term_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_school_month")),
        sa.UniqueConstraint("term_id", "due_on", name=op.f("uq_school_month_term_id_due_on")),
    )
    op.create_table(
        "school_payment",
        _id("id"),
        _id("month_id"),
        _id("child_id"),
        _id("household_id"),
        _number("household_version"),
        _minor("amount"),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        _number("said"),
        sa.Column("withdrawn", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        _number("version"),
        _code("status", ""),
        _minor("set_aside"),
        _minor("paid"),
        _minor("missing"),
        _code("reason", ""),
        sa.CheckConstraint("amount > 0", name=op.f("ck_school_payment_amount")),
        sa.ForeignKeyConstraint(["month_id"], ["school_month.id"], name=op.f("fk_school_payment_month_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_school_payment")),
    )
    op.create_table(
        "report_card",
        _id("id"),
        _id("term_id"),
        _id("child_id"),
        _code("grade"),
        sa.Column("attendance", sa.SmallInteger(), nullable=False),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.Column("actor", sa.String(length=100), nullable=False),
        sa.CheckConstraint("attendance BETWEEN 0 AND 100", name=op.f("ck_report_card_attendance")),
        sa.ForeignKeyConstraint(["term_id"], ["school_term.id"], name=op.f("fk_report_card_term_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report_card")),
        sa.UniqueConstraint("term_id", name=op.f("uq_report_card_term_id")),
    )
    op.create_table(
        "report_note",
        _id("report_id"),
        sa.Column("note", sa.String(length=2000), nullable=False),
        sa.ForeignKeyConstraint(["report_id"], ["report_card.id"], name=op.f("fk_report_note_report_id")),
        sa.PrimaryKeyConstraint("report_id", name=op.f("pk_report_note")),
    )
    for table in ("school_term", "school_month", "school_payment", "report_card"):
        op.create_index(op.f(f"ix_{table}_child_id"), table, ["child_id"], unique=False)
    op.create_index(op.f("ix_school_month_due_on"), "school_month", ["due_on"], unique=False)
    op.create_index(op.f("ix_school_payment_month_id"), "school_payment", ["month_id"], unique=False)
    _read_reports_too()


def _read_reports_too() -> None:
    reading = "correspondence_reading"
    op.alter_column(reading, "letter_id", nullable=True)
    op.add_column(reading, sa.Column("report_id", sa.Uuid(), nullable=True))
    op.create_foreign_key(op.f(f"fk_{reading}_report_id"), reading, "report_card", ["report_id"], ["id"])
    op.create_check_constraint(
        op.f(f"ck_{reading}_of_one_thing"), reading, "(letter_id IS NULL) <> (report_id IS NULL)"
    )


downgrade = no_way_back
