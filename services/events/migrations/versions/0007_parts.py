"""What tells the needs of one gathering apart may name a variety and a topic too."""

import sqlalchemy as sa
from alembic import op

from shared.database.migrations import no_way_back

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    op.alter_column("need", "part", type_=sa.String(length=200))


downgrade = no_way_back
