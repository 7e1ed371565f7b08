"""`relief parking`: the messages that could not be handled: list, show, replay, discard."""

import asyncio
import getpass
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from shared.cli import Trouble, typed
from shared.cli.console import wide_enough
from shared.cli.operate import parked as lot
from shared.cli.operate.parked import SHORTEST_DIGEST, Parked
from shared.cli.stack import Stack
from shared.contracts import SERVICES

Service = Annotated[
    str | None, typer.Option("--service", help=f"only what this one could not handle: {', '.join(SERVICES)}")
]
Queue = Annotated[
    str, typer.Argument(help="as `list` shows it, like inventory.intake.household_registered.v1")
]
MessageId = Annotated[str, typer.Argument(help="its id, or the first 8 or more digits of its digest")]
SomeId = Annotated[str | None, typer.Argument(help="its id, or the first 8 or more digits of its digest")]
All = Annotated[bool, typer.Option("--all", help="everything that lies there")]
Reason = Annotated[
    str, typer.Option("--reason", help="why, for those who look later", prompt="Why is it given up")
]

FACTS_SHOWN = 200
# Ids are there to be copied, so no narrow terminal or pipe may cut them.
WIDTH = 120


def register(app: typer.Typer) -> None:
    parking = typer.Typer(
        help="Messages that could not be handled: list, show, replay, discard.", no_args_is_help=True
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
    rows = asyncio.run(_all(Stack.load(), service))
    if not rows:
        Console().print("Nothing is parked.")
        return
    for queue in dict.fromkeys(each.queue for each in rows):
        table = Table(title=f"{queue}: parked", title_justify="left")
        for heading, whole in (
            ("message id", True),
            ("digest", True),
            ("parked at", True),
            ("reason", False),
        ):
            table.add_column(heading, no_wrap=whole)
        for each in (row for row in rows if row.queue == queue):
            when = each.parked_at[:16].replace("T", " ")
            table.add_row(each.message_id or "none", each.digest.hex()[:SHORTEST_DIGEST], when, each.reason)
        wide_enough(WIDTH).print(table)


async def _all(stack: Stack, service: str | None) -> list[Parked]:
    rows = []
    for name in SERVICES if service is None else (service,):
        async with lot.broker_of(stack.services[name]) as connection:
            for queue in lot.queues(name):
                rows += [each async for _, each in lot.browse(connection, queue)]
    return rows


def show(queue: Queue, message_id: MessageId) -> None:
    """Show one parked message: headers, reason, and the ids in it."""
    queue = queue.removesuffix(".parked")
    found = [each for each in asyncio.run(_all(Stack.load(), lot.owner_of(queue))) if each.queue == queue]
    found = [each for each in found if each.answers_to(message_id)]
    if not found:
        raise _not_there(queue, message_id)
    for each in found:
        wide_enough(WIDTH).print(_sheet(each))


def _sheet(each: Parked) -> Table:
    sheet = Table("what", "value", title=f"{each.queue}: {each.message_id or 'no id'}")
    sheet.add_row("reason", each.reason)
    sheet.add_row("digest", each.digest.hex())
    for name, value in each.headers.items():
        if name.startswith(("cloudEvents_", "x-relief-")) or name == "traceparent":
            sheet.add_row(name, str(value)[:200])
    for place, value in list(lot.ids_in(each.body).items())[:FACTS_SHOWN]:
        sheet.add_row(f"data: {place}", value)
    return sheet


def replay(queue: Queue, message_id: SomeId = None, everything: All = False) -> None:
    """Put a parked message back to work, as if it had never failed."""
    if (message_id is None) is not everything:
        raise Trouble("Name one message, or say --all.")
    queue = queue.removesuffix(".parked")
    count = asyncio.run(lot.replay(Stack.load(), queue, message_id))
    if message_id is not None and not count:
        raise _not_there(queue, message_id)
    Console().print(f"Replayed: {count:,}")


def discard(queue: Queue, message_id: MessageId, reason: Reason) -> None:
    """Give a parked message up for good; who, when and why is kept in its consumer's database."""
    reason = reason.strip()
    if not 1 <= len(reason) <= 500:
        raise Trouble("A reason has 1 to 500 characters.")
    queue = queue.removesuffix(".parked")
    count = asyncio.run(lot.give_up(Stack.load(), queue, message_id, reason, getpass.getuser()))
    if not count:
        raise _not_there(queue, message_id)
    Console().print(f"Discarded: {count:,}")


def _not_there(queue: str, name: str) -> Trouble:
    return Trouble(f"Nothing with the id or digest {name!r} is parked from {queue}: {typed('parking list')}")
