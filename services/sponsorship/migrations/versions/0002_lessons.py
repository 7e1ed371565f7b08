"""Courses, their lessons, learners and their places, and helpers that were asked for."""

import sqlalchemy as sa
from alembic import op

from shared.database.migrations import no_way_back

revision = "0002"
down_revision = "0001"


def upgrade() -> None:

    op.create_table(
        "closed_household",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_closed_household")),
    )
    op.create_table(
        "course",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("term", sa.SmallInteger(), nullable=False),
        sa.Column("level", sa.String(length=40), nullable=False),
        sa.Column("places", sa.SmallInteger(), nullable=False),
        sa.Column("taken", sa.SmallInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("region", sa.String(length=40), nullable=True),
        sa.Column("online", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("state", sa.String(length=40), server_default="open", nullable=False),
        sa.Column("actor", sa.String(length=100), nullable=False),
        sa.CheckConstraint("starts_on <= ends_on", name=op.f("ck_course_in_order")),
        sa.CheckConstraint("taken BETWEEN 0 AND places", name=op.f("ck_course_no_more_than_places")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_course")),
        sa.UniqueConstraint("code", "term", name=op.f("uq_course_code_term")),
    )
    op.create_table(
        "learner",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("level", sa.String(length=40), server_default="a1", nullable=False),
        sa.Column("tested_on", sa.Date(), nullable=True),
        sa.Column("childcare", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_learner")),
    )
    op.create_table(
        "settlement",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("household_id", sa.Uuid(), nullable=True),
        sa.Column("household_version", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("member_ids", sa.ARRAY(sa.Uuid()), server_default="{}", nullable=False),
        sa.Column("region", sa.String(length=40), server_default="", nullable=False),
        sa.Column("asked_on", sa.Date(), nullable=True),
        sa.Column("wished", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_settlement")),
    )
    op.create_index(op.f("ix_settlement_household_id"), "settlement", ["household_id"], unique=False)
    op.create_index(
        "ix_settlement_member_ids", "settlement", ["member_ids"], unique=False, postgresql_using="gin"
    )
    op.create_table(
        "helper_need",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("said", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("task", sa.String(length=40), server_default="", nullable=False),
        sa.Column("course_id", sa.Uuid(), nullable=True),
        sa.Column("wanted", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("found", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("status", sa.String(length=40), server_default="", nullable=False),
        sa.Column("reason", sa.String(length=40), server_default="", nullable=False),
        sa.ForeignKeyConstraint(["course_id"], ["course.id"], name=op.f("fk_helper_need_course_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_helper_need")),
    )
    op.create_index(op.f("ix_helper_need_course_id"), "helper_need", ["course_id"], unique=False)
    op.create_table(
        "lesson",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("course_id", sa.Uuid(), nullable=False),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.Column("minutes", sa.SmallInteger(), nullable=False),
        sa.Column("state", sa.String(length=40), server_default="planned", nullable=False),
        sa.Column("makes_up", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(["course_id"], ["course.id"], name=op.f("fk_lesson_course_id")),
        sa.ForeignKeyConstraint(["makes_up"], ["lesson.id"], name=op.f("fk_lesson_makes_up")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lesson")),
        sa.UniqueConstraint("makes_up", name=op.f("uq_lesson_makes_up")),
    )
    op.create_index(op.f("ix_lesson_course_id_on_day"), "lesson", ["course_id", "on_day"], unique=False)
    op.create_table(
        "lesson_place",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("member_id", sa.Uuid(), nullable=False),
        sa.Column("household_id", sa.Uuid(), nullable=False),
        sa.Column("request_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("waiting_since", sa.Date(), nullable=False),
        sa.Column("again", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("course_id", sa.Uuid(), nullable=True),
        sa.Column("starts_on", sa.Date(), nullable=True),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("reason", sa.String(length=40), server_default="", nullable=False),
        sa.CheckConstraint(
            "(state <> 'placed') OR (course_id IS NOT NULL)", name=op.f("ck_lesson_place_placed_somewhere")
        ),
        sa.ForeignKeyConstraint(["course_id"], ["course.id"], name=op.f("fk_lesson_place_course_id")),
        sa.ForeignKeyConstraint(["member_id"], ["learner.id"], name=op.f("fk_lesson_place_member_id")),
        sa.ForeignKeyConstraint(["request_id"], ["settlement.id"], name=op.f("fk_lesson_place_request_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lesson_place")),
    )
    op.create_index(op.f("ix_lesson_place_course_id"), "lesson_place", ["course_id"], unique=False)
    op.create_index(op.f("ix_lesson_place_member_id"), "lesson_place", ["member_id"], unique=False)
    op.create_index(
        "ix_lesson_place_waiting",
        "lesson_place",
        ["waiting_since", "id"],
        unique=False,
        postgresql_where=sa.text("state = 'waiting'"),
    )
    op.create_index(
        "uq_lesson_place_open",
        "lesson_place",
        ["member_id"],
        unique=True,
        postgresql_where=sa.text("state IN ('waiting', 'placed')"),
    )
    op.create_table(
        "attendance",
        sa.Column("lesson_id", sa.Uuid(), nullable=False),
        sa.Column("place_id", sa.Uuid(), nullable=False),
        sa.Column("minutes", sa.SmallInteger(), nullable=False),
        sa.Column("actor", sa.String(length=100), nullable=False),
        sa.CheckConstraint("minutes >= 0", name=op.f("ck_attendance_not_negative")),
        sa.ForeignKeyConstraint(["lesson_id"], ["lesson.id"], name=op.f("fk_attendance_lesson_id")),
        sa.ForeignKeyConstraint(["place_id"], ["lesson_place.id"], name=op.f("fk_attendance_place_id")),
        sa.PrimaryKeyConstraint("lesson_id", "place_id", name=op.f("pk_attendance")),
    )
    op.create_index(op.f("ix_attendance_place_id"), "attendance", ["place_id"], unique=False)


downgrade = no_way_back
