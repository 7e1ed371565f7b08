"""Others are told what came in under each receipt, and what of it was undone"""

import sqlalchemy as sa
from alembic import op

from shared.database.migrations import no_way_back

revision = "0004"
down_revision = "0003"

# Of what came in before that, a timer of the service tells.
TELL_OLD = """
INSERT INTO timer (key, name, payload, due_at, ready_at)
SELECT 'tell_receipts', 'tell_receipts', '{}', now(), now() WHERE EXISTS (SELECT FROM receipt)
"""


def upgrade() -> None:
    version = sa.Column("version", sa.Integer(), server_default=sa.text("0"), nullable=False)
    op.add_column("receipt", version)
    op.create_index("ix_receipt_untold", "receipt", ["id"], postgresql_where=sa.text("version = 0"))
    op.execute(TELL_OLD)


downgrade = no_way_back
