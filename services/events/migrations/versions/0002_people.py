"""Speakers, their consents and slots; volunteers, needs for helpers, and who has which."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from shared.database.migrations import no_way_back

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_table(
        "household",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("reopened", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_household")),
    )
    op.create_table(
        "speaker",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("alias", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("contact_id", sa.Uuid(), nullable=True),
        sa.Column("member_id", sa.Uuid(), nullable=True),
        sa.Column("household_id", sa.Uuid(), nullable=True),
        sa.Column("topics", postgresql.ARRAY(sa.String(length=40)), server_default="{}", nullable=False),
        sa.Column("languages", postgresql.ARRAY(sa.String(length=40)), server_default="{}", nullable=False),
        sa.Column("adult", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("trained_on", sa.Date(), nullable=True),
        sa.Column("left_on", sa.Date(), nullable=True),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("actor", sa.String(length=100), nullable=False),
        sa.CheckConstraint(
            "(kind = 'defector') = (member_id IS NOT NULL AND household_id IS NOT NULL)",
            name=op.f("ck_speaker_defector_is_a_member"),
        ),
        sa.CheckConstraint(
            "(kind = 'fieldworker') = (contact_id IS NOT NULL)",
            name=op.f("ck_speaker_fieldworker_is_a_contact"),
        ),
        sa.ForeignKeyConstraint(["contact_id"], ["contact.id"], name=op.f("fk_speaker_contact_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_speaker")),
    )
    op.create_index(op.f("ix_speaker_household_id"), "speaker", ["household_id"], unique=False)
    op.create_index("uq_speaker_alias", "speaker", ["alias"], unique=True)
    op.create_index("uq_speaker_contact_id", "speaker", ["contact_id"], unique=True)
    op.create_index("uq_speaker_member_id", "speaker", ["member_id"], unique=True)
    op.create_table(
        "consent",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("member_id", sa.Uuid(), nullable=True),
        sa.Column("scopes", postgresql.ARRAY(sa.String(length=40)), server_default="{}", nullable=False),
        sa.Column("agreed", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consent")),
    )
    op.create_index(op.f("ix_consent_member_id"), "consent", ["member_id"], unique=False)
    op.create_index(op.f("ix_consent_until"), "consent", ["until"], unique=False)
    op.create_table(
        "slot",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("speaker_id", sa.Uuid(), nullable=False),
        sa.Column("gathering_id", sa.Uuid(), nullable=False),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.Column("uses", postgresql.ARRAY(sa.String(length=40)), server_default="{}", nullable=False),
        sa.Column("allowed", postgresql.ARRAY(sa.String(length=40)), server_default="{}", nullable=False),
        sa.Column("forbidden", postgresql.ARRAY(sa.String(length=40)), server_default="{}", nullable=False),
        sa.Column("status", sa.String(length=40), nullable=False),
        sa.Column("reason", sa.String(length=40), server_default="", nullable=False),
        sa.Column("actor", sa.String(length=100), nullable=False),
        sa.CheckConstraint("status <> 'flagged' OR reason <> ''", name=op.f("ck_slot_reason_when_flagged")),
        sa.CheckConstraint(
            "status IN ('planned', 'flagged', 'given', 'withdrawn')", name=op.f("ck_slot_status")
        ),
        sa.ForeignKeyConstraint(["gathering_id"], ["gathering.id"], name=op.f("fk_slot_gathering_id")),
        sa.ForeignKeyConstraint(["speaker_id"], ["speaker.id"], name=op.f("fk_slot_speaker_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_slot")),
    )
    op.create_index(op.f("ix_slot_gathering_id"), "slot", ["gathering_id"], unique=False)
    op.create_index(
        "uq_slot_one_a_gathering",
        "slot",
        ["speaker_id", "gathering_id"],
        unique=True,
        postgresql_where=sa.text("status <> 'withdrawn'"),
    )
    op.create_table(
        "recording",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("slot_id", sa.Uuid(), nullable=False),
        sa.Column("uses", postgresql.ARRAY(sa.String(length=40)), server_default="{}", nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("since", sa.Date(), nullable=True),
        sa.Column("made_on", sa.Date(), nullable=False),
        sa.Column("actor", sa.String(length=100), nullable=False),
        sa.CheckConstraint("(state = 'kept') = (since IS NULL)", name=op.f("ck_recording_day_when_down")),
        sa.CheckConstraint("state IN ('kept', 'take_down', 'taken_down')", name=op.f("ck_recording_state")),
        sa.ForeignKeyConstraint(["slot_id"], ["slot.id"], name=op.f("fk_recording_slot_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recording")),
    )
    op.create_index(op.f("ix_recording_slot_id"), "recording", ["slot_id"], unique=False)
    op.create_index(
        "ix_recording_take_down",
        "recording",
        ["since", "id"],
        unique=False,
        postgresql_where=sa.text("state = 'take_down'"),
    )
    op.create_table(
        "publication",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("recording_id", sa.Uuid(), nullable=False),
        sa.Column("place", sa.String(length=40), nullable=False),
        sa.Column("note", sa.String(length=200), nullable=True),
        sa.Column("taken_down_on", sa.Date(), nullable=True),
        sa.Column("actor", sa.String(length=100), nullable=False),
        sa.ForeignKeyConstraint(["recording_id"], ["recording.id"], name=op.f("fk_publication_recording_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_publication")),
    )
    op.create_index(op.f("ix_publication_recording_id"), "publication", ["recording_id"], unique=False)
    op.create_table(
        "volunteer",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("contact_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("adult", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("gender", sa.String(length=40), nullable=True),
        sa.Column("tasks", postgresql.ARRAY(sa.String(length=40)), server_default="{}", nullable=False),
        sa.Column("regions", postgresql.ARRAY(sa.String(length=40)), server_default="{}", nullable=False),
        sa.Column("online", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("weekdays", postgresql.ARRAY(sa.String(length=40)), server_default="{}", nullable=False),
        sa.Column("available_from", sa.Date(), nullable=True),
        sa.Column("available_until", sa.Date(), nullable=True),
        sa.Column("earlier", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("open", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("served", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("minutes", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("actor", sa.String(length=100), nullable=False),
        sa.CheckConstraint("adult OR state IN ('applicant', 'left')", name=op.f("ck_volunteer_of_age")),
        sa.CheckConstraint(
            "state IN ('applicant', 'checked', 'active', 'paused', 'left')", name=op.f("ck_volunteer_state")
        ),
        sa.ForeignKeyConstraint(["contact_id"], ["contact.id"], name=op.f("fk_volunteer_contact_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_volunteer")),
    )
    op.create_index("uq_volunteer_contact_id", "volunteer", ["contact_id"], unique=True)
    op.create_table(
        "volunteer_skill",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("volunteer_id", sa.Uuid(), nullable=False),
        sa.Column("language", sa.String(length=10), nullable=False),
        sa.Column("into", sa.String(length=10), nullable=True),
        sa.Column("level", sa.String(length=40), nullable=True),
        sa.Column("varieties", postgresql.ARRAY(sa.String(length=40)), server_default="{}", nullable=False),
        sa.Column("topics", postgresql.ARRAY(sa.String(length=40)), server_default="{}", nullable=False),
        sa.Column("modes", postgresql.ARRAY(sa.String(length=40)), server_default="{}", nullable=False),
        sa.ForeignKeyConstraint(
            ["volunteer_id"], ["volunteer.id"], name=op.f("fk_volunteer_skill_volunteer_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_volunteer_skill")),
    )
    op.create_index(
        op.f("ix_volunteer_skill_language_into"), "volunteer_skill", ["language", "into"], unique=False
    )
    op.create_index(
        op.f("ix_volunteer_skill_volunteer_id"), "volunteer_skill", ["volunteer_id"], unique=False
    )
    op.create_table(
        "volunteer_check",
        sa.Column("volunteer_id", sa.Uuid(), nullable=False),
        sa.Column("what", sa.String(length=40), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("seen_on", sa.Date(), nullable=False),
        sa.Column("actor", sa.String(length=100), nullable=False),
        sa.ForeignKeyConstraint(
            ["volunteer_id"], ["volunteer.id"], name=op.f("fk_volunteer_check_volunteer_id")
        ),
        sa.PrimaryKeyConstraint("volunteer_id", "what", name=op.f("pk_volunteer_check")),
    )
    op.create_table(
        "volunteer_tie",
        sa.Column("volunteer_id", sa.Uuid(), nullable=False),
        sa.Column("household_id", sa.Uuid(), nullable=False),
        sa.Column("why", sa.String(length=40), nullable=False),
        sa.Column("actor", sa.String(length=100), nullable=False),
        sa.ForeignKeyConstraint(
            ["volunteer_id"], ["volunteer.id"], name=op.f("fk_volunteer_tie_volunteer_id")
        ),
        sa.PrimaryKeyConstraint("volunteer_id", "household_id", name=op.f("pk_volunteer_tie")),
    )
    op.create_table(
        "need",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("source", sa.String(length=40), server_default="", nullable=False),
        sa.Column("request_id", sa.Uuid(), nullable=True),
        sa.Column("household_id", sa.Uuid(), nullable=True),
        sa.Column("household_version", sa.Integer(), nullable=True),
        sa.Column("gathering_id", sa.Uuid(), nullable=True),
        sa.Column("part", sa.String(length=100), nullable=True),
        sa.Column("task", sa.String(length=40), server_default="", nullable=False),
        sa.Column("languages", postgresql.JSONB(astext_type=sa.Text()), server_default="[]", nullable=False),
        sa.Column("any_of", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("mode", sa.String(length=40), nullable=True),
        sa.Column("people", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=True),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("region", sa.String(length=40), nullable=True),
        sa.Column("online", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("gender", sa.String(length=40), nullable=True),
        sa.Column("ended", sa.String(length=40), server_default="", nullable=False),
        sa.Column("lacking", sa.String(length=40), server_default="", nullable=False),
        sa.Column("status", sa.String(length=40), server_default="", nullable=False),
        sa.Column("wanted", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("found", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("reason", sa.String(length=40), server_default="", nullable=False),
        sa.Column("said", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.CheckConstraint("least(wanted, found, said) >= 0", name=op.f("ck_need_not_negative")),
        sa.ForeignKeyConstraint(["gathering_id"], ["gathering.id"], name=op.f("fk_need_gathering_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_need")),
    )
    op.create_index(op.f("ix_need_household_id"), "need", ["household_id"], unique=False)
    op.create_index(op.f("ix_need_status_id"), "need", ["status", "id"], unique=False)
    op.create_index("uq_need_part", "need", ["gathering_id", "part"], unique=True)
    op.create_table(
        "assignment",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("need_id", sa.Uuid(), nullable=False),
        sa.Column("volunteer_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("reason", sa.String(length=40), server_default="", nullable=False),
        sa.Column("despite", postgresql.ARRAY(sa.String(length=40)), server_default="{}", nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("minutes", sa.Integer(), nullable=True),
        sa.Column("actor", sa.String(length=100), nullable=False),
        sa.CheckConstraint(
            "(state = 'done') = (minutes IS NOT NULL)", name=op.f("ck_assignment_minutes_when_done")
        ),
        sa.CheckConstraint(
            "state IN ('offered', 'accepted', 'declined', 'expired', 'freed', 'done')",
            name=op.f("ck_assignment_state"),
        ),
        sa.ForeignKeyConstraint(["need_id"], ["need.id"], name=op.f("fk_assignment_need_id")),
        sa.ForeignKeyConstraint(["volunteer_id"], ["volunteer.id"], name=op.f("fk_assignment_volunteer_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assignment")),
    )
    op.create_index(op.f("ix_assignment_need_id_id"), "assignment", ["need_id", "id"], unique=False)
    op.create_index(
        op.f("ix_assignment_volunteer_id_state"), "assignment", ["volunteer_id", "state"], unique=False
    )
    op.create_index(
        "uq_assignment_open",
        "assignment",
        ["need_id", "volunteer_id"],
        unique=True,
        postgresql_where=sa.text("state IN ('offered', 'accepted')"),
    )
    op.create_table(
        "helper_appeal",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("need_id", sa.Uuid(), nullable=False),
        sa.Column("missing", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("reason", sa.String(length=40), nullable=False),
        sa.Column("opened_on", sa.Date(), nullable=False),
        sa.Column("closed_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["need_id"], ["need.id"], name=op.f("fk_helper_appeal_need_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_helper_appeal")),
    )
    op.create_index(
        "uq_helper_appeal_open",
        "helper_appeal",
        ["need_id"],
        unique=True,
        postgresql_where=sa.text("closed_on IS NULL"),
    )


downgrade = no_way_back
