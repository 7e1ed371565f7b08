"""It is kept on which day a gift and a child came together, and up to which day a guardian then agreed to that"""

import sqlalchemy as sa
from alembic import op

from shared.database.migrations import no_way_back

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    for table in ("hold", "sponsorship"):
        # Of those that are there already nobody knows.
        op.add_column(table, sa.Column("joined_on", sa.Date(), nullable=True))
        op.add_column(table, sa.Column("agreed_until", sa.Date(), nullable=True))


downgrade = no_way_back
