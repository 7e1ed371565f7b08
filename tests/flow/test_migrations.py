"""The migrations make the tables that the row classes describe."""

import asyncio
import importlib
import importlib.util
from collections.abc import Iterable
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, MetaData
from sqlalchemy.engine import make_url

from shared.contracts import SERVICES
from shared.database.engine import connect
from shared.database.tables import messaging
from tests.support.databases import Databases
from tests.support.servers import Servers


def differences(connection: Connection, metadata: MetaData) -> list[Any]:
    """What would have to change in the database; tables that others own, and constraints by name, are left out."""

    def ours(thing: Any, name: str | None, kind: str, *_: object) -> bool:
        return name in metadata.tables if kind == "table" else True

    options = {"compare_type": True, "compare_server_default": True, "include_object": ours}
    found: list[Any] = compare_metadata(MigrationContext.configure(connection, opts=options), metadata)
    return found


def metadata_of(service: str) -> list[MetaData]:
    """The tables that every service has, and the service's own if it has any."""
    own = importlib.util.find_spec(f"services.{service}.tables")
    return [messaging, *([importlib.import_module(own.name).Row.metadata] if own else [])]


@pytest.mark.parametrize("service", SERVICES)
def test_the_migrations_make_what_the_row_classes_describe(
    servers: Servers, databases: Databases, service: str
) -> None:

    async def look() -> Iterable[Any]:
        engine = connect(make_url(servers.database_url(service, databases[service])), pool_size=1)
        try:
            async with engine.connect() as connection:
                return [
                    each
                    for metadata in metadata_of(service)
                    for each in await connection.run_sync(differences, metadata)
                ]
        finally:
            await engine.dispose()

    assert asyncio.run(look()) == []
