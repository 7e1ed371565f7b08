"""Alembic's entry for the messaging tables that every service has."""

from shared.database.migrations import run_migrations
from shared.database.tables import messaging

run_migrations(messaging, "messaging_version")
