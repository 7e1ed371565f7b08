"""The servers that all tests share, and which they are."""

from collections.abc import Iterator

import pytest

from tests import servers as kinds
from tests.servers import Servers


def pytest_report_header() -> str:
    kind, why = kinds.choice()
    return f"RabbitMQ and PostgreSQL of the tests: {kind}, because {why}"


@pytest.fixture(scope="session")
def servers(tmp_path_factory: pytest.TempPathFactory, pytestconfig: pytest.Config) -> Iterator[Servers]:
    """A RabbitMQ and a PostgreSQL for the whole run; each test takes a virtual host and databases of its own."""
    made = kinds.make(tmp_path_factory.mktemp("servers"))
    try:
        made.start()
        pytestconfig.stash[VERSIONS] = made.versions()
        yield made
    finally:
        made.stop()


VERSIONS = pytest.StashKey[str]()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    if VERSIONS in config.stash:
        terminalreporter.write_line(f"Real servers used ({kinds.choice()[0]}): {config.stash[VERSIONS]}")
