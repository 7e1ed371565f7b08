"""For what quantity the cost of a purchase was said: what an item costs goes by that, not by what came"""

import sqlalchemy as sa
from alembic import op

from shared.database.migrations import no_way_back

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.add_column("purchase", sa.Column("cost_for", sa.BigInteger(), nullable=True))
    # Whether a cost was corrected after less came, nobody kept: the price that was told stays.
    op.execute(
        "UPDATE purchase SET cost_for = CASE WHEN status = 'arrived' AND arrived > 0 THEN arrived ELSE quantity END"
    )
    op.alter_column("purchase", "cost_for", nullable=False)
    op.drop_constraint(op.f("ck_purchase_positive"), "purchase")
    op.create_check_constraint(
        op.f("ck_purchase_positive"), "purchase", "least(quantity, cost, cost_for) > 0 AND arrived >= 0"
    )


downgrade = no_way_back
