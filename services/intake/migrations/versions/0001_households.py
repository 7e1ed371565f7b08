"""Households, members, identities and timelines"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

# A sequence a year, so that no registration waits for another to commit; a number whose unit rolls back is lost.
NEXT_CODES = """
CREATE FUNCTION next_codes(year integer, how_many integer) RETURNS SETOF bigint LANGUAGE plpgsql AS $$
DECLARE counter text := 'code_' || year;
BEGIN
    IF to_regclass(counter) IS NULL THEN
        PERFORM pg_advisory_xact_lock(20060902);
        EXECUTE format('CREATE SEQUENCE IF NOT EXISTS %I', counter);
    END IF;
    RETURN QUERY SELECT nextval(counter::regclass) FROM generate_series(1, how_many);
END $$
"""


READ_FOR_EVER = """
CREATE TRIGGER reading_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON reading
FOR EACH STATEMENT EXECUTE FUNCTION append_only()
"""


def upgrade() -> None:
    op.create_table(
        "register_import",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("actor", sa.String(length=100), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("households", sa.Integer(), nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("joined", sa.Integer(), nullable=False),
        sa.Column("already_there", sa.Integer(), nullable=False),
        sa.Column("bad_rows", sa.Integer(), nullable=False),
        sa.Column("finished", sa.Boolean(), nullable=False),
        sa.Column("undone_on", sa.Date(), nullable=True),
        sa.Column("undone_by", sa.String(length=100), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_register_import"),
    )
    op.create_table(
        "household",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(length=20), nullable=False),
        sa.Column("region", sa.String(length=40), nullable=False),
        sa.Column("arrived_on", sa.Date(), nullable=False),
        sa.Column("registered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("registered_on", sa.Date(), nullable=False),
        sa.Column("needs", sa.ARRAY(sa.String(length=20)), nullable=False),
        sa.Column("priorities", sa.ARRAY(sa.String(length=20)), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.String(length=20), nullable=True),
        sa.Column("closed_on", sa.Date(), nullable=True),
        sa.Column("register_ref", sa.String(length=60), nullable=True),
        sa.Column("register_key", sa.LargeBinary(length=32), nullable=True),
        sa.Column("register_loose", sa.LargeBinary(length=32), nullable=True),
        sa.Column("import_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint("(status = 'closed') = (closed_on IS NOT NULL)", name="day_when_closed"),
        sa.CheckConstraint("(status = 'closed') = (outcome IS NOT NULL)", name="outcome_when_closed"),
        sa.CheckConstraint("status IN ('registered', 'active', 'closed', 'reopened')", name="status"),
        sa.CheckConstraint("version >= 1", name="version"),
        sa.ForeignKeyConstraint(["import_id"], ["register_import.id"], name="fk_household_import_id"),
        sa.PrimaryKeyConstraint("id", name="pk_household"),
        sa.UniqueConstraint("code", name="uq_household_code"),
        sa.UniqueConstraint("register_key", name="uq_household_register_key"),
    )
    op.create_index("ix_household_register_loose", "household", ["register_loose"])
    op.create_index("ix_household_region_id", "household", ["region", "id"])
    op.create_index("ix_household_status_id", "household", ["status", "id"])
    op.create_index(
        "ix_household_priorities",
        "household",
        ["priorities"],
        postgresql_where=sa.text("priorities <> '{}'"),
    )
    op.create_table(
        "timeline",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("household_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("contract", sa.String(length=100), nullable=False),
        sa.Column("actor", sa.String(length=100), nullable=False),
        sa.Column("summary", sa.String(length=1000), nullable=False),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_timeline"),
    )
    op.create_index("ix_timeline_household_id_id", "timeline", ["household_id", "id"])
    op.create_table(
        "member",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("household_id", sa.Uuid(), nullable=False),
        sa.Column("sex", sa.String(length=10), nullable=False),
        sa.Column("size", sa.String(length=10), nullable=False),
        sa.Column("relation", sa.String(length=20), nullable=False),
        sa.Column("languages", sa.ARRAY(sa.String(length=3)), nullable=False),
        sa.Column("age_band", sa.String(length=10), nullable=False),
        sa.Column("joined_on", sa.Date(), nullable=False),
        sa.Column("left_on", sa.Date(), nullable=True),
        sa.Column("import_id", sa.Uuid(), nullable=True),
        sa.Column("import_row", sa.Integer(), nullable=True),
        sa.Column("undone", sa.Boolean(), server_default="false", nullable=False),
        sa.CheckConstraint("left_on >= joined_on", name="left_after_joining"),
        sa.ForeignKeyConstraint(["household_id"], ["household.id"], name="fk_member_household_id"),
        sa.ForeignKeyConstraint(["import_id"], ["register_import.id"], name="fk_member_import_id"),
        sa.PrimaryKeyConstraint("id", name="pk_member"),
    )
    op.create_index("ix_member_household_id", "member", ["household_id"])
    op.create_index(
        "ix_member_import_id_household_id",
        "member",
        ["import_id", "household_id"],
        postgresql_where=sa.text("import_id IS NOT NULL AND NOT undone"),
    )
    op.create_index("ix_member_undone", "member", ["id"], postgresql_where=sa.text("undone"))
    op.create_table(
        "identity",
        sa.Column("member_id", sa.Uuid(), nullable=False),
        sa.Column("given", sa.String(length=100), nullable=False),
        sa.Column("family", sa.String(length=100), nullable=False),
        sa.Column("birth_date", sa.Date(), nullable=False),
        sa.Column("estimated", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name="fk_identity_member_id"),
        sa.PrimaryKeyConstraint("member_id", name="pk_identity"),
    )
    op.create_index("ix_identity_birth_date", "identity", ["birth_date"])
    op.create_table(
        "moved",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("household_id", sa.Uuid(), nullable=False),
        sa.Column("member_id", sa.Uuid(), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(["household_id"], ["household.id"], name="fk_moved_household_id"),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name="fk_moved_member_id"),
        sa.PrimaryKeyConstraint("id", name="pk_moved"),
    )
    op.create_index("ix_moved_household_id", "moved", ["household_id"])
    op.create_table(
        "reading",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("household_id", sa.Uuid(), nullable=False),
        sa.Column("actor", sa.String(length=100), nullable=False),
        sa.Column("route", sa.String(length=100), nullable=False),
        sa.ForeignKeyConstraint(["household_id"], ["household.id"], name="fk_reading_household_id"),
        sa.PrimaryKeyConstraint("id", name="pk_reading"),
    )
    op.create_index("ix_reading_household_id_id", "reading", ["household_id", "id"])
    op.create_table(
        "grant_request",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("household_id", sa.Uuid(), nullable=False),
        sa.Column("household_version", sa.Integer(), nullable=False),
        sa.Column("member_id", sa.Uuid(), nullable=True),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("urgency", sa.Integer(), nullable=False),
        sa.Column("asked_on", sa.Date(), nullable=False),
        sa.Column("asked_by", sa.String(length=100), nullable=False),
        sa.Column("withdrawn_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["household_id"], ["household.id"], name="fk_grant_request_household_id"),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name="fk_grant_request_member_id"),
        sa.PrimaryKeyConstraint("id", name="pk_grant_request"),
    )
    op.create_index("ix_grant_request_household_id_id", "grant_request", ["household_id", "id"])
    op.create_table(
        "grant_told",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), server_default="0", nullable=False),
        sa.Column("status", sa.String(length=40), server_default="", nullable=False),
        sa.Column("summary", sa.String(length=1000), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_grant_told"),
    )
    op.execute(NEXT_CODES)
    op.execute(READ_FOR_EVER)


def downgrade() -> None:
    for table in (
        "grant_told",
        "grant_request",
        "reading",
        "moved",
        "identity",
        "member",
        "timeline",
        "household",
        "register_import",
    ):
        op.drop_table(table)
    op.execute("DROP FUNCTION next_codes")
