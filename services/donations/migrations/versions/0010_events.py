"""PayPal's own id of the event that a notice tells of; an event that is sent again is not kept twice"""

import sqlalchemy as sa
from alembic import op

from shared.database.migrations import no_way_back

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    # Of notices of before nobody knows the event: what they said is sealed.
    op.add_column("notice", sa.Column("event_id", sa.String(length=100), nullable=True))
    op.add_column("notice", sa.Column("again", sa.Boolean(), server_default=sa.text("false"), nullable=False))
    op.create_index(
        "uq_notice_event",
        "notice",
        ["event_id", "digest"],
        unique=True,
        postgresql_where=sa.text("NOT again AND event_id IS NOT NULL"),
    )


downgrade = no_way_back
