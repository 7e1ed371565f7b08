"""Households, members, identities and timelines; advocacy cases; money that is asked for"""

import sqlalchemy as sa
from alembic import op

from shared.database.migrations import no_way_back

revision = "0001"
down_revision = None

# A sequence per year and series, so that no registration waits for another to commit. A number whose unit rolls back is
# lost.
NEXT_CODES = """
CREATE FUNCTION next_codes(series text, how_many integer) RETURNS SETOF bigint LANGUAGE plpgsql AS $$
BEGIN
    IF to_regclass(series) IS NULL THEN
        PERFORM pg_advisory_xact_lock(20060902);
        EXECUTE format('CREATE SEQUENCE IF NOT EXISTS %I', series);
    END IF;
    RETURN QUERY SELECT nextval(series::regclass) FROM generate_series(1, how_many);
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
    _create_cases()
    op.create_table(
        "reading",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("household_id", sa.Uuid(), nullable=True),
        sa.Column("case_id", sa.Uuid(), nullable=True),
        sa.Column("actor", sa.String(length=100), nullable=False),
        sa.Column("route", sa.String(length=100), nullable=False),
        sa.CheckConstraint("num_nonnulls(household_id, case_id) = 1", name="of_one"),
        sa.ForeignKeyConstraint(["household_id"], ["household.id"], name="fk_reading_household_id"),
        sa.ForeignKeyConstraint(["case_id"], ["advocacy_case.id"], name="fk_reading_case_id"),
        sa.PrimaryKeyConstraint("id", name="pk_reading"),
    )
    op.create_index("ix_reading_household_id_id", "reading", ["household_id", "id"])
    op.create_index(
        "ix_reading_case_id_id",
        "reading",
        ["case_id", "id"],
        postgresql_where=sa.text("case_id IS NOT NULL"),
    )
    op.create_table(
        "grant_request",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("household_id", sa.Uuid(), nullable=True),
        sa.Column("household_version", sa.Integer(), nullable=True),
        sa.Column("case_id", sa.Uuid(), nullable=True),
        sa.Column("case_version", sa.Integer(), nullable=True),
        sa.Column("member_id", sa.Uuid(), nullable=True),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("urgency", sa.Integer(), nullable=False),
        sa.Column("asked_on", sa.Date(), nullable=False),
        sa.Column("asked_by", sa.String(length=100), nullable=False),
        sa.Column("withdrawn_on", sa.Date(), nullable=True),
        sa.CheckConstraint("num_nonnulls(household_id, case_id) = 1", name="for_one"),
        sa.CheckConstraint("(household_id IS NULL) = (household_version IS NULL)", name="household_version"),
        sa.CheckConstraint("(case_id IS NULL) = (case_version IS NULL)", name="case_version"),
        sa.ForeignKeyConstraint(["household_id"], ["household.id"], name="fk_grant_request_household_id"),
        sa.ForeignKeyConstraint(["case_id"], ["advocacy_case.id"], name="fk_grant_request_case_id"),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name="fk_grant_request_member_id"),
        sa.PrimaryKeyConstraint("id", name="pk_grant_request"),
    )
    for owner in ("household_id", "case_id"):
        op.create_index(
            f"ix_grant_request_{owner}_id",
            "grant_request",
            [owner, "id"],
            postgresql_where=sa.text(f"{owner} IS NOT NULL"),
        )
    op.create_table(
        "grant_told",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), server_default="0", nullable=False),
        sa.Column("status", sa.String(length=40), server_default="", nullable=False),
        sa.Column("summary", sa.String(length=1000), server_default="", nullable=False),
        sa.Column("paid", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_grant_told"),
    )
    op.execute(NEXT_CODES)
    op.execute(READ_FOR_EVER)


def _create_cases() -> None:
    op.create_table(
        "advocacy_case",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("alias", sa.String(length=20), nullable=False),
        sa.Column("topics", sa.ARRAY(sa.String(length=40)), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("opened_on", sa.Date(), nullable=False),
        sa.Column("status", sa.String(length=40), nullable=False),
        sa.Column("visits_planned", sa.Integer(), nullable=False),
        sa.Column("visits_done", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(length=40), nullable=True),
        sa.Column("closed_on", sa.Date(), nullable=True),
        sa.CheckConstraint("(status = 'closed') = (closed_on IS NOT NULL)", name="day_when_closed"),
        sa.CheckConstraint("(closed_on IS NULL) = (reason IS NULL)", name="reason_when_closed"),
        sa.CheckConstraint("closed_on IS NULL OR visits_planned = 0", name="none_planned_when_closed"),
        sa.CheckConstraint("least(visits_planned, visits_done) >= 0", name="not_negative"),
        sa.CheckConstraint("version >= 1", name="version"),
        sa.PrimaryKeyConstraint("id", name="pk_advocacy_case"),
        sa.UniqueConstraint("alias", name="uq_advocacy_case_alias"),
    )
    op.create_index("ix_advocacy_case_status_id", "advocacy_case", ["status", "id"])
    op.create_table(
        "case_person",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("role", sa.String(length=40), nullable=False),
        sa.CheckConstraint("role IN ('imprisoned', 'family')", name="role"),
        sa.ForeignKeyConstraint(["case_id"], ["advocacy_case.id"], name="fk_case_person_case_id"),
        sa.PrimaryKeyConstraint("id", name="pk_case_person"),
    )
    op.create_index("ix_case_person_case_id_id", "case_person", ["case_id", "id"])
    op.create_index(
        "uq_case_person_imprisoned",
        "case_person",
        ["case_id"],
        unique=True,
        postgresql_where=sa.text("role = 'imprisoned'"),
    )
    op.create_table(
        "case_identity",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("given", sa.String(length=100), nullable=False),
        sa.Column("family", sa.String(length=100), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["case_person.id"], name="fk_case_identity_person_id"),
        sa.PrimaryKeyConstraint("person_id", name="pk_case_identity"),
    )
    op.create_table(
        "case_visit",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("planned_for", sa.Date(), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("done_on", sa.Date(), nullable=True),
        sa.Column("reason", sa.String(length=40), nullable=True),
        sa.CheckConstraint("state IN ('planned', 'done', 'cancelled')", name="state"),
        sa.CheckConstraint("(state = 'done') = (done_on IS NOT NULL)", name="day_when_done"),
        sa.CheckConstraint("(state = 'cancelled') = (reason IS NOT NULL)", name="reason_when_cancelled"),
        sa.ForeignKeyConstraint(["case_id"], ["advocacy_case.id"], name="fk_case_visit_case_id"),
        sa.PrimaryKeyConstraint("id", name="pk_case_visit"),
    )
    op.create_index("ix_case_visit_case_id_id", "case_visit", ["case_id", "id"])
    op.create_table(
        "case_entry",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("contract", sa.String(length=100), nullable=False),
        sa.Column("actor", sa.String(length=100), nullable=False),
        sa.Column("summary", sa.String(length=1000), nullable=False),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_case_entry"),
    )
    op.create_index("ix_case_entry_case_id_id", "case_entry", ["case_id", "id"])


downgrade = no_way_back
