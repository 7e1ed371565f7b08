"""What inventory tells of receipts is kept, and compared with the gifts in kind that acknowledge them"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from shared.database.migrations import no_way_back

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    op.create_table(
        "goods_told",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("goods", postgresql.JSONB(), server_default="[]", nullable=False),
        sa.Column("on_day", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_goods_told")),
    )
    op.add_column("gift_in_kind", sa.Column("acknowledged_on", sa.Date(), nullable=True))


downgrade = no_way_back
