"""Somebody says that a gift in kind is right so; whether it was known who asked when people agreed to a grant"""

import sqlalchemy as sa
from alembic import op

from shared.database.migrations import no_way_back

revision = "0019"
down_revision = "0018"

# Nobody kept when those of before were acknowledged: there is time to look at them from now on.
FROM_NOW_ON = """
UPDATE gift_in_kind SET acknowledged_on = coalesce((SELECT max(processed) FROM day), current_date)
WHERE acknowledged_on IS NULL
"""
# Who asked for what schools cost was not told then.
UNKNOWN = """
UPDATE approval SET asker_known = false FROM "grant" WHERE "grant".id = approval.grant_id AND "grant".asked_by = ''
"""


def upgrade() -> None:
    known = sa.Column("asker_known", sa.Boolean(), server_default=sa.text("true"), nullable=False)
    op.add_column("approval", known)
    op.execute(UNKNOWN)
    op.execute(FROM_NOW_ON)
    op.alter_column("gift_in_kind", "acknowledged_on", nullable=False)
    op.create_table(
        "goods_seen",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("note", sa.String(length=200), nullable=False),
        sa.Column("actor", sa.String(length=100), nullable=False),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(["id"], ["gift_in_kind.id"], name=op.f("fk_goods_seen_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_goods_seen")),
    )


downgrade = no_way_back
