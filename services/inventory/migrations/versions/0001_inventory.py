"""Catalogue, households as heard of, shelves, lots, reservations, the ledger, plans and forecasts."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from shared.database.migrations import no_way_back

revision = "0001"
down_revision = None


APPEND_ONLY = """
CREATE TRIGGER movement_append_only BEFORE UPDATE OR DELETE ON movement
FOR EACH ROW EXECUTE FUNCTION append_only()
"""


def upgrade() -> None:
    _buying()
    op.create_table(
        "taken_along",
        sa.Column("member_id", sa.Uuid(), nullable=False),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.Column("household_id", sa.Uuid(), nullable=False),
        sa.Column("grams", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("grams > 0", name=op.f("ck_taken_along_positive")),
        sa.PrimaryKeyConstraint("member_id", "on_day", name=op.f("pk_taken_along")),
    )
    op.create_index(op.f("ix_taken_along_household_id"), "taken_along", ["household_id"], unique=False)
    op.create_table(
        "asked_again",
        sa.Column("reservation_id", sa.Uuid(), nullable=False),
        sa.Column("household_id", sa.Uuid(), nullable=False),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.Column("reason", sa.String(length=40), server_default="", nullable=False),
        sa.Column("actor", sa.String(length=100), nullable=False),
        sa.PrimaryKeyConstraint("reservation_id", name=op.f("pk_asked_again")),
    )
    op.create_index(op.f("ix_asked_again_household_id"), "asked_again", ["household_id"], unique=False)
    op.create_table(
        "cancellation",
        sa.Column("reservation_id", sa.Uuid(), nullable=False),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.Column("released", sa.BigInteger(), nullable=False),
        sa.Column("note", sa.String(length=200), nullable=False),
        sa.Column("actor", sa.String(length=100), nullable=False),
        sa.PrimaryKeyConstraint("reservation_id", name=op.f("pk_cancellation")),
    )
    op.create_table(
        "delivery",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("household_id", sa.Uuid(), nullable=False),
        sa.Column("received_by", sa.Uuid(), nullable=False),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.Column("lines", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False),
        sa.Column("undone_on", sa.Date(), nullable=True),
        sa.Column("actor", sa.String(length=100), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delivery")),
    )
    op.create_index(op.f("ix_delivery_household_id"), "delivery", ["household_id"], unique=False)
    op.create_table(
        "depot",
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("region", sa.String(length=40), nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_depot")),
    )
    op.create_table(
        "forecast_said",
        sa.Column("item", sa.String(length=40), nullable=False),
        sa.Column("short_days", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column(
            "after_transfers", postgresql.JSONB(astext_type=sa.Text()), server_default="[]", nullable=False
        ),
        sa.Column("days_left", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("item", name=op.f("pk_forecast_said")),
    )
    op.create_table(
        "household",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(length=20), server_default="", nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("region", sa.String(length=40), server_default="", nullable=False),
        sa.Column("registered_on", sa.Date(), nullable=True),
        sa.Column("active", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("needs", postgresql.ARRAY(sa.String(length=20)), server_default="{}", nullable=False),
        sa.Column("rank", sa.Integer(), server_default=sa.text("9"), nullable=False),
        sa.Column("members", postgresql.JSONB(astext_type=sa.Text()), server_default="[]", nullable=False),
        sa.Column("people", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_household")),
    )
    op.create_index(
        "ix_household_active", "household", ["id"], unique=False, postgresql_where=sa.text("active")
    )
    op.create_table(
        "item",
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("unit", sa.String(length=10), nullable=False),
        sa.Column("season", sa.String(length=10), nullable=True),
        sa.Column("size", sa.String(length=10), nullable=True),
        sa.Column("retired_on", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_item")),
    )
    op.create_index(
        "uq_item_season_size",
        "item",
        ["season", "size"],
        unique=True,
        postgresql_where=sa.text("retired_on IS NULL"),
    )
    op.create_table(
        "kit_part",
        sa.Column("kit", sa.String(length=40), nullable=False),
        sa.Column("part", sa.String(length=40), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_kit_part_positive")),
        sa.PrimaryKeyConstraint("kit", "part", name=op.f("pk_kit_part")),
    )
    op.create_table(
        "lot",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("depot", sa.String(length=40), nullable=False),
        sa.Column("item", sa.String(length=40), nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=True),
        sa.Column("on_hand", sa.BigInteger(), nullable=False),
        sa.Column("blocked", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("recalled", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.CheckConstraint("least(on_hand, blocked) >= 0", name=op.f("ck_lot_not_negative")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lot")),
    )
    op.create_index(
        op.f("ix_lot_depot_item"),
        "lot",
        ["depot", "item"],
        unique=False,
        postgresql_where=sa.text("on_hand > 0"),
    )
    op.create_index(
        op.f("ix_lot_expires_on"),
        "lot",
        ["expires_on"],
        unique=False,
        postgresql_where=sa.text("on_hand > 0"),
    )
    op.create_table(
        "marked_shelf",
        sa.Column("depot", sa.String(length=40), nullable=False),
        sa.Column("item", sa.String(length=40), nullable=False),
        sa.Column("marked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("depot", "item", name=op.f("pk_marked_shelf")),
    )
    op.create_table(
        "month_total",
        sa.Column("item", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("on_hand", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.PrimaryKeyConstraint("item", "kind", "month", name=op.f("pk_month_total")),
    )
    op.create_table(
        "movement",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.Column("depot", sa.String(length=40), nullable=False),
        sa.Column("item", sa.String(length=40), nullable=False),
        sa.Column("lot_id", sa.Uuid(), nullable=True),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("on_hand", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("reserved", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("household_id", sa.Uuid(), nullable=True),
        sa.Column("document_id", sa.Uuid(), nullable=True),
        sa.Column("reverses", sa.Uuid(), nullable=True),
        sa.Column("actor", sa.String(length=100), nullable=False),
        sa.Column("reason", sa.String(length=40), server_default="", nullable=False),
        sa.Column("numbers", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False),
        sa.Column("note", sa.String(length=200), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_movement")),
    )
    op.create_index(op.f("ix_movement_depot_item"), "movement", ["depot", "item"], unique=False)
    op.create_index(
        op.f("ix_movement_household_id"),
        "movement",
        ["household_id"],
        unique=False,
        postgresql_where=sa.text("household_id IS NOT NULL"),
    )
    op.create_index(
        op.f("ix_movement_document_id"),
        "movement",
        ["document_id"],
        unique=False,
        postgresql_where=sa.text("document_id IS NOT NULL AND on_hand <> 0"),
    )
    op.create_index(
        "ix_movement_lot_handed_out",
        "movement",
        ["lot_id"],
        unique=False,
        postgresql_where=sa.text("kind IN ('delivered', 'used')"),
    )
    op.create_index(
        "uq_movement_reverses",
        "movement",
        ["reverses"],
        unique=True,
        postgresql_where=sa.text("reverses IS NOT NULL"),
    )
    op.create_table(
        "planned_delivery",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("depot", sa.String(length=40), nullable=False),
        sa.Column("item", sa.String(length=40), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=True),
        sa.Column("reference", sa.String(length=100), nullable=False),
        sa.Column("received", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("received_on", sa.Date(), nullable=True),
        sa.Column("closed_on", sa.Date(), nullable=True),
        sa.Column("closed_reason", sa.String(length=40), nullable=True),
        sa.Column("actor", sa.String(length=100), nullable=False),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_planned_delivery_positive")),
        sa.CheckConstraint("received >= 0", name=op.f("ck_planned_delivery_received_not_negative")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_planned_delivery")),
        sa.UniqueConstraint("depot", "reference", name=op.f("uq_planned_delivery_depot_reference")),
    )
    op.create_index(
        op.f("ix_planned_delivery_item"),
        "planned_delivery",
        ["item"],
        unique=False,
        postgresql_where=sa.text("received_on IS NULL AND closed_on IS NULL"),
    )
    op.create_table(
        "receipt",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("depot", sa.String(length=40), nullable=False),
        sa.Column("reference", sa.String(length=100), nullable=False),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.Column("planned_id", sa.Uuid(), nullable=True),
        sa.Column("undone_on", sa.Date(), nullable=True),
        sa.Column("actor", sa.String(length=100), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_receipt")),
    )
    op.create_index(
        "uq_receipt_reference",
        "receipt",
        ["depot", "reference"],
        unique=True,
        postgresql_where=sa.text("undone_on IS NULL"),
    )
    op.create_table(
        "renewal",
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("after_id", sa.Uuid(), nullable=True),
        sa.PrimaryKeyConstraint("first_day", name=op.f("pk_renewal")),
    )
    op.create_table(
        "reservation",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("household_id", sa.Uuid(), nullable=False),
        sa.Column("member_id", sa.Uuid(), nullable=True),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("requested_item", sa.String(length=40), nullable=False),
        sa.Column("item", sa.String(length=40), nullable=False),
        sa.Column("depot", sa.String(length=40), nullable=True),
        sa.Column("region", sa.String(length=40), nullable=False),
        sa.Column("wanted", sa.BigInteger(), nullable=False),
        sa.Column("reserved", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("delivered", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("released", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("lapsed", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("registered_on", sa.Date(), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=True),
        sa.Column("last_day", sa.Date(), nullable=True),
        sa.Column("per_day", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("fetch_by", sa.Date(), nullable=True),
        sa.Column("reason", sa.String(length=40), server_default="", nullable=False),
        sa.Column("numbers", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False),
        sa.Column("dealt", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.CheckConstraint(
            "least(wanted - 1, reserved, delivered, released, lapsed, per_day) >= 0",
            name=op.f("ck_reservation_not_negative"),
        ),
        sa.CheckConstraint(
            "reserved = 0 OR depot IS NOT NULL", name=op.f("ck_reservation_set_aside_somewhere")
        ),
        sa.CheckConstraint(
            "wanted >= reserved + delivered + released + lapsed",
            name=op.f("ck_reservation_no_more_than_wanted"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reservation")),
    )
    op.create_index(
        "ix_reservation_bed",
        "reservation",
        ["depot"],
        unique=False,
        postgresql_where=sa.text("kind = 'bed' AND reserved > 0"),
    )
    op.create_index(
        "ix_reservation_fetch_by",
        "reservation",
        ["fetch_by"],
        unique=False,
        postgresql_where=sa.text("reserved > 0"),
    )
    op.create_index(op.f("ix_reservation_household_id"), "reservation", ["household_id"], unique=False)
    op.create_index(
        op.f("ix_reservation_member_id"),
        "reservation",
        ["member_id"],
        unique=False,
        postgresql_where=sa.text("member_id IS NOT NULL"),
    )
    op.create_index(
        "ix_reservation_last_day",
        "reservation",
        ["item", "last_day"],
        unique=False,
        postgresql_where=sa.text("last_day IS NOT NULL"),
    )
    op.create_index(
        "ix_reservation_open_shelf",
        "reservation",
        ["item", "depot"],
        unique=False,
        postgresql_where=sa.text("wanted > delivered + released + lapsed"),
    )
    op.create_index(
        "ix_reservation_short",
        "reservation",
        ["requested_item", "rank", "registered_on", "household_id"],
        unique=False,
        postgresql_where=sa.text("kind <> 'food' AND wanted > reserved + delivered + released + lapsed"),
    )
    op.create_index(
        "ix_reservation_nothing_given",
        "reservation",
        ["requested_item"],
        unique=False,
        postgresql_where=sa.text("reserved = 0 AND delivered = 0"),
    )
    op.create_index(
        "ix_reservation_hungry",
        "reservation",
        ["item", "depot"],
        unique=False,
        postgresql_where=sa.text("kind = 'food' AND wanted > reserved + delivered + released + lapsed"),
    )
    op.create_table(
        "shelf",
        sa.Column("depot", sa.String(length=40), nullable=False),
        sa.Column("item", sa.String(length=40), nullable=False),
        sa.Column("on_hand", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("reserved", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("deal_ms", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.CheckConstraint("reserved <= on_hand", name=op.f("ck_shelf_reserved_within_on_hand")),
        sa.CheckConstraint("reserved >= 0", name=op.f("ck_shelf_reserved_not_negative")),
        sa.PrimaryKeyConstraint("depot", "item", name=op.f("pk_shelf")),
    )
    op.create_index(op.f("ix_shelf_item"), "shelf", ["item"], unique=False)
    op.create_table(
        "total",
        sa.Column("item", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("wanted", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("reserved", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("delivered", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("released", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("lapsed", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.PrimaryKeyConstraint("item", "kind", name=op.f("pk_total")),
    )
    op.create_table(
        "unmet",
        sa.Column("household_id", sa.Uuid(), nullable=False),
        sa.Column("item", sa.String(length=40), nullable=False),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.Column("grams", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("grams > 0", name=op.f("ck_unmet_positive")),
        sa.PrimaryKeyConstraint("household_id", "item", "on_day", name=op.f("pk_unmet")),
    )
    op.create_index(op.f("ix_unmet_item_on_day"), "unmet", ["item", "on_day"], unique=False)
    op.execute(APPEND_ONLY)


def _buying() -> None:
    """Prices, appeals as donations told of them, purchases, and what was told of shortages."""
    op.create_table(
        "price",
        sa.Column("item", sa.String(length=40), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("per", sa.BigInteger(), nullable=False),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.Column("actor", sa.String(length=100), nullable=False),
        sa.CheckConstraint("least(minor, per, version) > 0", name=op.f("ck_price_positive")),
        sa.PrimaryKeyConstraint("item", name=op.f("pk_price")),
    )
    op.create_table(
        "appeal",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("item", sa.String(length=40), server_default="", nullable=False),
        sa.Column("quantity", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("target", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("currency", sa.String(length=3), server_default="", nullable=False),
        sa.Column("status", sa.String(length=40), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_appeal")),
    )
    op.create_table(
        "purchase",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("appeal_id", sa.Uuid(), nullable=False),
        sa.Column("status", sa.String(length=40), nullable=False),
        sa.Column("item", sa.String(length=40), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column("arrived", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("cost", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("supplier", sa.String(length=40), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("planned_id", sa.Uuid(), nullable=True),
        sa.Column("actor", sa.String(length=100), nullable=False),
        sa.CheckConstraint("quantity > 0 AND cost > 0 AND arrived >= 0", name=op.f("ck_purchase_positive")),
        sa.CheckConstraint(
            "status IN ('proposed', 'cancelled') OR planned_id IS NOT NULL",
            name=op.f("ck_purchase_ordered_is_planned"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_purchase")),
    )
    op.create_index(
        "uq_purchase_live",
        "purchase",
        ["appeal_id"],
        unique=True,
        postgresql_where=sa.text("status <> 'cancelled'"),
    )
    op.create_index(
        "uq_purchase_planned",
        "purchase",
        ["planned_id"],
        unique=True,
        postgresql_where=sa.text("planned_id IS NOT NULL"),
    )
    op.create_table(
        "shortage_said",
        sa.Column("item", sa.String(length=40), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("missing", sa.BigInteger(), nullable=False),
        sa.Column("coming", sa.BigInteger(), nullable=False),
        sa.Column("households", sa.Integer(), nullable=False),
        sa.Column("since", sa.Date(), nullable=True),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("item", name=op.f("pk_shortage_said")),
    )


downgrade = no_way_back
