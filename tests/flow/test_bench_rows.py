"""What the benchmark lets pgbench write beside the services fits their tables as they are today."""

import pytest
from sqlalchemy import make_url

from tests.bench.limits import BATCH, pgbench
from tests.bench.stock import fill
from tests.support.databases import Databases
from tests.support.servers import Servers


@pytest.mark.parametrize(
    ("service", "script", "before", "table", "rows"),
    [
        ("intake", "register.sql", "SELECT", "household", 2),
        ("inventory", "reserve.sql", "UPDATE shelf SET on_hand = 1000", "reservation", 2 * BATCH),
        ("donations", "notice.sql", "SELECT", "notice", 2),
    ],
)
async def test_the_tables_take_what_pgbench_writes(
    service: str, script: str, before: str, table: str, rows: int, servers: Servers, databases: Databases
) -> None:
    name = databases[service]
    url = make_url(servers.database_url(service, name)).set(drivername="postgresql")
    dsn = url.render_as_string(hide_password=False)
    counting = f"SELECT count(*) FROM {table}"  # noqa: S608, the names are ours
    await fill(dsn, service, items=2, rows=20)
    there = int(servers.sql(counting, name))
    servers.sql(before, name)
    await pgbench(dsn, script, clients=1, transactions=2)
    assert int(servers.sql(counting, name)) == there + rows
