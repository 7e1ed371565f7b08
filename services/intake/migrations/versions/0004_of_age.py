"""Whether somebody who speaks in public is of age, as the other services were told last."""

import sqlalchemy as sa
from alembic import op

from shared.database.migrations import no_way_back

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.add_column("consent", sa.Column("of_age", sa.Boolean()))


downgrade = no_way_back
