"""What was written down of incidents lies behind the door to correspondence; who is shown it is kept"""

import sqlalchemy as sa
from alembic import op

from shared.database.migrations import no_way_back

revision = "0011"
down_revision = "0010"

READING = "correspondence_reading"
ONE_THING = "ck_correspondence_reading_of_one_thing"
APPEND_ONLY = """
CREATE TRIGGER incident_note_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON incident_note
FOR EACH STATEMENT EXECUTE FUNCTION append_only()
"""


def upgrade() -> None:
    op.create_table(
        "incident_note",
        sa.Column("incident_id", sa.Uuid(), nullable=False),
        sa.Column("note", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(["incident_id"], ["incident.id"], name=op.f("fk_incident_note_incident_id")),
        sa.PrimaryKeyConstraint("incident_id", name=op.f("pk_incident_note")),
    )
    op.execute("INSERT INTO incident_note SELECT id, note FROM incident")
    op.execute(APPEND_ONLY)
    op.drop_column("incident", "note")
    op.add_column(READING, sa.Column("incident_id", sa.Uuid(), nullable=True))
    op.create_foreign_key(op.f(f"fk_{READING}_incident_id"), READING, "incident", ["incident_id"], ["id"])
    op.drop_constraint(op.f(ONE_THING), READING)
    op.create_check_constraint(
        op.f(ONE_THING), READING, "num_nonnulls(letter_id, report_id, incident_id) = 1"
    )


downgrade = no_way_back
