"""The peers by name: which processes they run, and how a message for them looks."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aio_pika
import orjson

from shared.cli.local.ports import free_ports
from shared.cli.local.processes import Daemon
from shared.cli.local.services import ServiceProcess
from shared.cli.stack import ROOT, ServiceAddress
from shared.contracts.intake import HouseholdRegistered
from shared.messaging.envelope import Envelope, message_of, pack
from shared.settings import ClockMode
from tests.bench.facts import FIRST_DAY
from tests.bench.ground import NAMES, Site
from tests.bench.running import Command

OURS, CELERY, BATCHES, PLAIN = "relief", "celery", "celery-batches", "faststream"
BATCHED = "celery-batches and a batching relay"


@dataclass(frozen=True)
class Peer:
    """`commands` gives the processes: those that reserve, and with True those that send what intake said too.

    `unheard` are the services whose queues must be there when only those run that reserve.
    """

    name: str
    queue: str
    commands: Callable[[Site, bool], list[Command]]
    message: Callable[[Envelope], aio_pika.Message]
    unheard: tuple[str, ...] = ()


def service(site: Site, name: str, label: str = "") -> tuple[Command, ServiceProcess]:
    """One replica of one of our services, as the local run starts it; and where it answers."""
    (port,) = free_ports(1)
    url = f"http://127.0.0.1:{port}"
    address = ServiceAddress(name, url, site.database_url(name), site.broker_url(name))
    daemon = Daemon(name, Path(os.devnull), Path(os.devnull))
    process = ServiceProcess(address, port, site.ground.secrets_of(name), daemon)
    environment = {**process.environment(ClockMode.MANUAL, FIRST_DAY), "RELIEF_LOG_LEVEL": "WARNING"}
    return Command(label or name, ("-m", "shared.cli", "serve", name), environment), process


def _ours(site: Site, whole: bool) -> list[Command]:
    return [service(site, name)[0] for name in (("inventory", "intake") if whole else ("inventory",))]


def _environment(site: Site) -> dict[str, str]:
    return {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "BENCH_BROKER": site.broker_url(),
        "BENCH_INTAKE": site.dsn("intake"),
        "BENCH_INVENTORY": site.dsn("inventory"),
    }


def _relays(kind: str, site: Site, whole: bool) -> list[Command]:
    return [
        Command(f"relay-{source}", ("-m", "tests.bench.peers.poller", kind, source), _environment(site))
        for source in (("inventory", "intake") if whole else ("inventory",))
    ]


def _celery(module: str, relay: str = "celery") -> Callable[[Site, bool], list[Command]]:
    worker = ("worker", "--pool=prefork", "--concurrency=2", "--queues=bench.inventory", "--loglevel=WARNING")
    quiet = ("--without-gossip", "--without-mingle", "--without-heartbeat")

    def commands(site: Site, whole: bool) -> list[Command]:
        arguments = ("-m", "celery", "-A", f"tests.bench.peers.{module}", *worker, *quiet)
        return [Command("worker", arguments, _environment(site)), *_relays(relay, site, whole)]

    return commands


def _plain(site: Site, whole: bool) -> list[Command]:
    consumer = Command("consumer", ("-m", "tests.bench.peers.plain_app"), _environment(site))
    return [consumer, *_relays("plain", site, whole)]


def _as_task(envelope: Envelope) -> aio_pika.Message:
    from tests.bench.peers.celery_base import TASK, as_task

    return as_task(TASK, str(envelope.id), _parts(envelope))


def _parts(envelope: Envelope) -> Any:
    return orjson.loads(pack([envelope]))[0]


def _as_json(envelope: Envelope) -> aio_pika.Message:
    return aio_pika.Message(orjson.dumps(_parts(envelope)), delivery_mode=aio_pika.DeliveryMode.PERSISTENT)


PEERS = {
    peer.name: peer
    for peer in (
        Peer(OURS, f"inventory.{HouseholdRegistered.wire}", _ours, message_of, NAMES),
        Peer(CELERY, "bench.inventory", _celery("celery_app"), _as_task),
        Peer(BATCHES, "bench.inventory", _celery("celery_batches_app"), _as_task),
        Peer(BATCHED, "bench.inventory", _celery("celery_batches_app", relay="batching"), _as_task),
        Peer(PLAIN, "bench.inventory", _plain, _as_json),
    )
}
