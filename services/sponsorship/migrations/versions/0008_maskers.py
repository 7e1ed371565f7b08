"""All who ever masked a letter are kept: none of them checks it."""

import sqlalchemy as sa
from alembic import op

from shared.database.migrations import no_way_back

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    everybody = sa.Column("maskers", sa.ARRAY(sa.String(length=100)), server_default="{}", nullable=False)
    op.add_column("letter", everybody)
    op.execute("UPDATE letter SET maskers = ARRAY[masked_by] WHERE masked_by <> ''")


downgrade = no_way_back
