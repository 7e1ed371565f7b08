"""Alembic's entry for the intake tables."""

from services.intake.tables import Row
from shared.database.migrations import run_migrations

run_migrations(Row.metadata, "service_version")
