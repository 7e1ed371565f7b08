"""Of a member who agrees to speak in public: whether they are of age, and in which household they are."""

import sqlalchemy as sa
from alembic import op

from shared.database.migrations import no_way_back

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.add_column("consent", sa.Column("household_id", sa.Uuid()))
    op.add_column("consent", sa.Column("of_age", sa.Boolean()))


downgrade = no_way_back
