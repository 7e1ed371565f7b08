"""Intake as a process, sent the largest hostile requests that the limits let in: it stays small and serves others."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest
from sqlalchemy import make_url

from shared.cli.local.processes import stop_all
from shared.database.migrations import migrate
from shared.web.bodies import MOST_COMMAS
from shared.web.walls import MEANT
from tests.faults.test_imports import Site
from tests.support.servers import Servers
from tests.support.sheets import CSV, GOOD, HEADINGS, XLSX, sheet
from tests.unit.spreadsheets.test_apart import BOMBS

pytestmark = [pytest.mark.faults, pytest.mark.slow]

MEGABYTE = 1024 * 1024
PATIENCE_SECONDS = 5.0
"""Others wait no longer for an answer meanwhile, on a machine that has other work too."""


@dataclass
class Watch:
    """What was seen of a process and its children: the most memory, and the longest wait of somebody else."""

    process: psutil.Process
    client: httpx.AsyncClient
    most: int = 0
    longest: float = 0.0

    def memory(self) -> int:
        """Of the process and its children now, in bytes; what they share is counted once."""
        return sum(map(_memory, (self.process, *self.process.children(recursive=True))))

    async def look(self) -> None:
        while True:
            self.most = max(self.most, await asyncio.to_thread(self.memory))
            since = time.monotonic()
            try:
                answer = await self.client.get("/api/counts")
                assert answer.status_code == 200
            finally:
                self.longest = max(self.longest, time.monotonic() - since)

    async def during(self, work: Awaitable[httpx.Response]) -> httpx.Response:
        watching = asyncio.create_task(self.look())
        try:
            return await work
        finally:
            watching.cancel()
            await asyncio.gather(watching, return_exceptions=True)
            self.most = max(self.most, self.memory())


def _memory(process: psutil.Process) -> int:
    try:
        return int(process.memory_full_info().pss)
    except psutil.NoSuchProcess:
        return 0


@pytest.fixture
def site(servers: Servers, tmp_path: Path) -> Iterator[Site]:
    made = Site(servers, tmp_path, "memory")
    servers.new_vhost(made.name)
    servers.new_database(f"{made.name}_intake", "intake")
    yield made
    stop_all([made.processes["intake"].daemon])
    made.erase()


@asynccontextmanager
async def watched(site: Site) -> AsyncIterator[Watch]:
    intake = site.processes["intake"]
    await migrate("intake", make_url(intake.address.database_url))
    await site.start("intake")
    assert intake.daemon.pid is not None
    url = intake.address.url
    async with httpx.AsyncClient(base_url=url, headers=MEANT, timeout=300, trust_env=False) as client:
        yield Watch(psutil.Process(intake.daemon.pid), client)


def bad_rows() -> bytes:
    """25 MB of rows, all of one household, that are as long as they may be and all at fault."""
    row = ",".join(["R-1", *["\N{GRINNING FACE}" + "x" * 390] * 4, "north", "2006-10-20"]) + "\n"
    return ",".join(HEADINGS).encode() + b"\n" + row.encode() * (25 * MEGABYTE // len(row.encode()))


NO_JSON = {
    "unknown keys": b"{" + b",".join(b'"%x":0' % n for n in range(MOST_COMMAS)) + b"}",
    "empty objects": b"[" + b"{}," * MOST_COMMAS + b"0]",
    "members": b'{"members":[' + b"{}," * MOST_COMMAS + b"0]}",
    "needs": b'{"needs":["' + b'","'.join(b"%x" % n for n in range(MOST_COMMAS)) + b'"]}',
    "lists in lists": b"[" * (MEGABYTE - 1),
    "text": b'{"region":"' + b"x" * (MEGABYTE - 20) + b'"}',
}


def hostile() -> dict[str, tuple[str, dict[str, Any]]]:
    """Requests by name: a path, and what is sent there."""
    found: dict[str, tuple[str, dict[str, Any]]] = {}
    for name, content in NO_JSON.items():
        assert len(content) <= MEGABYTE
        headers = {"Content-Type": "application/json", "Idempotency-Key": name}
        found[name] = ("/api/households", {"content": content, "headers": headers})
    files = {"25 MB of bad rows": ("r.csv", bad_rows(), CSV)}
    for name in ("140 MB of them", "a row of 12 million columns"):
        form, content, _ = BOMBS[name]
        files[name] = (f"r.{form}", content, CSV if form == "csv" else XLSX)
    return found | {name: ("/api/imports", {"files": {"file": file}}) for name, file in files.items()}


async def test_nothing_that_the_limits_let_in_takes_intake_to_twice_its_usual_size(site: Site) -> None:
    async with watched(site) as watch:
        ordinary = {"file": ("r.csv", sheet(*([f"R-{n}", *GOOD[1:]] for n in range(50))), CSV)}
        assert (await watch.client.post("/api/imports", files=ordinary)).json()["people"] == 50
        usual = watch.memory()
        for name, (path, request) in hostile().items():
            watch.most, watch.longest = 0, 0.0
            since = time.monotonic()
            answer = await watch.during(watch.client.post(path, **request))
            told = f"{name}: {answer.status_code}, {len(answer.content):,} bytes, {watch.most / usual:.2f} its size, "
            told += f"the longest wait {watch.longest:.2f} s, in all {time.monotonic() - since:.1f} s"
            print(told)
            assert answer.status_code in (200, 400, 422), told
            assert len(answer.content) < MEGABYTE // 4, told
            assert watch.most < 2 * usual, told
            assert watch.longest < PATIENCE_SECONDS, told
