"""Which price somebody set, and when purchases were ordered: what an item costs is what was paid for it last"""

import sqlalchemy as sa
from alembic import op

from shared.database.migrations import no_way_back

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_table(
        "price_set",
        sa.Column("item", sa.String(length=40), nullable=False),
        sa.Column("minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("per", sa.BigInteger(), nullable=False),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.String(length=100), nullable=False),
        sa.CheckConstraint("least(minor, per) > 0", name=op.f("ck_price_set_positive")),
        sa.PrimaryKeyConstraint("item", name=op.f("pk_price_set")),
    )
    # All prices of before were set by somebody. When something was ordered nobody knows: that says no price.
    op.execute(
        "INSERT INTO price_set SELECT item, minor, currency, per, on_day, "
        "CAST(on_day AS timestamp) AT TIME ZONE 'UTC', actor FROM price"
    )
    op.add_column("purchase", sa.Column("ordered_on", sa.Date(), nullable=True))
    op.add_column("purchase", sa.Column("ordered_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index(
        op.f("ix_purchase_item_ordered_on"),
        "purchase",
        ["item", "ordered_on"],
        postgresql_where=sa.text("ordered_on IS NOT NULL"),
    )


downgrade = no_way_back
