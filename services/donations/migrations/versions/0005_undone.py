"""Decisions, coverings and payments of grants can be undone"""

import sqlalchemy as sa
from alembic import op

from shared.database.migrations import no_way_back

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    for table in ("decision", "payout"):
        undone = sa.Column("undone", sa.Boolean(), server_default=sa.text("false"), nullable=False)
        op.add_column(table, undone)
    op.drop_constraint("uq_payout_place_reference", "payout", type_="unique")
    counts = sa.text("NOT undone")
    op.create_index(
        "uq_payout_reference", "payout", ["place", "reference"], unique=True, postgresql_where=counts
    )


downgrade = no_way_back
