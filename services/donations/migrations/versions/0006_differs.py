"""A row of PayPal's list that is different says in what"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from shared.database.migrations import no_way_back

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    # A row that was compared before says it once the list is compared again, which may be done at any time.
    op.add_column("finding", sa.Column("differs", JSONB(), server_default="[]", nullable=False))


downgrade = no_way_back
