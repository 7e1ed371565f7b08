"""A hold that was held off begins no sponsorship before the day on which the two may come together"""

import sqlalchemy as sa
from alembic import op

from shared.database.migrations import no_way_back

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    op.add_column(
        "hold", sa.Column("held_off", sa.Boolean(), server_default=sa.text("false"), nullable=False)
    )
    op.execute("UPDATE hold SET held_off = true WHERE reason = 'held_off'")


downgrade = no_way_back
