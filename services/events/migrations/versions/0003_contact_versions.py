"""How often each contact was written: so of two who change one at the same time the second is told."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.add_column("contact", sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False))
