"""Who is still to be told something is found without a look at whoever was told before."""

import sqlalchemy as sa
from alembic import op

from shared.database.migrations import no_way_back

revision = "0010"
down_revision = "0009"

UNTOLD = sa.text("news <> '' AND told_on IS NULL")


def upgrade() -> None:
    op.create_index("ix_seat_untold", "seat", ["gathering_id"], postgresql_where=UNTOLD)
    op.create_index("ix_assignment_untold", "assignment", ["need_id"], postgresql_where=UNTOLD)


downgrade = no_way_back
