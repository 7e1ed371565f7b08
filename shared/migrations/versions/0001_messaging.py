"""Outbox, inbox, journal, day and answers."""

from alembic import op
from faststream_outbox import outbox_autovacuum_ddl

from shared.database import answer, day, inbox, journal, messaging, outbox, target

revision = "0001"
down_revision = None

TABLES = [outbox, inbox, journal, day, answer, target]

APPEND_ONLY = """
CREATE FUNCTION append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME;
END $$
"""
MONTHLY = """
CREATE FUNCTION journal_month(day date) RETURNS void LANGUAGE plpgsql AS $$
DECLARE first date := date_trunc('month', day);
BEGIN
    EXECUTE format('CREATE TABLE IF NOT EXISTS %I PARTITION OF journal FOR VALUES FROM (%L) TO (%L)',
        'journal_' || to_char(first, 'YYYY_MM'), first::timestamptz, (first + interval '1 month')::timestamptz);
END $$
"""
HOLD_DAY = """
CREATE FUNCTION hold_day(alone boolean) RETURNS date LANGUAGE plpgsql AS $$
BEGIN
    IF alone THEN PERFORM pg_advisory_xact_lock(20060901); ELSE PERFORM pg_advisory_xact_lock_shared(20060901); END IF;
    RETURN (SELECT processed FROM day);  -- a snapshot taken after the lock was had
END $$
"""


def upgrade() -> None:
    messaging.create_all(op.get_bind(), tables=TABLES, checkfirst=False)
    op.execute(outbox_autovacuum_ddl("outbox"))
    op.execute(APPEND_ONLY)
    op.execute("CREATE TRIGGER journal_append_only BEFORE UPDATE ON journal FOR EACH ROW EXECUTE FUNCTION append_only()")
    op.execute(MONTHLY)
    op.execute(HOLD_DAY)


def downgrade() -> None:
    messaging.drop_all(op.get_bind(), tables=TABLES)
    op.execute("DROP FUNCTION hold_day; DROP FUNCTION journal_month; DROP FUNCTION append_only")
