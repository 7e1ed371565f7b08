"""Since when gifts are at risk, by each fact that was heard; who ended a sponsorship; corrected report cards."""

import sqlalchemy as sa
from alembic import op

from shared.database.migrations import no_way_back

revision = "0007"
down_revision = "0006"

# Of the facts that were heard before nothing but the newest one is known.
_NEWEST = """
    INSERT INTO gift_told (gift_id, version, at_risk, on_day)
    SELECT id, version, status = 'at_risk', on_day FROM gift WHERE version > 0 AND on_day IS NOT NULL
"""
_SINCE = "UPDATE gift SET failing_since = on_day WHERE status = 'at_risk' AND version > 0"


def upgrade() -> None:
    op.create_table(
        "gift_told",
        sa.Column("gift_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at_risk", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("gift_id", "version", name=op.f("pk_gift_told")),
    )
    op.add_column("gift", sa.Column("failing_since", sa.Date(), nullable=True))
    op.execute(_NEWEST)
    op.execute(_SINCE)
    op.add_column("sponsorship", sa.Column("ended_by", sa.String(length=100), nullable=True))
    op.drop_constraint(op.f("uq_report_card_term_id"), "report_card", type_="unique")
    op.add_column("report_card", sa.Column("replaces", sa.Uuid(), nullable=True))
    op.create_foreign_key(op.f("fk_report_card_replaces"), "report_card", "report_card", ["replaces"], ["id"])
    op.create_unique_constraint(op.f("uq_report_card_replaces"), "report_card", ["replaces"])
    first = sa.text("replaces IS NULL")
    op.create_index("uq_report_card_first", "report_card", ["term_id"], unique=True, postgresql_where=first)


downgrade = no_way_back
