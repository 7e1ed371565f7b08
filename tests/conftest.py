"""The servers that all tests share, and which they are."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support import servers as kinds
from tests.support.servers import Servers


def pytest_report_header() -> str:
    kind, why = kinds.choice()
    return f"RabbitMQ and PostgreSQL of the tests: {kind}, because {why}"


VERSIONS = pytest.StashKey[str]()


@pytest.fixture(scope="session")
def servers(pytestconfig: pytest.Config) -> Iterator[Servers]:
    """A RabbitMQ and a PostgreSQL for the whole run; each test takes a virtual host and databases of its own."""
    # Not below pytest's own folder: another pytest closes that to the system user who runs PostgreSQL.
    with tempfile.TemporaryDirectory(prefix="relief-test-") as folder:
        made = kinds.make(Path(folder))
        try:
            made.start()
            pytestconfig.stash[VERSIONS] = made.versions()
            yield made
        finally:
            made.stop()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    if VERSIONS in config.stash:
        terminalreporter.write_line(f"Real servers used ({kinds.choice()[0]}): {config.stash[VERSIONS]}")
