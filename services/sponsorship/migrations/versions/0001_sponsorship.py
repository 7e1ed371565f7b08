"""Households as last heard of, children, sponsors, and who supports whom."""

import sqlalchemy as sa
from alembic import op

from shared.database.migrations import no_way_back

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
        sa.Column("decided", sa.String(length=40), nullable=True),
        sa.Column("decided_on", sa.Date(), nullable=True),
        sa.Column("decided_by", sa.String(length=100), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_child")),
        sa.UniqueConstraint("alias", name=op.f("uq_child_alias")),
    )
    op.create_index(op.f("ix_child_seen_household"), "child", ["seen_household"], unique=False)
    op.create_index(op.f("ix_child_status"), "child", ["status"], unique=False)
    op.create_table(
        "consent",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("member_id", sa.Uuid(), nullable=True),
        sa.Column("scopes", sa.ARRAY(sa.String(length=40)), server_default="{}", nullable=False),
        sa.Column("agreed", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consent")),
    )
    op.create_index(op.f("ix_consent_member_id"), "consent", ["member_id"], unique=False)
    op.create_table(
        "gift",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("donor_id", sa.Uuid(), nullable=True),
        sa.Column("purpose", sa.String(length=40), server_default="", nullable=False),
        sa.Column("status", sa.String(length=40), server_default="", nullable=False),
        sa.Column("children", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("covered_until", sa.Date(), nullable=True),
        sa.Column("grace_until", sa.Date(), nullable=True),
        sa.Column("correspondence", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("on_day", sa.Date(), nullable=True),
        sa.Column("begun_on", sa.Date(), nullable=True),
        sa.Column("uncovered", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("wanted", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("placed", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("said", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_gift")),
    )
    op.create_index(op.f("ix_gift_donor_id"), "gift", ["donor_id"], unique=False)
    op.create_index("ix_gift_room", "gift", ["id"], unique=False, postgresql_where=sa.text("placed < wanted"))
    op.create_table(
        "hold",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("child_id", sa.Uuid(), nullable=False),
        sa.Column("gift_id", sa.Uuid(), nullable=False),
        sa.Column("role", sa.String(length=40), nullable=False),
        sa.Column("share", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("made_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=True),
        sa.Column("until_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("closed_on", sa.Date(), nullable=True),
        sa.Column("reason", sa.String(length=40), nullable=True),
        sa.Column("actor", sa.String(length=100), nullable=False),
        sa.CheckConstraint("(state = 'held') = (closed_on IS NULL)", name=op.f("ck_hold_closed_on_a_day")),
        sa.CheckConstraint(
            "share >= 0 AND share < 10000 AND (role = 'co') = (share > 0)", name=op.f("ck_hold_share")
        ),
        sa.CheckConstraint(
            "(until_on IS NULL) <> (until_at IS NULL)", name=op.f("ck_hold_a_day_or_an_instant")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hold")),
    )
    op.create_index(op.f("ix_hold_child_id"), "hold", ["child_id"], unique=False)
    op.create_index(op.f("ix_hold_gift_id"), "hold", ["gift_id"], unique=False)
    op.create_index(
        "uq_hold_main",
        "hold",
        ["child_id"],
        unique=True,
        postgresql_where=sa.text("state = 'held' AND role = 'main'"),
    )
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
        "payment",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("gift_id", sa.Uuid(), nullable=True),
        sa.Column("counts", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("covers_from", sa.Date(), nullable=True),
        sa.Column("covers_until", sa.Date(), nullable=True),
        sa.Column("ever_from", sa.Date(), nullable=True),
        sa.Column("ever_until", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payment")),
    )
    op.create_index(op.f("ix_payment_gift_id"), "payment", ["gift_id"], unique=False)
    op.create_table(
        "presence",
        sa.Column("household_id", sa.Uuid(), nullable=False),
        sa.Column("member_id", sa.Uuid(), nullable=False),
        sa.Column("band", sa.String(length=40), nullable=False),
        sa.Column("circumstances", sa.ARRAY(sa.String(length=40)), server_default="{}", nullable=False),
        sa.PrimaryKeyConstraint("household_id", "member_id", name=op.f("pk_presence")),
    )
    op.create_index(op.f("ix_presence_member_id"), "presence", ["member_id"], unique=False)
    op.create_table(
        "sponsor",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("kept_id", sa.Uuid(), nullable=True),
        sa.Column("declared_on", sa.Date(), nullable=True),
        sa.Column("code_on", sa.Date(), nullable=True),
        sa.Column("restricted", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("declined", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("actor", sa.String(length=100), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sponsor")),
    )
    op.create_table(
        "sponsorship",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("hold_id", sa.Uuid(), nullable=False),
        sa.Column("child_id", sa.Uuid(), nullable=False),
        sa.Column("gift_id", sa.Uuid(), nullable=False),
        sa.Column("role", sa.String(length=40), nullable=False),
        sa.Column("share", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("reason", sa.String(length=40), nullable=True),
        sa.Column("farewell", sa.String(length=40), nullable=True),
        sa.CheckConstraint(
            "share >= 0 AND share < 10000 AND (role = 'co') = (share > 0)", name=op.f("ck_sponsorship_share")
        ),
        sa.CheckConstraint(
            "(ends_on IS NULL) = (reason IS NULL)", name=op.f("ck_sponsorship_ends_for_a_reason")
        ),
        sa.CheckConstraint("ends_on >= starts_on", name=op.f("ck_sponsorship_ends_after_its_start")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sponsorship")),
    )
    op.create_index(op.f("ix_sponsorship_child_id"), "sponsorship", ["child_id"], unique=False)
    op.create_index(op.f("ix_sponsorship_gift_id"), "sponsorship", ["gift_id"], unique=False)
    op.create_index(
        "uq_sponsorship_gift",
        "sponsorship",
        ["child_id", "gift_id"],
        unique=True,
        postgresql_where=sa.text("ends_on IS NULL"),
    )
    op.create_index(
        "uq_sponsorship_main",
        "sponsorship",
        ["child_id"],
        unique=True,
        postgresql_where=sa.text("ends_on IS NULL AND role = 'main'"),
    )


downgrade = no_way_back
