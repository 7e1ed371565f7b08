"""Parked messages that an operator gave up."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_table(
        "discard",
        sa.Column("message_id", sa.String(200), nullable=False),
        sa.Column("digest", sa.LargeBinary(16), nullable=False),
        sa.Column("contract", sa.String(100), nullable=False),
        sa.Column("subject", sa.String(200), nullable=False),
        sa.Column("reason", sa.String(500), nullable=False),
        sa.Column("discarded_by", sa.String(100), nullable=False),
        sa.Column("discarded_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now()),
        sa.PrimaryKeyConstraint("message_id", "digest", name="pk_discard"),
    )
    op.execute(
        "CREATE TRIGGER discard_append_only BEFORE UPDATE OR DELETE ON discard FOR EACH ROW EXECUTE FUNCTION append_only()"
    )


def downgrade() -> None:
    op.drop_table("discard")
