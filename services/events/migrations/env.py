"""Alembic's entry for the events service."""

from services.events.tables import Row
from shared.database.migrations import run_migrations

run_migrations(Row.metadata, "service_version")
