"""Bring the whole local run up, take it down, say how it stands. Everything lies under `.relief/`."""

import fcntl
import hashlib
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import astuple, dataclass
from pathlib import Path

import httpx

from shared.cli import Trouble
from shared.cli.files import Damaged, kept_json
from shared.cli.local.broker import RabbitNode
from shared.cli.local.gateway import Gateway
from shared.cli.local.ports import LOOPBACK, Ports, require_free
from shared.cli.local.postgres import PostgresServer
from shared.cli.local.processes import Daemon, stop_all
from shared.cli.local.remembered import Clock, Settings
from shared.cli.local.secrets import LocalSecrets
from shared.cli.local.services import ServiceProcess, migrate_all
from shared.cli.stack import ROOT, VHOST, ServiceAddress, Stack
from shared.contracts import SERVICES

Say = Callable[[str], None]


@dataclass(frozen=True)
class LocalRun:
    """Every process of the local run, running or not."""

    folder: Path
    ports: Ports
    broker: RabbitNode
    postgres: PostgresServer
    services: dict[str, ServiceProcess]
    gateway: Gateway
    stack: Stack

    @property
    def stack_path(self) -> Path:
        return self.folder / "run" / "stack.json"

    def running(self) -> dict[str, bool]:
        """Each process by name, and whether it runs."""
        return {
            "postgres": self.postgres.running,
            "rabbitmq": self.broker.running,
            **{name: service.daemon.pid is not None for name, service in self.services.items()},
            "gateway": self.gateway.daemon.pid is not None,
        }

    def up(self, wanted: Settings, say: Say) -> None:
        """Start what is not running, in order; return when all of it is ready, else Trouble."""
        if not self.broker.running:
            # One that outlived its node would look like a port taken by somebody else.
            self.broker.stop_name_service()
        require_free(self._ports_needed(), self.ports.gateway)
        settings = self.remember(wanted)
        say("PostgreSQL, RabbitMQ")
        self.broker.launch()
        self._start_postgres()
        say("migrations")
        migrate_all(list(self.stack.services.values()))
        self.broker.wait()
        self.broker.load_definitions()
        say(", ".join(self.services))
        for service in self.services.values():
            service.launch(settings.clock, settings.first_day)
        for service in self.services.values():
            service.wait()
        say("gateway")
        self.gateway.start()
        self.stack.save(self.stack_path)

    def remember(self, wanted: Settings) -> Settings:
        """What the run was started with, so that a part started again later keeps the clock of the others."""
        known = Settings.read(self.folder)
        if known is None or not any(self.running().values()):
            known = wanted
            known.write(self.folder)
        if Clock.read(self.folder) is None:
            Clock(known.clock, known.first_day).write(self.folder)
        return known

    def down(self, say: Say) -> None:
        """Stop everything this checkout started: who takes requests first, what they stand on last."""
        self.stack_path.unlink(missing_ok=True)
        say("gateway, services")
        stop_all([self.gateway.daemon, *(service.daemon for service in self.services.values())])
        say("RabbitMQ, PostgreSQL")
        self.broker.stop()
        self.postgres.stop()
        Settings.forget(self.folder)

    def stop(self, part: str) -> None:
        """Stop one part, by its name in `running`."""
        match part:
            case "postgres":
                self.postgres.stop()
            case "rabbitmq":
                self.broker.stop()
            case "gateway":
                stop_all([self.gateway.daemon])
            case _:
                stop_all([self.services[part].daemon])

    def start(self, part: str, settings: Settings) -> None:
        """Start one part as it was started with the run, and wait until it is ready."""
        match part:
            case "postgres":
                self.postgres.start()
            case "rabbitmq":
                self.broker.start()
            case "gateway":
                self.gateway.start()
            case _:
                self.services[part].launch(settings.clock, settings.first_day)
                self.services[part].wait()

    def erase(self) -> None:
        """Remove data, logs and passwords; only after `down`."""
        shutil.rmtree(self.folder, ignore_errors=True)

    def _start_postgres(self) -> None:
        self.postgres.start()
        self.postgres.close_own_databases()
        secrets = LocalSecrets(self.folder / "secrets")
        for name in self.services:
            self.postgres.new_role(name, secrets.database_password(name))
            self.postgres.new_database(name, owner=name)

    def _ports_needed(self) -> dict[int, str]:
        """The ports of what is not running yet, and what each is for."""
        own: dict[str, tuple[int, ...]] = {
            "postgres": (self.ports.postgres,),
            "rabbitmq": astuple(self.ports.broker),
            **{name: (port,) for name, port in self.ports.services.items()},
            "gateway": (self.ports.gateway, self.ports.notices),
        }
        purposes, running = self.ports.purposes(), self.running()
        return {port: purposes[port] for name, needed in own.items() if not running[name] for port in needed}


def local_run(
    folder: Path | None = None, ports: Ports | None = None, *, to_stop_it: bool = False
) -> LocalRun:
    """The local run of this checkout, or another one in a folder and on ports of its own (tests).

    Damaged if a file of the run is not whole, unless it is `to_stop_it`: that needs no file.
    """
    folder = folder or ROOT / ".relief"
    ports = ports or chosen_ports(folder, to_stop_it=to_stop_it)
    secrets = LocalSecrets(folder / "secrets")
    secrets.make_own()
    checkout = hashlib.sha256(str(folder).encode()).hexdigest()[:8]
    broker = RabbitNode(
        folder / "broker", ports.broker, secrets.broker(), f"relief-{checkout}@localhost", VHOST
    )
    postgres = PostgresServer(folder / "postgres", ports.postgres, secrets.superuser_password())

    def daemon(name: str) -> Daemon:
        return Daemon(name, folder / "run" / f"{name}.json", folder / "log" / f"{name}.log")

    def address(name: str) -> ServiceAddress:
        database = postgres.url(name, name, secrets.database_password(name)).render_as_string(
            hide_password=False
        )
        return ServiceAddress(
            name, f"http://{LOOPBACK}:{ports.services[name]}", database, broker.amqp_url(name)
        )

    addresses = {name: address(name) for name in SERVICES}
    services = {
        name: ServiceProcess(
            addresses[name],
            ports.services[name],
            secrets.service_folder(name),
            daemon(name),
            folder / "told" / f"{name}.json",
        )
        for name in SERVICES
    }
    gateway = Gateway(folder / "gateway", ports.gateway, ports.notices, ports.services, daemon("gateway"))
    stack = Stack(addresses, gateway.url, broker.management_url, VHOST)
    return LocalRun(folder, ports, broker, postgres, services, gateway, stack)


def chosen_ports(folder: Path, *, to_stop_it: bool = False) -> Ports:
    """The ports the run was started on; if it is down, those of the setting."""
    try:
        known = Settings.read(folder)
    except Damaged:
        if not to_stop_it:
            raise
        return _ports_of_gateway(folder) or Ports.from_setting()
    return Ports.from_setting() if known is None else Ports.counted_from(known.port_base)


def _ports_of_gateway(folder: Path) -> Ports | None:
    """The ports of a run as its other file tells them; None if that is damaged too."""
    with suppress(Trouble, TypeError, KeyError, ValueError):
        if port := httpx.URL(kept_json(folder / "run" / "stack.json")["gateway_url"]).port:
            return Ports.counted_from(port)
    return None


@contextmanager
def try_only_one(folder: Path) -> Iterator[bool]:
    """The same lock for who does not wait: False while somebody else has it."""
    with (folder / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
            return
        yield True


@contextmanager
def only_one(folder: Path) -> Iterator[None]:
    """Two `up` or `down` at the same time wait for each other."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
