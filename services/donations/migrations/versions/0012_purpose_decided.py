"""Of which payments staff said what they are for, or that it is not what a mark says"""

import sqlalchemy as sa
from alembic import op

from shared.database.migrations import no_way_back

revision = "0012"
down_revision = "0011"

# Money of a payment without a subscription is moved by a later notice, which happens once, or by staff. Who of them did
# it cannot be told any more, and staff may take back what they gave.
DECIDED = """
UPDATE payment SET purpose_decided = true WHERE subscription IS NULL AND appeal_id IS NULL
    AND EXISTS (SELECT FROM entry WHERE entry.document_id = payment.id AND entry.kind = 'moved')
"""


def upgrade() -> None:
    decided = sa.Column("purpose_decided", sa.Boolean(), server_default=sa.text("false"), nullable=False)
    op.add_column("payment", decided)
    op.execute(DECIDED)


downgrade = no_way_back
