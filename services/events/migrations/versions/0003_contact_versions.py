"""How often each contact was written: so of two who change one at the same time the second is told."""

import sqlalchemy as sa
from alembic import op

from shared.database.migrations import no_way_back

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.add_column("contact", sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False))


downgrade = no_way_back
