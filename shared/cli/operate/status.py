"""`relief status`: which parts run, where, and what waits in each service."""

from collections.abc import Iterator
from dataclasses import dataclass

import httpx
import typer
from rich.table import Column, Table

from shared.cli import Trouble, in_compose, typed
from shared.cli.console import shown, wide_enough
from shared.cli.local.up import LocalRun, local_run
from shared.cli.stack import ServiceAddress, Stack

PATIENCE_SECONDS = 5.0
READY = "ready"
# A state can be a sentence, and an address is there to be copied.
WIDTH = 110


@dataclass(frozen=True)
class Part:
    """A line of the table; what is not known of a part is empty."""

    name: str
    state: str
    pid: int | None = None
    address: str = ""
    today: str = ""
    waiting: str = ""
    parked: str = ""

    @property
    def well(self) -> bool:
        return self.state in ("running", READY)


def register(app: typer.Typer) -> None:
    app.command("status")(status)


def status() -> None:
    """Show which parts run, where, and for each service its day, what waits for the broker and what is parked."""
    parts = list(_of_compose(Stack.load()) if in_compose() else _of_local_run(local_run()))
    table = Table(
        "part", "state", "pid", Column("address", no_wrap=True, min_width=22), "today", "waiting", "parked"
    )
    for part in parts:
        pid = str(part.pid or "")
        cells = (part.name, part.state, pid, part.address, part.today, part.waiting, part.parked)
        table.add_row(*map(shown, cells))
    wide_enough(WIDTH).print(table)
    if not all(part.well for part in parts):
        raise Trouble(f"Not everything is running: {typed('up')}")


def service_part(address: ServiceAddress, pid: int | None = None) -> Part:
    """What a service says at `/readyz` and `/status`, or why it does not."""
    with httpx.Client(base_url=address.url, timeout=PATIENCE_SECONDS, trust_env=False) as client:
        try:
            ready = client.get("/readyz")
            state = READY if ready.is_success else "; ".join(ready.json()["problems"])
            said = client.get("/status").raise_for_status().json()
        except (httpx.HTTPError, ValueError, KeyError) as error:
            return Part(address.name, f"does not answer ({type(error).__name__})", pid, address.url)
    timers = sum(said["timers_parked"].values())
    parked = "?" if said["parked"] is None else str(sum(said["parked"].values()) + timers)
    return Part(address.name, state, pid, address.url, said["today"], str(said["outbox_rows"]), parked)


def _of_compose(stack: Stack) -> Iterator[Part]:
    for address in stack.services.values():
        yield service_part(address)


def _of_local_run(run: LocalRun) -> Iterator[Part]:
    servers = (
        ("gateway", run.gateway.daemon.pid, run.gateway.url),
        ("rabbitmq", run.broker.pid, f"127.0.0.1:{run.broker.ports.amqp}"),
        ("postgres", run.postgres.pid, f"127.0.0.1:{run.postgres.port}"),
    )
    for name, pid, address in servers:
        yield Part(name, "running" if pid else "stopped", pid, address)
    for name, service in run.services.items():
        pid = service.daemon.pid
        stopped = Part(name, "stopped", None, service.address.url)
        yield service_part(service.address, pid) if pid else stopped
