"""Versions that whoever changes something names; incidents are looked at, corrected and withdrawn."""

import sqlalchemy as sa
from alembic import op

from shared.database.migrations import no_way_back

revision = "0009"
down_revision = "0008"

COUNTED = (
    *(("letter", "version"), ("school_term", "version"), ("course", "version"), ("lesson", "version")),
    *(("sponsor", "vetting_version"), ("learner", "test_version")),
)
INCIDENT = "incident"
APPEND_ONLY = """
CREATE TRIGGER incident_end_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON incident_end
FOR EACH STATEMENT EXECUTE FUNCTION append_only()
"""


def upgrade() -> None:
    for table, column in COUNTED:
        op.add_column(table, sa.Column(column, sa.Integer(), server_default=sa.text("0"), nullable=False))
    op.alter_column(INCIDENT, "donor_id", nullable=True)
    flag = sa.Column("strangers", sa.Boolean(), server_default=sa.text("false"), nullable=False)
    op.add_column(INCIDENT, flag)
    op.add_column(INCIDENT, sa.Column("replaces", sa.Uuid(), nullable=True))
    op.create_foreign_key(op.f("fk_incident_replaces"), INCIDENT, INCIDENT, ["replaces"], ["id"])
    op.create_unique_constraint(op.f("uq_incident_replaces"), INCIDENT, ["replaces"])
    op.create_check_constraint(op.f("ck_incident_of_somebody"), INCIDENT, "strangers OR donor_id IS NOT NULL")
    op.create_table(
        "incident_end",
        sa.Column("incident_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.Column("actor", sa.String(length=100), nullable=False),
        sa.ForeignKeyConstraint(["incident_id"], ["incident.id"], name=op.f("fk_incident_end_incident_id")),
        sa.PrimaryKeyConstraint("incident_id", "state", name=op.f("pk_incident_end")),
    )
    op.execute(APPEND_ONLY)
    # Those that were written down before stopped no letter.
    op.execute("INSERT INTO incident_end SELECT id, 'settled', on_day, actor FROM incident")


downgrade = no_way_back
