"""Alembic's entry for the messaging tables that every service has."""

from shared.database import messaging, run_migrations

run_migrations(messaging, "messaging_version")
