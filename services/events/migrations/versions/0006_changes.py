"""How often what a gathering is about was written, so of two who change it the second is told; and who was listed to be
told of an invitation or an offer.
"""

import sqlalchemy as sa
from alembic import op

from shared.database.migrations import no_way_back

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.add_column(
        "gathering", sa.Column("plan_version", sa.Integer(), server_default=sa.text("1"), nullable=False)
    )
    op.add_column("seat", sa.Column("told_on", sa.Date()))


downgrade = no_way_back
