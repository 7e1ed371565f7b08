"""A private RabbitMQ node from the machine's package: its own name, ports and folders, on 127.0.0.1 alone."""

import json
import os
import signal
import subprocess
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

import httpx
import psutil

from shared.cli import Trouble
from shared.cli.local.ports import LOOPBACK, BrokerPorts, free_ports
from shared.cli.local.processes import Daemon, kill_tree, started_at, tail, wait_until
from shared.messaging.definitions import OPERATOR, definitions

# The wrappers in /usr/sbin change to the package's user, who cannot write into the checkout.
PROGRAMS = Path("/usr/lib/rabbitmq/bin")
START_SECONDS = 90
# The first keeps the port for commands to the node off the network; the rest keep an idle node from spinning.
ERLANG_FLAGS = "-kernel inet_dist_use_interface {127,0,0,1} +sbwt none +sbwtdcpu none +sbwtdio none"
CONFIG = """\
listeners.tcp.default = 127.0.0.1:{ports.amqp}
management.tcp.ip = 127.0.0.1
management.tcp.port = {ports.management}
prometheus.tcp.ip = 127.0.0.1
prometheus.tcp.port = {ports.metrics}
log.file.rotation.size = 10485760
log.file.rotation.count = 3
load_definitions = {definitions}
"""


@dataclass(frozen=True)
class BrokerSecrets:
    """Passwords of the services (by name) and of the operator."""

    services: Mapping[str, str]
    operator: str


