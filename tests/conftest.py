"""The servers that all tests share, and which they are."""

import asyncio
import gc
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import structlog
import uvloop
from hypothesis import HealthCheck, settings

from tests.support import in_memory
from tests.support import servers as kinds
from tests.support.databases import Templates
from tests.support.servers import Servers


def pytest_report_header() -> str:
    kind, why = kinds.choice()
    return f"RabbitMQ and PostgreSQL of the tests: {kind}, because {why}"


# The same code is tried with the same examples, so that a change is judged by what it changes; `RELIEF_EXAMPLES` looks
# further.
# How long examples take to make tells of the machine, not of the code.
SLOW_IS_NO_FAULT = [HealthCheck.too_slow]
settings.register_profile(
    "repeatable", derandomize=True, print_blob=True, suppress_health_check=SLOW_IS_NO_FAULT
)
settings.load_profile("default" if "RELIEF_EXAMPLES" in os.environ else "repeatable")


def pytest_configure() -> None:
    """The loop that `relief serve` has; and what is logged before a service sets up logging is without the pictures of
    tracebacks, which take seconds."""
    plain = structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback)
    structlog.configure(processors=[structlog.stdlib.add_log_level, plain])
    asyncio.set_event_loop_policy(uvloop.EventLoopPolicy())


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Iterator[None]:
    """What is collected stays, so nobody looks for garbage meanwhile. Afterwards it is as in `relief serve`: looking
    through what was imported is a tenth of the time of a story."""
    gc.disable()
    collected = yield
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)
    gc.enable()
    return collected


VERSIONS = pytest.StashKey[str]()


@pytest.fixture(scope="session")
def servers(pytestconfig: pytest.Config) -> Iterator[Servers]:
    """A RabbitMQ and a PostgreSQL for a run or its worker; each test takes a virtual host and databases of its own."""
    # Not below pytest's own folder: another pytest closes that to the system user who runs PostgreSQL.
    with tempfile.TemporaryDirectory(prefix="relief-test-", dir=in_memory.folder()) as folder:
        made = kinds.make(Path(folder))
        try:
            made.start()
            made.hurry()
            pytestconfig.stash[VERSIONS] = made.versions()
            # For the run as a whole, if this is one of its workers.
            getattr(pytestconfig, "workeroutput", {})["servers"] = pytestconfig.stash[VERSIONS]
            yield made
        finally:
            made.stop()


@pytest.fixture(scope="session")
def templates(servers: Servers) -> Templates:
    """A database of each service, migrated once, to be copied."""
    return Templates(servers)


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """A worker has ended: take from it which servers it used."""
    if known := getattr(node, "workeroutput", {}).get("servers"):
        node.config.stash[VERSIONS] = known


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    if VERSIONS in config.stash:
        terminalreporter.write_line(f"Real servers used ({kinds.choice()[0]}): {config.stash[VERSIONS]}")
