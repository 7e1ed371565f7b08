"""In which country a payee of a grant is"""

import sqlalchemy as sa
from alembic import op

from shared.database.migrations import no_way_back

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    # Nobody knows any more where those of before were.
    op.add_column("payout", sa.Column("country", sa.String(length=2), server_default="", nullable=False))


downgrade = no_way_back
