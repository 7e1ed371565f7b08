"""Why a consent ended by itself."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.add_column("consent_step", sa.Column("ended", sa.String(length=40)))
