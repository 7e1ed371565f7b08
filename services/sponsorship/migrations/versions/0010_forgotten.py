"""Words and pictures of letters are removed some time after the sponsorship is over."""

import sqlalchemy as sa
from alembic import op

from shared.database.migrations import no_way_back

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    op.add_column("letter", sa.Column("forgotten_on", sa.Date(), nullable=True))
    kept = sa.text("forgotten_on IS NULL")
    op.create_index("ix_letter_kept", "letter", ["ended_on"], postgresql_where=kept)
    op.create_check_constraint(
        op.f("ck_letter_forgotten_after_its_end"), "letter", "forgotten_on >= ended_on"
    )


downgrade = no_way_back
