"""Letters, their words and pictures, findings, checks, readings, and contact past the organisation."""

import sqlalchemy as sa
from alembic import op

from shared.database.migrations import no_way_back

revision = "0003"
down_revision = "0002"

# The function is there in every service: the journal uses it too.
KEPT_FOR_EVER = """
CREATE TRIGGER {name}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {name}
FOR EACH STATEMENT EXECUTE FUNCTION append_only()
"""


def upgrade() -> None:

    op.create_table(
        "incident",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("child_id", sa.Uuid(), nullable=False),
        sa.Column("donor_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("happened_on", sa.Date(), nullable=False),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.Column("note", sa.String(length=200), nullable=False),
        sa.Column("actor", sa.String(length=100), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_incident")),
    )
    op.create_index(op.f("ix_incident_child_id"), "incident", ["child_id"], unique=False)
    op.create_index(op.f("ix_incident_donor_id"), "incident", ["donor_id"], unique=False)
    op.create_table(
        "letter",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("direction", sa.String(length=40), nullable=False),
        sa.Column("child_id", sa.Uuid(), nullable=False),
        sa.Column("donor_id", sa.Uuid(), nullable=False),
        sa.Column("language", sa.String(length=10), nullable=False),
        sa.Column("state", sa.String(length=40), server_default="received", nullable=False),
        sa.Column("received_on", sa.Date(), nullable=False),
        sa.Column("actor", sa.String(length=100), nullable=False),
        sa.Column("masked_by", sa.String(length=100), server_default="", nullable=False),
        sa.Column("checked_by", sa.String(length=100), server_default="", nullable=False),
        sa.Column("ended_by", sa.String(length=100), server_default="", nullable=False),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("reason", sa.String(length=40), server_default="", nullable=False),
        sa.Column("agreed_until", sa.Date(), nullable=True),
        sa.CheckConstraint(
            "(state IN ('delivered', 'returned')) = (ended_on IS NOT NULL)",
            name=op.f("ck_letter_ended_on_a_day"),
        ),
        sa.CheckConstraint("ended_on <= agreed_until", name=op.f("ck_letter_agreed_to_on_that_day")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_letter")),
    )
    op.create_index(op.f("ix_letter_child_id"), "letter", ["child_id"], unique=False)
    op.create_index(op.f("ix_letter_donor_id"), "letter", ["donor_id"], unique=False)
    op.create_index(
        "ix_letter_open",
        "letter",
        ["received_on"],
        unique=False,
        postgresql_where=sa.text("ended_on IS NULL"),
    )
    op.create_table(
        "correspondence_reading",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("letter_id", sa.Uuid(), nullable=False),
        sa.Column("what", sa.String(length=40), nullable=False),
        sa.Column("reason", sa.String(length=40), nullable=False),
        sa.Column("actor", sa.String(length=100), nullable=False),
        sa.ForeignKeyConstraint(
            ["letter_id"], ["letter.id"], name=op.f("fk_correspondence_reading_letter_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_correspondence_reading")),
    )
    op.create_index(
        op.f("ix_correspondence_reading_letter_id_id"),
        "correspondence_reading",
        ["letter_id", "id"],
        unique=False,
    )
    op.create_table(
        "letter_check",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("letter_id", sa.Uuid(), nullable=False),
        sa.Column("round", sa.SmallInteger(), nullable=False),
        sa.Column("doubts", sa.ARRAY(sa.String(length=40)), server_default="{}", nullable=False),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.Column("actor", sa.String(length=100), nullable=False),
        sa.ForeignKeyConstraint(["letter_id"], ["letter.id"], name=op.f("fk_letter_check_letter_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_letter_check")),
    )
    op.create_index(op.f("ix_letter_check_letter_id"), "letter_check", ["letter_id"], unique=False)
    op.create_table(
        "letter_text",
        sa.Column("letter_id", sa.Uuid(), nullable=False),
        sa.Column("original", sa.Text(), nullable=False),
        sa.Column("masked", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["letter_id"], ["letter.id"], name=op.f("fk_letter_text_letter_id")),
        sa.PrimaryKeyConstraint("letter_id", name=op.f("pk_letter_text")),
    )
    op.create_table(
        "photo",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("letter_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("sent_digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["letter_id"], ["letter.id"], name=op.f("fk_photo_letter_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_photo")),
        sa.UniqueConstraint("letter_id", "sent_digest", name=op.f("uq_photo_letter_id_sent_digest")),
    )
    op.create_table(
        "finding",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("letter_id", sa.Uuid(), nullable=False),
        sa.Column("photo_id", sa.Uuid(), nullable=True),
        sa.Column("found_in", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("starts", sa.Integer(), nullable=False),
        sa.Column("ends", sa.Integer(), nullable=False),
        sa.Column("answer", sa.String(length=40), server_default="", nullable=False),
        sa.Column("answered_by", sa.String(length=100), server_default="", nullable=False),
        sa.CheckConstraint("starts <= ends", name=op.f("ck_finding_in_order")),
        sa.ForeignKeyConstraint(["letter_id"], ["letter.id"], name=op.f("fk_finding_letter_id")),
        sa.ForeignKeyConstraint(["photo_id"], ["photo.id"], name=op.f("fk_finding_photo_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_finding")),
    )
    op.create_index(op.f("ix_finding_letter_id"), "finding", ["letter_id"], unique=False)
    op.create_index(
        "ix_finding_open", "finding", ["letter_id"], unique=False, postgresql_where=sa.text("answer = ''")
    )
    for name in ("correspondence_reading", "letter_check", "incident"):
        op.execute(KEPT_FOR_EVER.format(name=name))


downgrade = no_way_back
