"""`relief status`: which parts run, where, and what waits in each service."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import typer
from rich.table import Column, Table

from shared.cli import Trouble, in_compose, typed
from shared.cli.console import shown, wide_enough
from shared.cli.local.keeper import keeper_of
from shared.cli.local.up import LocalRun, local_run
from shared.cli.stack import ServiceAddress, Stack
from shared.words import many

PATIENCE_SECONDS = 5.0
READY = "ready"
# A state can be a sentence, and an address is there to be copied.
WIDTH = 120
BY = {"wall": "wall", "manual": "by hand"}


@dataclass(frozen=True)
class Part:
    """A line of the table; what is not known of a part is empty."""

    name: str
    state: str
    pid: int | None = None
    address: str = ""
    today: str = ""
    clock: str = ""
    waiting: str = ""
    parked: str = ""
    connections: str = ""

    @property
    def well(self) -> bool:
        return self.state.split(";")[0] in ("running", READY)


def register(app: typer.Typer) -> None:
    app.command("status")(status)


def status() -> None:
    """Show which parts run and where, and each service's day and clock, what waits for the broker, what is parked."""
    parts = list(_of_compose(Stack.load()) if in_compose() else _of_local_run(local_run()))
    table = Table(
        *("part", "state", "pid", Column("address", no_wrap=True, min_width=22)),
        *("today", "clock", "waiting", "parked", "connections"),
    )
    for part in parts:
        known = (part.today, part.clock, part.waiting, part.parked, part.connections)
        cells = (part.name, part.state, str(part.pid or ""), part.address, *known)
        table.add_row(*map(shown, cells))
    wide_enough(WIDTH).print(table)
    if len(clocks := {part.clock for part in parts if part.clock in BY.values()}) > 1:
        raise Trouble(
            f"The services follow different clocks ({', '.join(sorted(clocks))}): give all the same RELIEF_CLOCK."
        )
    if not all(part.well for part in parts):
        raise Trouble(_advice())


def _advice() -> str:
    """What to do when a part is not well."""
    if in_compose():
        return (
            "Not everything is well. docker compose ps --all shows what has stopped, docker compose logs SERVICE why; "
            "docker compose start SERVICE starts it."
        )
    return "Not everything is well: ./relief up starts what is stopped; .relief/log/SERVICE.log says what is wrong."


def service_part(address: ServiceAddress, pid: int | None = None) -> Part:
    """What a service says at `/readyz` and `/status`, or why it does not."""
    with httpx.Client(base_url=address.url, timeout=PATIENCE_SECONDS, trust_env=False) as client:
        try:
            problems = client.get("/readyz").json()["problems"]
            answer = client.get("/status")
            said = answer.json() if answer.is_success else None
        except (httpx.HTTPError, httpx.InvalidURL, ValueError, KeyError, TypeError) as error:
            return Part(address.name, f"does not answer ({type(error).__name__})", pid, address.url)
    if said is None:
        problems = problems or [f"/status answers {answer.status_code}"]
        return Part(address.name, "; ".join(problems), pid, address.url, *"?????")
    timers = sum(said["timers_parked"].values())
    parked = "?" if said["parked"] is None else str(sum(said["parked"].values()) + timers)
    state = "; ".join([*(problems or [READY]), *_troubles(said)])
    known = (str(said["outbox_rows"]), parked, said["connections"])
    return Part(
        address.name, state, pid, address.url, said["today"], BY.get(said.get("clock", ""), "?"), *known
    )


def _troubles(said: dict[str, Any]) -> Iterator[str]:
    """What `/status` tells that an operator has to look at."""
    behind = said["days_behind"]
    if said["days_held"]:
        yield f"the days wait: {said['days_held']} ({typed('clock DATE')})"
    elif behind:
        yield f"{many(abs(behind), 'day')} {'behind' if behind > 0 else 'ahead'}"
    if waiting := sum((said["waiting"] or {}).values()):
        yield f"{many(waiting, 'message')} to be handled"
    if again := sum((said["retrying"] or {}).values()):
        yield f"{many(again, 'message')} to be tried again"
    if said["figures_age_seconds"]:
        yield f"its figures are {said['figures_age_seconds']:,} s old"


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
    keeper = keeper_of(run).pid
    yield Part("keeper", "running" if keeper else "stopped", keeper)
    for name, service in run.services.items():
        pid = service.daemon.pid
        stopped = Part(name, "stopped", None, service.address.url)
        yield service_part(service.address, pid) if pid else stopped
