"""Certificates of finished lessons."""

import sqlalchemy as sa
from alembic import op

from shared.database.migrations import no_way_back

revision = "0005"
down_revision = "0004"


def _number(name: str) -> sa.Column[object]:
    return sa.Column(name, sa.Integer(), server_default=sa.text("0"), nullable=False)


def _code(name: str) -> sa.Column[object]:
    return sa.Column(name, sa.String(length=40), nullable=False)


def _day(name: str) -> sa.Column[object]:
    return sa.Column(name, sa.Date(), nullable=False)


def upgrade() -> None:
    op.create_table(
        "certificate",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("place_id", sa.Uuid(), nullable=False),
        sa.Column("year", sa.SmallInteger(), nullable=False),
        _number("number"),
        _code("course"),
        _code("level"),
        _day("starts_on"),
        _day("ends_on"),
        _number("minutes"),
        _number("held"),
        _day("issued_on"),
        sa.Column("actor", sa.String(length=100), nullable=False),
        sa.ForeignKeyConstraint(["place_id"], ["lesson_place.id"], name=op.f("fk_certificate_place_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_certificate")),
        sa.UniqueConstraint("place_id", name=op.f("uq_certificate_place_id")),
        sa.UniqueConstraint("year", "number", name=op.f("uq_certificate_year_number")),
    )


downgrade = no_way_back
