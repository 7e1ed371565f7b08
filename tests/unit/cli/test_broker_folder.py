"""A folder has one broker: a node that somebody else started on it is seen, and no second one is started there."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from shared.cli import Trouble
from shared.cli.local.broker import BrokerSecrets, RabbitNode
from shared.cli.local.ports import BrokerPorts
from shared.cli.local.processes import started_at

FAKE_NODE = 'import sys; print("up", flush=True); sys.stdin.read()'


@contextmanager
def holding(folder: Path, *words: str, port: int = 1, name: str = "beam.smp") -> Iterator[int]:
    """A process that looks like a node somebody else started on a folder."""
    program = folder.parent / name
    if not program.exists():
        program.symlink_to(sys.executable)
    environment = {
        "PATH": os.environ["PATH"],
        "PYTHONHOME": sys.base_prefix,
        "RABBITMQ_MNESIA_BASE": str(folder / "data"),
        "RABBITMQ_NODE_PORT": str(port),
    }
    command = [str(program), "-c", FAKE_NODE, *words]
    process = subprocess.Popen(command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    try:
        assert process.stdout
        assert process.stdout.readline() == b"up\n"
        # The name that the system shows is set by the program's path.
        assert Path(f"/proc/{process.pid}/comm").read_text().strip() == name
        yield process.pid
    finally:
        process.kill()
        process.wait()


def node(folder: Path, amqp: int = 1) -> RabbitNode:
    ports = BrokerPorts(amqp, 2, 3, 4, 5)
    return RabbitNode(folder, ports, BrokerSecrets({}, "secret"))


def test_a_broker_that_another_hand_started_on_the_folder_counts_as_running(tmp_path: Path) -> None:
    """Two nodes on one folder would destroy its data: no file tells of the other one, its environment does."""
    folder = tmp_path / "broker"
    assert not node(folder).running
    with holding(folder, "-boot", "x", port=1) as pid:
        assert node(folder).pid == pid
        # On the same ports it is ours, and nothing is started beside it.
        node(folder, amqp=1).launch()
        assert not (folder / "process.json").exists()
        with pytest.raises(Trouble, match=rf"pid {pid}\), on other ports. Two would destroy"):
            node(folder, amqp=7).launch()
        assert not node(tmp_path / "another").running
    assert not node(folder).running


def test_only_a_node_holds_a_folder(tmp_path: Path) -> None:
    """rabbitmqctl and the like have the same environment; so has whatever a node started."""
    folder = tmp_path / "broker"
    with holding(folder, "-boot", "x", "-extra", "escript"):
        assert not node(folder).running
    with holding(folder, "x"):
        assert not node(folder).running
    with holding(folder, "-boot", "x", name="sh"):
        assert not node(folder).running


def test_kill_ends_the_node_that_another_hand_started(tmp_path: Path) -> None:
    folder = tmp_path / "broker"
    with holding(folder, "-boot", "x") as pid:
        node(folder).kill()
        assert started_at(pid) is None
