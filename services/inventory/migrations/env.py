"""Alembic's entry for the inventory service."""

from services.inventory.tables import Row
from shared.database.migrations import run_migrations

run_migrations(Row.metadata, "service_version")
