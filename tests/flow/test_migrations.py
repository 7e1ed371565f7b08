"""The migrations make the tables that the row classes describe."""

import asyncio
import importlib
from collections.abc import Iterable
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, MetaData
from sqlalchemy.engine import make_url

from shared.database.engine import connect
from tests.flow.world import NAMES
from tests.servers import Servers


def differences(connection: Connection, metadata: MetaData) -> list[Any]:
    """What would have to change in the database; tables that others own, and constraints by name, are left out."""

    def ours(thing: Any, name: str | None, kind: str, *_: object) -> bool:
        return name in metadata.tables if kind == "table" else True

    options = {"compare_type": True, "compare_server_default": True, "include_object": ours}
    found: list[Any] = compare_metadata(MigrationContext.configure(connection, opts=options), metadata)
    return found


@pytest.mark.parametrize("service", NAMES)
def test_the_migrations_make_what_the_row_classes_describe(
    servers: Servers, databases: dict[str, str], service: str
) -> None:
    metadata: MetaData = importlib.import_module(f"services.{service}.tables").Row.metadata

    async def look() -> Iterable[Any]:
        engine = connect(make_url(servers.database_url(service, databases[service])), pool_size=1)
        try:
            async with engine.connect() as connection:
                return await connection.run_sync(differences, metadata)
        finally:
            await engine.dispose()

    assert asyncio.run(look()) == []
