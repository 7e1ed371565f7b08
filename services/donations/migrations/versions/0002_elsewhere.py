"""Members and merged donors are told; what sponsorship tells of gifts, and events of guests"""

import sqlalchemy as sa
from alembic import op

from shared.database.migrations import no_way_back

revision = "0002"
down_revision = "0001"

# Who was a member, or merged, before the others were told of it: a timer of the service tells them.
TELL_OLD = """
INSERT INTO timer (key, name, payload, due_at, ready_at)
SELECT 'tell_donors', 'tell_donors', '{}', now(), now() WHERE EXISTS (SELECT FROM donor)
"""


def upgrade() -> None:
    for column in ("membership_said", "link_said"):
        version = sa.Column(column, sa.Integer(), server_default=sa.text("0"), nullable=False)
        op.add_column("donor", version)
    op.create_table(
        "gift_placed",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("placed", sa.SmallInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("wanted", sa.SmallInteger(), server_default=sa.text("0"), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_gift_placed"),
    )
    op.create_table(
        "contact_offered",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("language", sa.String(length=10), server_default="", nullable=False),
        sa.Column("purposes", sa.ARRAY(sa.String(length=40)), server_default="{}", nullable=False),
        sa.Column("offered", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("on_day", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_contact_offered"),
    )
    op.execute(TELL_OLD)


downgrade = no_way_back
