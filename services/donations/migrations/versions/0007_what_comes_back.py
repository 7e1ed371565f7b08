"""What was reversed may come back; why PayPal holds money; of which refund a notice is; who has seen a notice"""

import sqlalchemy as sa
from alembic import op

from shared.database.migrations import no_way_back

revision = "0007"
down_revision = "0006"

RESTORED = {"restored_on": sa.Date(), "restored": sa.BigInteger(), "restored_fee": sa.BigInteger()}


def upgrade() -> None:
    for name, kind in RESTORED.items():
        op.add_column("payment", sa.Column(name, kind, nullable=True))
    words = {"server_default": "", "nullable": False}
    op.add_column("payment", sa.Column("hold_reason", sa.String(length=100), **words))
    op.add_column("notice", sa.Column("refund_id", sa.String(length=100), nullable=True))
    op.add_column("notice", sa.Column("actor", sa.String(length=100), **words))
    op.create_index(
        op.f("ix_notice_refund_id"),
        "notice",
        ["refund_id"],
        postgresql_where=sa.text("outcome = 'waiting' AND refund_id IS NOT NULL"),
    )


downgrade = no_way_back
