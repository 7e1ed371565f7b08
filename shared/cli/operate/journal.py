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
from shared.messaging.envelope import Envelope

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


def envelope_of(row: Row[Any]) -> Envelope:
    """The envelope as it was published, from its row in the journal."""
    return Envelope(
        id=row.message_id,
        type=row.contract,
        source=row.contract.split(".", 1)[0],
        time=row.said_at,
        subject=row.subject,
        correlation_id=row.correlation_id,
        causation_id=row.causation_id,
        traceparent=row.traceparent,
        data=row.data,
    )
