"""Who raised the fee of a term: nobody decides about money that they asked for"""

import sqlalchemy as sa
from alembic import op

from shared.database.migrations import no_way_back

revision = "0013"
down_revision = "0012"

# Donations knows of none of these who asked for it: a timer of the service says each that is open once more.
TELL_AGAIN = """
INSERT INTO timer (key, name, payload, due_at, ready_at)
SELECT 'tell_asker ' || id, 'tell_asker', jsonb_build_object('payment', id), now(), now() FROM school_payment
WHERE NOT withdrawn AND status NOT IN ('paid', 'refused', 'settled', 'cancelled')
"""


def upgrade() -> None:
    # Nobody knows any more who changed the fees of before; who wrote the term down stands there.
    everybody = sa.Column("raised_by", sa.ARRAY(sa.String(length=100)), server_default="{}", nullable=False)
    op.add_column("school_term", everybody)
    op.execute(TELL_AGAIN)


downgrade = no_way_back
