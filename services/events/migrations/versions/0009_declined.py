"""What a need was that somebody declined: once it is on other days they are asked again.

Of who declined before, it is kept when the need changes next: until then nobody is asked again.
"""

import sqlalchemy as sa
from alembic import op

from shared.database.migrations import no_way_back

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    op.add_column("assignment", sa.Column("declined", sa.String(64), server_default="", nullable=False))


downgrade = no_way_back
