"""What guests, speakers and helpers are still to be told: their gathering was moved or called off, their task is gone.

Of gatherings to come that were called off before, everybody is listed once; of those whose day is over nobody is. What
was offered to volunteers of whom 0005 learned that they are never written to is looked at at once, not on the next day.
"""

import sqlalchemy as sa
from alembic import op

from shared.database.migrations import no_way_back

revision = "0008"
down_revision = "0007"

OVER = """CASE WHEN gathering.starts_on < coalesce((SELECT max(processed) FROM day), current_date)
    THEN gathering.starts_on END"""
SEATS = f"""
UPDATE seat SET news = 'called_off', told_on = {OVER} FROM gathering
WHERE gathering.id = seat.gathering_id AND seat.state = 'called_off' AND seat.number > 0
"""  # noqa: S608, ours
SLOTS = f"""
UPDATE slot SET news = 'called_off', told_on = {OVER} FROM gathering
WHERE gathering.id = slot.gathering_id AND slot.reason = 'gathering_cancelled'
"""  # noqa: S608, ours
HELPERS = f"""
UPDATE assignment SET news = 'freed', told_on = {OVER} FROM need JOIN gathering ON gathering.id = need.gathering_id
WHERE need.id = assignment.need_id AND assignment.reason = 'gathering_cancelled'
"""  # noqa: S608, ours
LOOK_AGAIN = """
INSERT INTO timer (key, name, payload, due_at, ready_at)
SELECT 'settle_helpers', 'settle_helpers', '{}', now(), now() WHERE EXISTS (
    SELECT FROM assignment JOIN volunteer ON volunteer.id = volunteer_id
    WHERE volunteer.no_contact AND assignment.state = 'offered')
ON CONFLICT DO NOTHING
"""


def upgrade() -> None:
    for table in ("seat", "slot", "assignment"):
        op.add_column(table, sa.Column("news", sa.String(40), server_default="", nullable=False))
    for table in ("slot", "assignment"):
        op.add_column(table, sa.Column("told_on", sa.Date()))
    for statement in (SEATS, SLOTS, HELPERS, LOOK_AGAIN):
        op.execute(statement)


downgrade = no_way_back
