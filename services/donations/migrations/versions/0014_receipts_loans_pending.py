"""Receipts of what was paid of grants; what pays a loan back; payments that PayPal says are pending"""

import sqlalchemy as sa
from alembic import op

from shared.database.migrations import no_way_back

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    words = {"server_default": "", "nullable": False}
    op.add_column("payout", sa.Column("receipt", sa.String(length=40), **words))
    op.add_column("payout", sa.Column("no_receipt", sa.String(length=40), **words))
    # Nobody was asked for those of before.
    op.execute("UPDATE payout SET no_receipt = 'not_asked' WHERE amount > 0")
    op.add_column("decision", sa.Column("pays_back", sa.Uuid(), nullable=True))
    op.create_foreign_key(op.f("fk_decision_pays_back"), "decision", "decision", ["pays_back"], ["id"])
    op.create_index(
        op.f("ix_decision_pays_back"),
        "decision",
        ["pays_back"],
        postgresql_where=sa.text("pays_back IS NOT NULL"),
    )
    op.create_table(
        "pending_payment",
        sa.Column("provider", sa.String(length=40), nullable=False),
        sa.Column("transaction_id", sa.String(length=100), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.String(length=100), **words),
        sa.Column("happened_on", sa.Date(), nullable=False),
        sa.Column("as_of", sa.DateTime(timezone=True), nullable=False),
        sa.Column("denied", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.PrimaryKeyConstraint("provider", "transaction_id", name=op.f("pk_pending_payment")),
    )
    op.create_index(
        op.f("ix_pending_payment_happened_on"),
        "pending_payment",
        ["happened_on"],
        postgresql_where=sa.text("NOT denied"),
    )


downgrade = no_way_back
