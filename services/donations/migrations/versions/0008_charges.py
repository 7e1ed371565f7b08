"""Charges of no payment; conversions have a reference, and may be for an appeal"""

import sqlalchemy as sa
from alembic import op

from shared.database.migrations import no_way_back

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    op.create_table(
        "charge",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("fund", sa.String(length=40), nullable=False),
        sa.Column("place", sa.String(length=40), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("back", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("reference", sa.String(length=100), nullable=False),
        sa.Column("happened_on", sa.Date(), nullable=False),
        sa.Column("undone", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("entry_id", sa.Uuid(), nullable=False),
        sa.Column("actor", sa.String(length=100), nullable=False),
        sa.CheckConstraint("amount > 0", name=op.f("ck_charge_positive")),
        sa.ForeignKeyConstraint(
            ["entry_id"],
            ["entry.id"],
            name=op.f("fk_charge_entry_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_charge")),
    )
    op.create_index(
        "uq_charge_reference",
        "charge",
        ["place", "reference"],
        unique=True,
        postgresql_where=sa.text("NOT undone"),
    )
    op.add_column("conversion", sa.Column("reference", sa.String(length=100), nullable=True))
    op.add_column("conversion", sa.Column("appeal_id", sa.Uuid(), nullable=True))
    op.create_index(
        "uq_conversion_reference",
        "conversion",
        ["place", "reference"],
        unique=True,
        postgresql_where=sa.text("NOT undone AND reference IS NOT NULL"),
    )
    op.create_index(
        op.f("ix_conversion_appeal_id"),
        "conversion",
        ["appeal_id"],
        postgresql_where=sa.text("appeal_id IS NOT NULL"),
    )


downgrade = no_way_back
