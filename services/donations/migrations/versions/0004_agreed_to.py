"""Money is set aside for grants that were agreed to, and for no others"""

import sqlalchemy as sa
from alembic import op

from shared.database.migrations import no_way_back

revision = "0004"
down_revision = "0003"

# What was agreed to follows from the limits, which only the service knows: a timer of it decides anew about all grants
# that go on. Until then what was paid or carried was agreed to, and nothing more is set aside.
DECIDE_ANEW = """
INSERT INTO timer (key, name, payload, due_at, ready_at)
SELECT 'decide_grants', 'decide_grants', '{}', now(), now() WHERE EXISTS (SELECT FROM "grant" WHERE ended = '')
"""


def upgrade() -> None:
    amount = sa.Column("agreed_to", sa.BigInteger(), server_default=sa.text("0"), nullable=False)
    op.add_column("grant", amount)
    op.execute('UPDATE "grant" SET agreed_to = paid + carried')
    op.drop_index("ix_grant_missing", "grant")
    due = sa.text("ended = '' AND agreed_to > set_aside + carried + paid")
    op.create_index("ix_grant_due", "grant", ["fund", "currency"], postgresql_where=due)
    undecided = sa.text("ended = '' AND agreed_to < wanted")
    op.create_index("ix_grant_undecided", "grant", ["urgency", "asked_on", "id"], postgresql_where=undecided)
    op.execute(DECIDE_ANEW)


downgrade = no_way_back
