"""Real RabbitMQ and PostgreSQL for the tests: containers where an engine has the images, else the local run's own."""

import importlib
import os
import secrets
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import httpx
from sqlalchemy import URL

from shared.cli import Trouble
from shared.cli.local.broker import BrokerSecrets, RabbitNode, fresh_ports
from shared.cli.local.ports import free_ports
from shared.cli.local.postgres import CLOSE_OWN_DATABASES, PostgresServer
from shared.cli.wiring import ACCOUNTS, secret_fields
from shared.contracts import SERVICES
from shared.messaging.definitions import OPERATOR, definitions

SETTING = "RELIEF_TEST_SERVERS"
RABBITMQ, POSTGRES = "rabbitmq:4-management", "postgres:17"
SUPERUSER = "postgres"
START_SECONDS = 120
# PostgreSQL 16 and newer have a client hash its password as often as this says, 4,096 times if nobody says anything.
# That protects passwords which people choose. For the tests' own passwords it is two fifths of what a connection costs.
HASH_ONCE = "SELECT set_config(name, '1', false) FROM pg_settings WHERE name = 'scram_iterations'"


class Servers(ABC):
    """One broker and one database server, with the services' users and roles; passwords are made anew each time."""

    def __init__(self) -> None:
        self.passwords = {name: secrets.token_hex(8) for name in SERVICES}
        self.operator_password = secrets.token_hex(8)
        self.superuser_password = secrets.token_hex(8)
        # One for all: making one reads the certificates of a whole world, though nothing here needs any.
        none_kept = httpx.Limits(max_keepalive_connections=0)
        self._client = httpx.Client(timeout=30, trust_env=False, limits=none_kept)

    broker_address: tuple[str, int]
    management_address: tuple[str, int]
    database_address: tuple[str, int]

    @abstractmethod
    def start(self) -> None: ...

    @abstractmethod
    def stop(self) -> None: ...

    @abstractmethod
    def stop_broker(self) -> None:
        """Close every connection and refuse new ones, until `start_broker`; the data stay."""

    @abstractmethod
    def start_broker(self) -> None: ...

    @abstractmethod
    def sql(self, statement: str, database: str = SUPERUSER) -> str:
        """Run statements as the superuser; rows as text, columns parted by `|`."""

    @abstractmethod
    def one_by_one(self, statements: Sequence[str]) -> None:
        """Run statements as the superuser, each in a transaction of its own, with one call of the client."""

    @property
    def management_url(self) -> str:
        host, port = self.management_address
        return f"http://{OPERATOR}:{self.operator_password}@{host}:{port}"

    def broker_url(self, user: str, vhost: str) -> str:
        """Password included."""
        host, port = self.broker_address
        password = self.operator_password if user == OPERATOR else self.passwords[user]
        return f"amqp://{user}:{password}@{host}:{port}/{vhost}"

    def database_url(self, service: str, database: str) -> str:
        """Password included."""
        host, port = self.database_address
        url = URL.create("postgresql+asyncpg", service, self.passwords[service], host, port, database)
        return url.render_as_string(hide_password=False)

    def new_vhost(self, name: str) -> None:
        """A fresh virtual host with the exchanges and every user's permissions."""
        wanted = definitions(self.passwords, self.operator_password, name)
        self._management("POST", "/api/definitions", json=wanted).raise_for_status()

    def delete_vhost(self, name: str) -> None:
        self._management("DELETE", f"/api/vhosts/{name}").raise_for_status()

    def on_vhost(self, name: str) -> dict[str, Any]:
        """What was declared on a virtual host: `queues`, `exchanges`, `bindings`, `policies` and so on."""
        found: dict[str, Any] = self._management("GET", f"/api/definitions/{name}").raise_for_status().json()
        return found

    def exchanges(self, vhost: str) -> list[str]:
        """The names of all exchanges but the broker's own."""
        answer = self._management("GET", f"/api/exchanges/{vhost}").raise_for_status()
        names = [str(each["name"]) for each in answer.json()]
        return [name for name in names if name and not name.startswith("amq.")]

    def new_database(self, name: str, owner: str, template: str = "template1") -> None:
        """A fresh database, a copy of `template`, to which nobody may be connected."""
        self.new_databases({name: (owner, template)})

    def new_databases(self, wanted: Mapping[str, tuple[str, str]]) -> None:
        """Fresh databases by their names, each with its owner and its template."""
        # By files: in memory that takes half as long as by the log, which has to be written first.
        copied = 'CREATE DATABASE "{}" OWNER "{}" TEMPLATE "{}" STRATEGY file_copy'
        self.one_by_one([copied.format(name, *made) for name, made in wanted.items()])

    def drop_databases(self, *names: str) -> None:
        """They are gone, also while somebody is connected to them."""
        self.one_by_one([f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)' for name in names])

    def write_secrets(self, service: str, folder: Path) -> None:
        """The secret files of a service that runs as a process: its passwords, and whatever else it wants made up."""
        folder.mkdir(parents=True, exist_ok=True)
        made = dict.fromkeys(ACCOUNTS, self.passwords[service])
        made.update({name: secrets.token_hex(16) for name in secret_fields(service)})
        for name, value in made.items():
            (folder / f"relief_{name}").write_text(value)

    def versions(self) -> str:
        """Which versions these are, in words."""
        broker = self._management("GET", "/api/overview").json()["rabbitmq_version"]
        return f"RabbitMQ {broker} and PostgreSQL {self.sql('SHOW server_version')}"

    def _management(self, method: str, path: str, json: object = None) -> httpx.Response:
        return self._client.request(method, f"{self.management_url}{path}", json=json)

    def hurry(self) -> None:
        """Have the database wait for no disk: what these servers keep need not outlive a power cut. Nor do databases
        that live for seconds need tidying, or their queries compiling."""
        needless = ("fsync", "full_page_writes", "synchronous_commit", "autovacuum", "jit")
        off = [f"ALTER SYSTEM SET {name} = off" for name in needless]
        self.one_by_one([*off, "SELECT pg_reload_conf()"])

    def _make_roles(self) -> None:
        self.sql(CLOSE_OWN_DATABASES)
        for name, password in self.passwords.items():
            self.sql(f"{HASH_ONCE}; CREATE ROLE \"{name}\" LOGIN PASSWORD '{password}'")
        self.sql(f"{HASH_ONCE}; ALTER ROLE {SUPERUSER} PASSWORD '{self.superuser_password}'")


class Native(Servers):
    """By the same code as the local run, in a temporary folder and on free ports."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        ports = fresh_ports()
        known = BrokerSecrets(self.passwords, self.operator_password)
        self.node = RabbitNode(folder / "broker", ports, known, name=f"relief-test-{os.getpid()}@localhost")
        (port,) = free_ports(1)
        self.postgres = PostgresServer(folder / "postgres", port, self.superuser_password)
        self.broker_address = ("127.0.0.1", ports.amqp)
        self.management_address = ("127.0.0.1", ports.management)
        self.database_address = ("127.0.0.1", port)

    def start(self) -> None:
        self.node.launch()
        self.postgres.start()
        self._make_roles()
        self.node.wait()

    def stop(self) -> None:
        self.postgres.stop()
        # What it keeps goes with its folder, and a stop in order takes seconds.
        self.node.kill()
        self.node.stop_name_service()

    def stop_broker(self) -> None:
        self.node.stop()

    def start_broker(self) -> None:
        self.node.start()

    def sql(self, statement: str, database: str = SUPERUSER) -> str:
        return self.postgres.sql(statement, database)

    def one_by_one(self, statements: Sequence[str]) -> None:
        self.sql(";\n".join(statements))


class Containers(Servers):
    """By testcontainers, from images that are there already: nothing is pulled."""

    def __init__(self) -> None:
        super().__init__()
        # Its helper container would be pulled; the containers here are stopped by the fixture itself.
        os.environ["TESTCONTAINERS_RYUK_DISABLED"] = "true"
        from testcontainers.core.container import DockerContainer

        self.broker: Any = DockerContainer(RABBITMQ).with_exposed_ports(5672, 15672)
        self.broker.with_kwargs(hostname="relief-test")
        self.broker.with_env("RABBITMQ_DEFAULT_USER", OPERATOR)
        self.broker.with_env("RABBITMQ_DEFAULT_PASS", self.operator_password)
        self.postgres: Any = DockerContainer(POSTGRES).with_exposed_ports(5432)
        self.postgres.with_env("POSTGRES_PASSWORD", self.superuser_password)
        self.postgres.with_command("postgres -c max_connections=300 -c log_error_verbosity=terse")

    def start(self) -> None:
        self.broker.start()
        self.postgres.start()
        host = self.broker.get_container_host_ip()
        self.broker_address = (host, int(self.broker.get_exposed_port(5672)))
        self.management_address = (host, int(self.broker.get_exposed_port(15672)))
        database_host = self.postgres.get_container_host_ip()
        self.database_address = (database_host, int(self.postgres.get_exposed_port(5432)))
        _wait(self._database_ready)
        self._make_roles()
        _wait(self._broker_ready)

    def stop(self) -> None:
        self.postgres.stop()
        self.broker.stop()

    def stop_broker(self) -> None:
        # A stopped container would come back on another port.
        self._run(self.broker, "rabbitmqctl", "stop_app")

    def start_broker(self) -> None:
        self._run(self.broker, "rabbitmqctl", "start_app")
        _wait(self._broker_ready)

    def sql(self, statement: str, database: str = SUPERUSER) -> str:
        return self._psql(database, statement)

    def one_by_one(self, statements: Sequence[str]) -> None:
        self._psql(SUPERUSER, *statements)

    def _psql(self, database: str, *statements: str) -> str:
        options = ("-X", "-q", "-t", "-A", "-v", "ON_ERROR_STOP=1", "-U", SUPERUSER, "-d", database)
        commands = (part for each in statements for part in ("-c", each))
        return self._run(self.postgres, "psql", *options, *commands)

    def _run(self, container: Any, *command: str) -> str:
        code, output = container.get_wrapped_container().exec_run(list(command))
        if code:
            raise Trouble(f"{command[0]} failed: {output.decode()}")
        return str(output.decode().strip())

    def _database_ready(self) -> bool:
        # Over TCP: while it is being set up the server listens on its socket alone.
        command = ["pg_isready", "-h", "127.0.0.1", "-U", SUPERUSER]
        return bool(self.postgres.get_wrapped_container().exec_run(command).exit_code == 0)

    def _broker_ready(self) -> bool:
        try:
            return self._management("GET", "/api/health/checks/port-listener/5672").is_success
        except httpx.TransportError:
            return False


def _wait(ready: Callable[[], bool]) -> None:
    deadline = time.monotonic() + START_SECONDS
    while not ready():
        if time.monotonic() > deadline:
            raise RuntimeError(f"a container is not ready after {START_SECONDS} s")
        time.sleep(0.1)


@cache
def choice() -> tuple[str, str]:
    """`native` or `containers`, and why; RELIEF_TEST_SERVERS forces one."""
    forced = os.environ.get(SETTING)
    if forced in ("native", "containers"):
        return forced, f"{SETTING} says so"
    if forced:
        raise ValueError(f"{SETTING} is native or containers, not {forced!r}")
    return _found()


def _found() -> tuple[str, str]:
    try:
        docker: Any = importlib.import_module("docker")
        engine = docker.from_env(timeout=5)
        engine.ping()
    except Exception as error:  # noqa: BLE001, whatever is wrong with the engine: there is none to use
        return "native", f"no Docker engine answers ({type(error).__name__})"
    try:
        for image in (RABBITMQ, POSTGRES):
            engine.images.get(image)
    except docker.errors.ImageNotFound:
        return "native", f"the Docker engine has no image {image}, and none is pulled"
    return "containers", "a Docker engine answers and has the images"


def make(folder: Path) -> Servers:
    """The servers to use, not started yet."""
    return Native(folder) if choice()[0] == "native" else Containers()
