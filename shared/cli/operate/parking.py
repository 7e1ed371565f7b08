"""`relief parking`: messages that could not be handled and timers that failed: list, show, replay, discard."""

import asyncio
import getpass
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from shared.cli import Trouble, typed
from shared.cli.console import shown, wide_enough
from shared.cli.operate import parked as lot
from shared.cli.operate import parked_timers
from shared.cli.operate.parked import SHORTEST_DIGEST, Parked
from shared.cli.operate.parked_timers import ParkedTimer
from shared.cli.stack import Stack
from shared.contracts import SERVICES

Service = Annotated[
    str | None, typer.Option("--service", help=f"only what this one could not handle: {', '.join(SERVICES)}")
]
Queue = Annotated[
    str,
    typer.Argument(
        help="as `list` shows it, like inventory.intake.household_registered.v1, or timer:NAME for a timer"
    ),
]
ID_HELP = "its id, or the first 8 or more digits of its digest; of a timer, its key"
MessageId = Annotated[str, typer.Argument(help=ID_HELP)]
SomeId = Annotated[str | None, typer.Argument(help=ID_HELP)]
All = Annotated[bool, typer.Option("--all", help="everything that lies there")]
Reason = Annotated[
    str, typer.Option("--reason", help="why, for those who look later", prompt="Why is it given up")
]

FACTS_SHOWN = 200
# Ids are there to be copied, so no narrow terminal or pipe may cut them.
WIDTH = 120


def register(app: typer.Typer) -> None:
    parking = typer.Typer(
        help="Messages that could not be handled, and timers that failed: list, show, replay, discard.",
        no_args_is_help=True,
    )
    parking.command("list")(list_parked)
    parking.command("show")(show)
    parking.command("replay")(replay)
    parking.command("discard")(discard)
    app.add_typer(parking, name="parking")


def list_parked(service: Service = None) -> None:
    """List what is parked and why."""
    if service is not None and service not in SERVICES:
        raise Trouble(f"There is no service {service!r}; there are {', '.join(SERVICES)}.")
    rows = asyncio.run(_lines(Stack.load(), service))
    if not rows:
        Console().print("Nothing is parked.")
        return
    for queue in dict.fromkeys(each.queue for each in rows):
        wide_enough(WIDTH).print(_list([each for each in rows if each.queue == queue]))


def _list(lines: Sequence["Line"]) -> Table:
    """What is parked from one queue."""
    table = Table(title=shown(f"{lines[0].queue}: parked"), title_justify="left")
    for heading in (f"{lines[0].what} id", "digest", "parked at"):
        table.add_column(heading, no_wrap=True)
    table.add_column("reason")
    for each in lines:
        parked_at = each.parked_at[:16].replace("T", " ")
        table.add_row(*map(shown, (each.identity, each.digest, parked_at, each.reason)))
    return table


@dataclass(frozen=True)
class Line:
    """A line of the list: a message or a timer. `digest` is the beginning of it."""

    queue: str
    what: str
    identity: str
    digest: str
    parked_at: str
    reason: str


async def _lines(stack: Stack, service: str | None) -> list[Line]:
    timers = []
    for name in stack.services if service is None else (service,):
        for each in await parked_timers.parked_in(stack, name):
            when = each.parked_at.isoformat()
            timers.append(Line(each.queue, "timer", each.key, _short(each.digest), when, each.reason))
    messages = [
        Line(
            each.queue, "message", each.message_id or "none", _short(each.digest), each.parked_at, each.reason
        )
        for each in await _all(stack, service)
    ]
    return [*messages, *timers]


def _short(digest: bytes) -> str:
    return digest.hex()[:SHORTEST_DIGEST]


async def _all(stack: Stack, service: str | None) -> list[Parked]:
    rows = []
    for name in stack.services if service is None else (service,):
        async with lot.broker_of(stack.services[name]) as connection:
            for queue in lot.queues(name):
                rows += [each async for _, each in lot.browse(connection, queue)]
    return rows


def show(queue: Queue, message_id: MessageId) -> None:
    """Show one parked message or timer: headers, reason, and the ids in it."""
    if parked_timers.is_timer(queue):
        _show_timer(queue, message_id)
        return
    queue = queue.removesuffix(".parked")
    found = [each for each in asyncio.run(_all(Stack.load(), lot.owner_of(queue))) if each.queue == queue]
    found = [each for each in found if each.answers_to(message_id)]
    if not found:
        raise _not_there(queue, message_id)
    for each in found:
        wide_enough(WIDTH).print(_sheet(each))


def _show_timer(queue: str, key: str) -> None:
    stack = Stack.load()

    async def look() -> list[ParkedTimer]:
        return [each for name in stack.services for each in await parked_timers.parked_in(stack, name)]

    found = [each for each in asyncio.run(look()) if (each.queue, each.key) == (queue, key)]
    if not found:
        raise _not_there(queue, key)
    for each in found:
        sheet = Table("what", "value", title=shown(f"{each.queue}: {each.key}"))
        for what in ("reason", "service", "due", "tries"):
            sheet.add_row(what, shown(getattr(each, what)))
        for place, value in list(lot.ids_in(each.body).items())[:FACTS_SHOWN]:
            sheet.add_row(shown(f"data: {place}"), value)
        wide_enough(WIDTH).print(sheet)


def _sheet(each: Parked) -> Table:
    sheet = Table("what", "value", title=shown(f"{each.queue}: {each.message_id or 'no id'}"))
    sheet.add_row("reason", shown(each.reason))
    sheet.add_row("digest", each.digest.hex())
    for name, value in each.headers.items():
        if name.startswith(("cloudEvents_", "x-relief-")) or name == "traceparent":
            sheet.add_row(shown(name), shown(str(value)[:200]))
    for place, value in list(lot.ids_in(each.body).items())[:FACTS_SHOWN]:
        sheet.add_row(shown(f"data: {place}"), value)
    return sheet


def replay(queue: Queue, message_id: SomeId = None, everything: All = False) -> None:
    """Put a parked message or timer back to work, as if it had never failed. A message that you name is taken as looked
    at: so name it, when it was parked for a version that jumps."""
    if (message_id is None) is not everything:
        raise Trouble("Name one message, or say --all.")
    queue = queue.removesuffix(".parked")
    way = parked_timers.replay if parked_timers.is_timer(queue) else lot.replay
    count = asyncio.run(way(Stack.load(), queue, message_id))
    if message_id is not None and not count:
        raise _not_there(queue, message_id)
    Console().print(f"Replayed: {count:,}")


def discard(queue: Queue, message_id: MessageId, reason: Reason) -> None:
    """Give a parked message or timer up for good; who, when and why is kept in its service's database."""
    reason = reason.strip()
    if not 1 <= len(reason) <= 500:
        raise Trouble("A reason has 1 to 500 characters.")
    queue = queue.removesuffix(".parked")
    way = parked_timers.give_up if parked_timers.is_timer(queue) else lot.give_up
    count = asyncio.run(way(Stack.load(), queue, message_id, reason, getpass.getuser()))
    if not count:
        raise _not_there(queue, message_id)
    Console().print(f"Discarded: {count:,}")


def _not_there(queue: str, name: str) -> Trouble:
    return Trouble(f"Nothing with the id or digest {name!r} is parked from {queue}: {typed('parking list')}")