class RabbitNode:
    """One node. `start` and `stop` may be called again and again; data stays in the folder."""

    def __init__(
        self,
        folder: Path,
        ports: BrokerPorts,
        secrets: BrokerSecrets,
        name: str = "relief@localhost",
        vhost: str = "relief",
        cookie: str | None = None,
    ) -> None:
        """Nodes of one cluster share `cookie` and `ports.epmd`; folder and name are each node's own."""
        self.folder = folder.absolute()
        self.ports = ports
        self.secrets = secrets
        self.name = name
        self.vhost = vhost
        self.cookie = cookie
        self.log = self.folder / "log" / "console.log"
        self._daemon = Daemon("the message broker", self.folder / "process.json", self.log)

    @property
    def running(self) -> bool:
        return self.pid is not None

    @property
    def died(self) -> bool:
        """Whether the node ended without being stopped."""
        return self._daemon.died and self.pid is None

    @property
    def pid(self) -> int | None:
        """The node's own pid. One that was started by another hand on this folder counts too: two would write there."""
        return self._daemon.pid or self._holder()

    def _holder(self) -> int | None:
        """A node that has this folder, found by its environment when no file tells of it."""
        mark = f"RABBITMQ_MNESIA_BASE={self.folder / 'data'}".encode()
        for pid in psutil.pids():
            with suppress(OSError):
                here = Path(f"/proc/{pid}")
                node = (here / "comm").read_text().strip() == "beam.smp" and not _is_tool(here)
                if node and started_at(pid) and mark in (here / "environ").read_bytes().split(b"\0"):
                    return int(pid)
        return None

    @property
    def management_url(self) -> str:
        """Address of the management API with the operator's name and password."""
        return f"http://{OPERATOR}:{self.secrets.operator}@{LOOPBACK}:{self.ports.management}"

    def amqp_url(self, user: str, vhost: str | None = None) -> str:
        """Address for a service or the operator, password included."""
        password = self.secrets.operator if user == OPERATOR else self.secrets.services[user]
        return f"amqp://{user}:{password}@{LOOPBACK}:{self.ports.amqp}/{vhost or self.vhost}"

    def environment(self) -> dict[str, str]:
        """What the node and every command for it run under; nothing of the machine's own node."""
        here = self.folder
        return {
            "PATH": os.environ.get("PATH", "/usr/bin:/bin"),
            "LANG": "C.UTF-8",
            "HOME": str(here),
            "RABBITMQ_NODENAME": self.name,
            "RABBITMQ_NODE_IP_ADDRESS": LOOPBACK,
            "RABBITMQ_NODE_PORT": str(self.ports.amqp),
            "RABBITMQ_DIST_PORT": str(self.ports.distribution),
            "ERL_EPMD_PORT": str(self.ports.epmd),
            "ERL_EPMD_ADDRESS": LOOPBACK,
            "RABBITMQ_MNESIA_BASE": str(here / "data"),
            "RABBITMQ_LOG_BASE": str(here / "log"),
            "RABBITMQ_PID_FILE": str(here / "node.pid"),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(here / "enabled_plugins"),
            "RABBITMQ_CONFIG_FILE": str(here / "rabbitmq.conf"),
            "RABBITMQ_ADVANCED_CONFIG_FILE": str(here / "advanced.config"),
            "RABBITMQ_CONF_ENV_FILE": "/dev/null",
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": ERLANG_FLAGS,
            # Without this the script stays beside the node: `kill -9` of its pid would leave the node, and its data
            # would be open to a second one.
            "RUNNING_UNDER_SYSTEMD": "true",
        }

    def start(self) -> None:
        """Start the node if it is not running; return when it takes connections, else Trouble."""
        self.launch()
        self.wait()

    def launch(self) -> None:
        """Start the node and do not wait."""
        if (pid := self.pid) is not None:
            self._check_ports(pid)
            return
        if not (PROGRAMS / "rabbitmq-server").exists():
            raise Trouble("RabbitMQ is not installed: apt-get install rabbitmq-server")
        self._write_files()
        self._daemon.start([str(PROGRAMS / "rabbitmq-server")], self.environment(), self.folder)

    def _check_ports(self, pid: int) -> None:
        """Trouble if the node that has this folder listens elsewhere than it should."""
        with suppress(OSError):
            given = Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")
            if f"RABBITMQ_NODE_PORT={self.ports.amqp}".encode() not in given:
                raise Trouble(
                    f"A message broker runs on {self.folder} already (pid {pid}), on other ports. Two would destroy "
                    "its data: ./relief down first."
                )

    def wait(self, seconds: float = START_SECONDS) -> None:
        """Return when the node takes connections; Trouble with the end of its log if it does not."""
        wait_until(
            self._ready_or_dead,
            seconds,
            lambda: f"The message broker did not start in {seconds:g} s.\n{tail(self.log)}",
        )
        if not self.running:
            raise Trouble(f"The message broker ended while starting.\n{tail(self.log)}")

    def stop(self) -> None:
        """Shut the node down in order, and its name service if no other node uses it."""
        if self.running:
            # It would wait for the pid, which stays until the node's parent has asked how it ended.
            result = self.run("rabbitmqctl", "shutdown", "--no-wait", check=False)
            if result.returncode:
                self._daemon.signal(signal.SIGTERM)
            with suppress(Trouble):
                wait_until(lambda: not self.running, 60, lambda: "")
        self.kill()
        self.stop_name_service()

    def stop_name_service(self) -> None:
        """End epmd; it refuses by itself while another node is registered with it."""
        with suppress(FileNotFoundError):
            subprocess.run(
                ["epmd", "-kill"], env=self.environment(), capture_output=True, timeout=20, check=False
            )

    def kill(self) -> None:
        """`kill -9`: the node and its helpers are gone at once; its name service stays."""
        if (pid := self.pid) is not None:
            kill_tree(pid)
        self._daemon.kill()

    def restart(self) -> None:
        self.stop()
        self.start()

    def run(self, program: str, *arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        """Run rabbitmqctl and the like against this node. Trouble if it fails and `check`."""
        command = [str(PROGRAMS / program), *arguments]
        result = subprocess.run(
            command, env=self.environment(), capture_output=True, text=True, timeout=120, check=False
        )
        if check and result.returncode:
            raise Trouble(f"{program} {' '.join(arguments)} failed:\n{result.stdout}{result.stderr}")
        return result

    def load_definitions(self) -> None:
        """Users, permissions and exchanges as they are now; a node that ran already knows those of before."""
        self.new_vhost(self.vhost)

    def new_vhost(self, name: str) -> None:
        """A fresh virtual host with the same users, permissions and exchanges."""
        wanted = definitions(self.secrets.services, self.secrets.operator, name)
        self._management("POST", "/api/definitions", json=wanted).raise_for_status()

    def delete_vhost(self, name: str) -> None:
        """Remove a virtual host and all its queues; nothing if it is not there."""
        answer = self._management("DELETE", f"/api/vhosts/{name}")
        if answer.status_code != httpx.codes.NOT_FOUND:
            answer.raise_for_status()

    def _management(self, method: str, path: str, json: object = None) -> httpx.Response:
        return httpx.request(method, f"{self.management_url}{path}", json=json, timeout=30, trust_env=False)

    def _ready_or_dead(self) -> bool:
        if not self.running:
            return True
        try:
            answer = self._management("GET", f"/api/health/checks/port-listener/{self.ports.amqp}")
        except httpx.TransportError:
            return False
        return answer.status_code == httpx.codes.OK

    def _write_files(self) -> None:
        (self.folder / "log").mkdir(parents=True, exist_ok=True)
        self.folder.chmod(0o700)
        loaded = self.folder / "definitions.json"
        loaded.write_text(json.dumps(definitions(self.secrets.services, self.secrets.operator, self.vhost)))
        (self.folder / "rabbitmq.conf").write_text(CONFIG.format(ports=self.ports, definitions=loaded))
        (self.folder / "enabled_plugins").write_text("[rabbitmq_management,rabbitmq_prometheus].\n")
        (self.folder / "advanced.config").write_text("[].\n")
        cookie = self.folder / ".erlang.cookie"
        if self.cookie and not cookie.exists():
            cookie.write_text(self.cookie)
            cookie.chmod(0o400)


def _is_tool(process: Path) -> bool:
    """rabbitmqctl and the like are Erlang programs under the same environment."""
    return (
        b"-boot\0" not in (process / "cmdline").read_bytes()
        or b"escript" in (process / "cmdline").read_bytes()
    )


def fresh_ports(epmd: int | None = None) -> BrokerPorts:
    """Free ports for a node of a test, with a name service of its own or that of its cluster."""
    ports = BrokerPorts(*free_ports(5))
    return ports if epmd is None else replace(ports, epmd=epmd)
