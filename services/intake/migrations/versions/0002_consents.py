"""Consents, settlement requests, and what sponsorship and events told of members"""

import sqlalchemy as sa
from alembic import op

from shared.database.migrations import no_way_back

revision = "0002"
down_revision = "0001"

KEPT_FOR_EVER = """
CREATE TRIGGER consent_step_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON consent_step
FOR EACH STATEMENT EXECUTE FUNCTION append_only()
"""
TOLD = {"child_told": False, "lesson_told": True, "help_told": True, "slot_told": False}
"""What was told by another service, and whether it can be about a settlement request."""


def upgrade() -> None:
    _create_consents()
    _create_settlements()
    for table, of_request in TOLD.items():
        request = [sa.Column("request_id", sa.Uuid(), nullable=True)] if of_request else []
        op.create_table(
            table,
            sa.Column("id", sa.Uuid(), nullable=False),
            sa.Column("version", sa.Integer(), server_default=sa.text("0"), nullable=False),
            *request,
            sa.Column("status", sa.String(length=40), server_default="", nullable=False),
            sa.Column("summary", sa.String(length=1000), server_default="", nullable=False),
            sa.PrimaryKeyConstraint("id", name=f"pk_{table}"),
        )
        if of_request:
            where = sa.text("request_id IS NOT NULL")
            op.create_index(f"ix_{table}_request_id", table, ["request_id"], postgresql_where=where)


def _create_consents() -> None:
    op.create_table(
        "consent",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("household_id", sa.Uuid(), nullable=False),
        sa.Column("member_id", sa.Uuid(), nullable=False),
        sa.Column("purpose", sa.String(length=40), nullable=False),
        sa.Column("scopes", sa.ARRAY(sa.String(length=40)), nullable=False),
        sa.Column("agreed", sa.Boolean(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("since", sa.Date(), nullable=False),
        sa.CheckConstraint("agreed OR (scopes = '{}' AND until IS NULL)", name="nothing_when_withdrawn"),
        sa.CheckConstraint("version >= 1", name="version"),
        sa.ForeignKeyConstraint(["household_id"], ["household.id"], name="fk_consent_household_id"),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name="fk_consent_member_id"),
        sa.PrimaryKeyConstraint("id", name="pk_consent"),
        sa.UniqueConstraint("member_id", "purpose", name="uq_consent_member_id_purpose"),
    )
    op.create_index("ix_consent_household_id", "consent", ["household_id"])
    op.create_table(
        "consent_step",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("consent_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("actor", sa.String(length=100), nullable=False),
        sa.Column("agreed", sa.Boolean(), nullable=False),
        sa.Column("scopes", sa.ARRAY(sa.String(length=40)), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("explained_by", sa.String(length=100), nullable=True),
        sa.Column("witness", sa.String(length=100), nullable=True),
        sa.Column("language", sa.String(length=10), nullable=True),
        sa.Column("edition", sa.String(length=40), nullable=True),
        sa.Column("guardian_id", sa.Uuid(), nullable=True),
        sa.Column("guardian", sa.String(length=100), nullable=True),
        sa.Column("assent", sa.Boolean(), nullable=True),
        sa.Column("note", sa.String(length=500), nullable=True),
        sa.CheckConstraint("num_nonnulls(explained_by, language, edition) IN (0, 3)", name="explained"),
        sa.CheckConstraint("num_nonnulls(guardian_id, guardian) <= 1", name="one_guardian"),
        sa.ForeignKeyConstraint(["consent_id"], ["consent.id"], name="fk_consent_step_consent_id"),
        sa.ForeignKeyConstraint(["guardian_id"], ["member.id"], name="fk_consent_step_guardian_id"),
        sa.PrimaryKeyConstraint("id", name="pk_consent_step"),
    )
    op.create_index("ix_consent_step_consent_id_id", "consent_step", ["consent_id", "id"])
    op.execute(KEPT_FOR_EVER)


def _create_settlements() -> None:
    op.create_table(
        "settlement_request",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("household_id", sa.Uuid(), nullable=False),
        sa.Column("household_version", sa.Integer(), nullable=False),
        sa.Column("member_ids", sa.ARRAY(sa.String(length=36)), nullable=False),
        sa.Column("wishes", sa.ARRAY(sa.String(length=40)), nullable=False),
        sa.Column("languages", sa.ARRAY(sa.String(length=10)), nullable=False),
        sa.Column("region", sa.String(length=40), nullable=False),
        sa.Column("asked_on", sa.Date(), nullable=False),
        sa.Column("asked_by", sa.String(length=100), nullable=False),
        sa.Column("answered", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("withdrawn_on", sa.Date(), nullable=True),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.CheckConstraint("wishes <> '{}'", name="wishes"),
        sa.CheckConstraint("num_nonnulls(withdrawn_on, ended_on) <= 1", name="over_once"),
        sa.ForeignKeyConstraint(
            ["household_id"], ["household.id"], name="fk_settlement_request_household_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_settlement_request"),
    )
    op.create_index("ix_settlement_request_household_id_id", "settlement_request", ["household_id", "id"])


downgrade = no_way_back
