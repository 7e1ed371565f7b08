"""Of two who come together it is kept who the sponsor was, and whether a place was left for those who may come back"""

import sqlalchemy as sa
from alembic import op

from shared.database.migrations import no_way_back

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    for table in ("hold", "sponsorship"):
        # Of those that are there already nobody knows.
        op.add_column(table, sa.Column("joined_by", sa.ARRAY(sa.Uuid()), nullable=True))
        op.add_column(table, sa.Column("spare", sa.Integer(), nullable=True))
    op.create_index("ix_sponsor_person", "sponsor", [sa.text("coalesce(kept_id, id)")])


downgrade = no_way_back
