"""Who asked for more money than was asked for before: nobody decides about what they asked for."""

import sqlalchemy as sa
from alembic import op

from shared.database.migrations import no_way_back

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    # Nobody knows any more who changed the requests of before.
    everybody = sa.Column("raised_by", sa.ARRAY(sa.String(length=100)), server_default="{}", nullable=False)
    op.add_column("grant_request", everybody)


downgrade = no_way_back
