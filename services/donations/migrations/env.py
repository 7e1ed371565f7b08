"""Alembic's entry for the donations service."""

from services.donations.tables import Row
from shared.database.migrations import run_migrations

run_migrations(Row.metadata, "service_version")
