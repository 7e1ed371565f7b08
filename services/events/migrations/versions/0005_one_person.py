"""Which donors are one person; and which volunteers and fieldworkers are never written to, like guests."""

import sqlalchemy as sa
from alembic import op

from shared.database.migrations import no_way_back

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.create_table(
        "donor_link",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("kept_id", sa.Uuid(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_donor_link")),
    )
    op.create_index(op.f("ix_donor_link_kept_id"), "donor_link", ["kept_id"])
    for table in ("volunteer", "speaker"):
        no_contact = sa.Column("no_contact", sa.Boolean(), server_default=sa.text("false"), nullable=False)
        op.add_column(table, no_contact)
        op.execute(
            f"UPDATE {table} SET no_contact = true FROM guest WHERE guest.id = contact_id AND guest.no_contact"  # noqa: S608, ours
        )


downgrade = no_way_back
