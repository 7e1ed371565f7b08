"""How sure the word is by which a payment has its day"""

import sqlalchemy as sa
from alembic import op

from shared.database.migrations import no_way_back

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    # By which road the days of before were told nobody knows any more: they stay.
    sure = sa.Column("day_sure", sa.SmallInteger(), server_default=sa.text("9"), nullable=False)
    op.add_column("payment", sure)


downgrade = no_way_back
