"""Who asked for more of a grant than was asked for before: they do not decide about it"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    everybody = sa.Column("raised_by", sa.ARRAY(sa.String(length=100)), server_default="{}", nullable=False)
    op.add_column("grant", everybody)


def downgrade() -> None:
    op.drop_column("grant", "raised_by")
