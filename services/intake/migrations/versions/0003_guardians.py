"""Why a consent ended by itself."""

import sqlalchemy as sa
from alembic import op

from shared.database.migrations import no_way_back

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.add_column("consent_step", sa.Column("ended", sa.String(length=40)))


downgrade = no_way_back
