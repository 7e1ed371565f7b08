"""Translators of letters are asked of events as teachers are."""

import sqlalchemy as sa
from alembic import op

from shared.database.migrations import no_way_back

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    need = "helper_need"
    op.add_column(need, sa.Column("open", sa.Boolean(), server_default=sa.text("true"), nullable=False))
    op.add_column(need, sa.Column("letter_id", sa.Uuid(), nullable=True))
    op.add_column(need, sa.Column("translate_into", sa.String(length=10), server_default="", nullable=False))
    op.add_column(need, sa.Column("asked_on", sa.Date(), nullable=True))
    op.add_column(need, sa.Column("due_on", sa.Date(), nullable=True))
    op.execute("UPDATE helper_need SET open = state <> 'cancelled' FROM course WHERE course.id = course_id")
    op.create_foreign_key(op.f("fk_helper_need_letter_id"), need, "letter", ["letter_id"], ["id"])
    op.create_index(
        "ix_helper_need_letter_id", need, ["letter_id"], unique=True, postgresql_where=sa.text("open")
    )
    op.create_check_constraint(
        op.f("ck_helper_need_of_one_thing"), need, "course_id IS NULL OR letter_id IS NULL"
    )


downgrade = no_way_back
