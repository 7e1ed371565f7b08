"""Who raised the fee of a term: nobody decides about money that they asked for"""

import sqlalchemy as sa
from alembic import op

from shared.database.migrations import no_way_back

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    # Nobody knows any more who changed the fees of before; who wrote the term down stands there.
    everybody = sa.Column("raised_by", sa.ARRAY(sa.String(length=100)), server_default="{}", nullable=False)
    op.add_column("school_term", everybody)


downgrade = no_way_back
