"""Alembic's entry for the inventory service."""

from services.inventory.tables import Row
from shared.database import run_migrations

run_migrations(Row.metadata, "service_version")
