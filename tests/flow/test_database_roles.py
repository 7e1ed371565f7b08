"""What a service's role may not open, and what the database server does not tell its log."""

import asyncpg
import pytest

from shared.contracts import SERVICES
from tests.support.servers import Servers


@pytest.mark.parametrize("database", ["postgres", "template1"])
@pytest.mark.parametrize("service", SERVICES)
async def test_a_service_opens_none_of_the_server_s_own_databases(
    servers: Servers, service: str, database: str
) -> None:
    url = servers.database_url(service, database).replace("+asyncpg", "")
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await asyncpg.connect(url)


def test_the_log_holds_no_row_that_broke_a_constraint(servers: Servers) -> None:
    assert servers.sql("SHOW log_error_verbosity") == "terse"
    assert servers.sql("SHOW log_parameter_max_length_on_error") == "0"
