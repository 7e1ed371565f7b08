"""Outbox, inbox, journal, feeds, day, timers, answers, targets of the plan, and parked messages given up."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from shared.database.migrations import no_way_back

revision = "0001"
down_revision = None


APPEND_ONLY = """
CREATE FUNCTION append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME;
END $$
"""
MONTHLY = """
CREATE FUNCTION journal_month(day date) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE first date := date_trunc('month', day);
DECLARE part text := 'journal_' || to_char(first, 'YYYY_MM');
BEGIN
    IF to_regclass(part) IS NOT NULL THEN RETURN true; END IF;
    PERFORM pg_advisory_xact_lock(20060902);  -- two who make it at once would fail on its name
    EXECUTE format(
        'CREATE TABLE IF NOT EXISTS %I PARTITION OF journal FOR VALUES FROM (%L) TO (%L)',
        part, first::timestamptz, (first + interval '1 month')::timestamptz);
    RETURN false;
END $$
"""
HOLD_DAY = """
CREATE FUNCTION hold_day(alone boolean) RETURNS SETOF day LANGUAGE plpgsql ROWS 1 AS $$
BEGIN
    IF alone THEN PERFORM pg_advisory_xact_lock(20060901); ELSE PERFORM pg_advisory_xact_lock_shared(20060901); END IF;
    RETURN QUERY SELECT * FROM day;  -- a snapshot taken after the lock was had
END $$
"""
# Whoever writes a row, by whatever way, wakes the relays.
WAKE = """
CREATE FUNCTION wake_relays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NOTIFY outbox;
    RETURN NULL;
END $$;
"""
WAKING = """
CREATE TRIGGER outbox_wakes AFTER INSERT ON outbox FOR EACH STATEMENT EXECUTE FUNCTION wake_relays()
"""
KEEP = """
CREATE TRIGGER {name}_append_only BEFORE {what} ON {name}
FOR EACH ROW EXECUTE FUNCTION append_only()
"""

# Rows come and go by the thousand: by the server's defaults the table would be swept only long after it has grown.
SHORT_LIVED = """
ALTER TABLE {name} SET (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000)
"""


def upgrade() -> None:
    op.create_table(
        "answer",
        sa.Column("actor", sa.String(length=100), nullable=False),
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("body", sa.Text(), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("actor", "key", name=op.f("pk_answer")),
    )
    op.create_table(
        "day",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("processed", sa.Date(), nullable=False),
        sa.Column("edition", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("clock", sa.String(length=10), server_default="manual", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_day")),
    )
    op.create_table(
        "discard",
        sa.Column("message_id", sa.String(length=200), nullable=False),
        sa.Column("digest", sa.LargeBinary(length=16), nullable=False),
        sa.Column("contract", sa.String(length=100), nullable=False),
        sa.Column("subject", sa.String(length=200), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("discarded_by", sa.String(length=100), nullable=False),
        sa.Column(
            "discarded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False
        ),
        sa.PrimaryKeyConstraint("message_id", "digest", name=op.f("pk_discard")),
    )
    op.create_table(
        "feed",
        sa.Column("contract", sa.String(length=100), nullable=False),
        sa.Column("consumer", sa.String(length=60), nullable=False),
        sa.Column("place_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("place_id", sa.Uuid(), nullable=True),
        sa.Column("fed", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("contract", "consumer", name=op.f("pk_feed")),
    )
    op.create_table(
        "inbox",
        sa.Column("message_id", sa.Uuid(), nullable=False),
        sa.Column("contract", sa.String(length=100), nullable=False),
        sa.Column("digest", sa.LargeBinary(length=16), nullable=False),
        sa.Column("handled_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("message_id", name=op.f("pk_inbox")),
    )
    op.create_index(op.f("ix_inbox_handled_at"), "inbox", ["handled_at"], unique=False)
    op.create_table(
        "journal",
        sa.Column("said_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("message_id", sa.Uuid(), nullable=False),
        sa.Column("contract", sa.String(length=100), nullable=False),
        sa.Column("subject", sa.Uuid(), nullable=False),
        sa.Column("correlation_id", sa.Uuid(), nullable=False),
        sa.Column("causation_id", sa.Uuid(), nullable=True),
        sa.Column("traceparent", sa.String(length=55), nullable=False),
        sa.Column("data", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("said_at", "message_id", name=op.f("pk_journal")),
        postgresql_partition_by="RANGE (said_at)",
    )
    op.create_index(op.f("ix_journal_subject"), "journal", ["subject"], unique=False)
    op.create_table(
        "outbox",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("facts", sa.LargeBinary(), nullable=False),
        sa.Column("consumer", sa.String(length=60), nullable=True),
        sa.Column("contract", sa.String(length=100), nullable=True),
        sa.Column("tries", sa.SmallInteger(), server_default="0", nullable=False),
        sa.Column("reason", sa.String(length=500), server_default="", nullable=False),
        sa.Column("said_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("ready_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "(consumer IS NULL) = (contract IS NULL)", name=op.f("ck_outbox_a_feed_or_for_all")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox")),
    )
    op.create_index(
        "ix_outbox_never_tried", "outbox", ["id"], unique=False, postgresql_where=sa.text("tries = 0")
    )
    op.create_index(
        "ix_outbox_resting", "outbox", ["ready_at", "id"], unique=False, postgresql_where=sa.text("tries > 0")
    )
    op.create_table(
        "target",
        sa.Column("measure", sa.String(length=60), nullable=False),
        sa.Column("area", sa.SmallInteger(), nullable=False),
        sa.Column("words", sa.String(length=200), nullable=False),
        sa.Column("target", sa.BigInteger(), nullable=True),
        sa.Column("unit", sa.String(length=20), nullable=False),
        sa.PrimaryKeyConstraint("measure", name=op.f("pk_target")),
    )
    op.create_table(
        "timer",
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("payload", postgresql.JSONB(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("ready_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tries", sa.SmallInteger(), server_default="0", nullable=False),
        sa.Column("reason", sa.String(length=500), server_default="", nullable=False),
        sa.Column("parked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("set_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "(due_at IS NULL) <> (due_on IS NULL)", name=op.f("ck_timer_an_instant_or_a_date")
        ),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_timer")),
    )
    op.create_index(
        "ix_timer_ready_at",
        "timer",
        ["ready_at"],
        unique=False,
        postgresql_where=sa.text("parked_at IS NULL"),
    )
    for queue in ("outbox", "timer"):
        op.execute(SHORT_LIVED.format(name=queue))
    for function in (APPEND_ONLY, MONTHLY, HOLD_DAY, WAKE):
        op.execute(function)
    op.execute(WAKING)
    op.execute(KEEP.format(name="journal", what="UPDATE"))
    op.execute(KEEP.format(name="discard", what="UPDATE OR DELETE"))


downgrade = no_way_back
