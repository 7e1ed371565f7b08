"""Conversions have rows of their own: one can be undone, and says why its rate was meant"""

import sqlalchemy as sa
from alembic import op

from shared.database.migrations import no_way_back

revision = "0003"
down_revision = "0002"

# Of what was booked before, the entries tell it: what left the place, and what came there.
FROM_ENTRIES = """
INSERT INTO conversion (id, fund, place, currency, amount, into_currency, got, happened_on, entry_id, actor)
SELECT entry.id, gave.fund, place.kind, gave.currency, gave.amount, came.currency, -came.amount, entry.happened_on,
    entry.id, entry.actor
FROM entry
JOIN (SELECT posting.entry_id, posting.amount, account.fund, account.currency
    FROM posting JOIN account ON account.code = posting.account
    WHERE account.kind = 'exchange' AND posting.amount > 0) gave ON gave.entry_id = entry.id
JOIN (SELECT posting.entry_id, posting.amount, account.currency
    FROM posting JOIN account ON account.code = posting.account
    WHERE account.kind = 'exchange' AND posting.amount < 0) came ON came.entry_id = entry.id
JOIN (SELECT posting.entry_id, account.kind
    FROM posting JOIN account ON account.code = posting.account
    WHERE account.kind IN ('cash', 'bank', 'paypal') AND posting.amount < 0) place ON place.entry_id = entry.id
WHERE entry.kind = 'converted'
"""


def upgrade() -> None:
    op.create_table(
        "conversion",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("fund", sa.String(length=40), nullable=False),
        sa.Column("place", sa.String(length=40), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("into_currency", sa.String(length=3), nullable=False),
        sa.Column("got", sa.BigInteger(), nullable=False),
        sa.Column("happened_on", sa.Date(), nullable=False),
        sa.Column("note", sa.String(length=200), nullable=True),
        sa.Column("undone", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("entry_id", sa.Uuid(), nullable=False),
        sa.Column("actor", sa.String(length=100), nullable=False),
        sa.CheckConstraint("amount > 0 AND got > 0", name=op.f("ck_conversion_positive")),
        sa.CheckConstraint("currency <> into_currency", name=op.f("ck_conversion_of_two_currencies")),
        sa.ForeignKeyConstraint(
            ["entry_id"],
            ["entry.id"],
            name=op.f("fk_conversion_entry_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_conversion")),
    )
    op.create_index(op.f("ix_conversion_entry_id"), "conversion", ["entry_id"], unique=True)
    op.execute(FROM_ENTRIES)


downgrade = no_way_back
