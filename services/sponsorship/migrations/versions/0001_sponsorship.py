"""Households as last heard of, children, sponsors, and who supports whom."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:

    op.create_table(
        "child",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("alias", sa.String(length=8), nullable=False),
        sa.Column("waiting_since", sa.Date(), nullable=False),
        sa.Column("seen_household", sa.Uuid(), nullable=False),
        sa.Column("household_id", sa.Uuid(), nullable=False),
        sa.Column("region", sa.String(length=40), server_default="", nullable=False),
        sa.Column("points", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("reasons", sa.ARRAY(sa.String(length=40)), server_default="{}", nullable=False),
        sa.Column("status", sa.String(length=40), server_default="", nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("left_reason", sa.String(length=40), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_child")),
        sa.UniqueConstraint("alias", name=op.f("uq_child_alias")),
    )
    op.create_index(op.f("ix_child_household_id"), "child", ["household_id"], unique=False)
    op.create_index(op.f("ix_child_status"), "child", ["status"], unique=False)
    op.create_table(
        "household",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("helped", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("region", sa.String(length=40), server_default="", nullable=False),
        sa.Column("rank", sa.Integer(), server_default=sa.text("9"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_household")),
    )
    op.create_table(
        "presence",
        sa.Column("household_id", sa.Uuid(), nullable=False),
        sa.Column("member_id", sa.Uuid(), nullable=False),
        sa.Column("band", sa.String(length=40), nullable=False),
        sa.Column("circumstances", sa.ARRAY(sa.String(length=40)), server_default="{}", nullable=False),
        sa.PrimaryKeyConstraint("household_id", "member_id", name=op.f("pk_presence")),
    )
    op.create_index(op.f("ix_presence_member_id"), "presence", ["member_id"], unique=False)


def downgrade() -> None:
    for table in (
        "presence",
        "household",
        "child",
    ):
        op.drop_table(table)
