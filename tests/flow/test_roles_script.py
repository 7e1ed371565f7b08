"""`deploy/postgres/roles.sh`, which compose's database runs: a role per secret, no password on a command line."""

import asyncio
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import pytest

from shared.cli.local.postgres import programs
from shared.cli.stack import ROOT
from tests.support.servers import SUPERUSER, Servers

PASSWORD = "it's a `pass\"word` $HOME \\set"
SPY = """#!/bin/sh
printf '%s\\n' "$@" >>{seen}
exec {psql} "$@"
"""


@pytest.fixture
def newcomer(servers: Servers) -> Iterator[str]:
    yield "newcomer"
    servers.drop_databases("newcomer")
    servers.sql('DROP ROLE IF EXISTS "newcomer"')


def test_a_role_is_made_from_its_secret_and_its_password_is_on_no_command_line(
    servers: Servers, newcomer: str, tmp_path: Path
) -> None:
    seen, secrets, tools = tmp_path / "seen", tmp_path / "secrets", tmp_path / "bin"
    for folder in (secrets, tools):
        folder.mkdir()
    secret = secrets / f"{newcomer}_database_password"
    secret.write_text(PASSWORD)
    (tools / "psql").write_text(SPY.format(seen=seen, psql=programs() / "psql"))
    (tools / "psql").chmod(0o755)
    host, port = servers.database_address
    environment = {
        "PATH": f"{tools}:{os.environ['PATH']}",
        "POSTGRES_USER": SUPERUSER,
        "RELIEF_SECRETS": str(secrets),
        "PGHOST": host,
        "PGPORT": str(port),
        "PGPASSWORD": servers.superuser_password,
    }

    def run() -> subprocess.CompletedProcess[bytes]:
        script = [shutil.which("bash") or "bash", str(ROOT / "deploy" / "postgres" / "roles.sh")]
        return subprocess.run(script, env=environment, check=False, capture_output=True, timeout=60)

    for _ in range(2):
        done = run()
        assert done.returncode == 0, done.stderr
    assert PASSWORD[:6] not in seen.read_text()
    asyncio.run(signed_in(host, port, newcomer))
    secret.write_text("")
    ended = run()
    assert ended.returncode == 1
    assert b"is empty" in ended.stderr


async def signed_in(host: str, port: int, name: str) -> None:
    connection = await asyncpg.connect(host=host, port=port, user=name, password=PASSWORD, database=name)
    await connection.close()
