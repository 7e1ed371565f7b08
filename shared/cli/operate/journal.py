"""What services said, read from their journals a row at a time, for the commands that compare it or send it again."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, make_url, select
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.cli.stack import ServiceAddress
from shared.contracts.base import Contract
from shared.database.engine import connect
from shared.database.tables import journal

ROWS_AT_ONCE = 2_000


@asynccontextmanager
async def database_of(service: ServiceAddress) -> AsyncIterator[AsyncConnection]:
    """A connection to one service's database."""
    engine = connect(make_url(service.database_url), pool_size=1, overflow=0)
    try:
        async with engine.connect() as connection:
            yield connection
    finally:
        await engine.dispose()


async def streamed(connection: AsyncConnection, query: Select[Any]) -> AsyncIterator[Row[Any]]:
    """The rows of a query through a server-side cursor, so that memory stays flat."""
    async with connection.stream(query.execution_options(yield_per=ROWS_AT_ONCE)) as rows:
        async for row in rows:
            yield row


def said(contract: type[Contract], since: datetime | None = None) -> Select[Any]:
    """Everything said of one contract, from a moment on if one is given. In no order."""
    query = select(journal).where(journal.c.contract == contract.wire)
    return query if since is None else query.where(journal.c.said_at >= since)
