"""The private broker node: its own pid is known, and no second node ever comes onto its folder."""

import os
import secrets
import signal
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from shared.cli import Trouble
from shared.cli.local.broker import PROGRAMS, BrokerSecrets, RabbitNode, fresh_ports
from shared.cli.local.processes import wait_until
from shared.contracts import SERVICES

pytestmark = pytest.mark.skipif(not PROGRAMS.is_dir(), reason="RabbitMQ is not installed on this machine")


@pytest.fixture
def node() -> Iterator[RabbitNode]:
    with tempfile.TemporaryDirectory(prefix="relief-test-", ignore_cleanup_errors=True) as folder:
        made = another(Path(folder), f"relief-test-{secrets.token_hex(4)}@localhost")
        try:
            yield made
        finally:
            made.stop()


def another(folder: Path, name: str) -> RabbitNode:
    passwords = BrokerSecrets(dict.fromkeys(SERVICES, "x"), "x")
    return RabbitNode(folder, fresh_ports(), passwords, name)


def nodes_on(folder: Path) -> list[int]:
    """The Erlang programs whose command line names the folder."""
    named = [each for each in psutil.process_iter(["name", "cmdline"]) if each.info["name"] == "beam.smp"]
    return [each.pid for each in named if str(folder) in " ".join(each.info["cmdline"] or [])]


def test_the_pid_is_the_nodes_own_and_no_second_node_comes_onto_its_folder(node: RabbitNode) -> None:
    node.launch()
    node.wait()
    assert nodes_on(node.folder) == [node.pid]
    # As after a kill of `up` before it could write the file down.
    (node.folder / "process.json").unlink()
    assert nodes_on(node.folder) == [node.pid]
    with pytest.raises(Trouble, match="Two would destroy"):
        another(node.folder, node.name).launch()
    node.launch()
    (only,) = nodes_on(node.folder)
    os.kill(only, signal.SIGKILL)
    wait_until(lambda: not nodes_on(node.folder), 20, lambda: "a node is left")
    assert node.pid is None
    node.launch()
    wait_until(lambda: len(nodes_on(node.folder)) == 1, 20, lambda: "no node")
    (node.folder / "process.json").write_text("{")
    node.stop()
    assert nodes_on(node.folder) == []
