"""Who asked for more of a grant than was asked for before: they do not decide about it"""

import sqlalchemy as sa
from alembic import op

from shared.database.migrations import no_way_back

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    everybody = sa.Column("raised_by", sa.ARRAY(sa.String(length=100)), server_default="{}", nullable=False)
    op.add_column("grant", everybody)


downgrade = no_way_back
