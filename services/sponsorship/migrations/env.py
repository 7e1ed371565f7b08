"""Alembic's entry for the sponsorship service."""

from services.sponsorship.tables import Row
from shared.database.migrations import run_migrations

run_migrations(Row.metadata, "service_version")
