"""`relief replay CONSUMER`: what the others said is sent again to one service, from their journals."""

import asyncio
from datetime import datetime
from typing import Annotated

import typer
from aio_pika import connect
from aio_pika.abc import AbstractExchange
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from shared.cli import Trouble
from shared.cli.days import moment
from shared.cli.operate.journal import database_of, said, streamed
from shared.cli.stack import Stack
from shared.contracts import CONTRACTS, SERVICES, heard_by
from shared.contracts.base import Contract
from shared.messaging.envelope import Envelope, envelope_of, message_of
from shared.messaging.names import queue_of

UNCONFIRMED = 500
CONFIRM_SECONDS = 60.0

Consumer = Annotated[str, typer.Argument(help=f"who hears it again: {', '.join(SERVICES)}")]
Wire = Annotated[
    str | None, typer.Option("--contract", help="only this one, like intake.household_registered.v1")
]
Since = Annotated[
    datetime | None,
    typer.Option("--since", parser=moment, metavar="MOMENT", help="only what was said from then on (UTC)"),
]


def register(app: typer.Typer) -> None:
    app.command("replay")(replay)


def replay(consumer: Consumer, contract: Wire = None, since: Since = None) -> None:
    """Feed a service again from the journals of the others; what it handled before has no effect on it."""
    wanted = _wanted(consumer, contract)
    counts = asyncio.run(feed(Stack.load(), consumer, wanted, since))
    table = Table("contract", "sent again", title=f"To {consumer}")
    for each, count in counts.items():
        table.add_row(each, f"{count:,}")
    Console().print(table)


def _wanted(consumer: str, wire: str | None) -> list[type[Contract]]:
    if consumer not in SERVICES:
        raise Trouble(f"There is no service {consumer!r}; there are {', '.join(SERVICES)}.")
    heard = heard_by(consumer)
    if wire is None:
        return heard
    if wire not in CONTRACTS or CONTRACTS[wire] not in heard:
        known = ", ".join(each.wire for each in heard) or "nothing"
        raise Trouble(f"{consumer} does not hear {wire!r}; it hears {known}.")
    return [CONTRACTS[wire]]


async def feed(
    stack: Stack, consumer: str, contracts: list[type[Contract]], since: datetime | None = None
) -> dict[str, int]:
    """Send what was said of these contracts to this consumer alone; the counts by wire name.

    Raises what the broker client raises when a message finds no queue or is refused.
    """
    connection = await connect(stack.services[consumer].broker_url, timeout=10)
    async with connection:
        channel = await connection.channel(publisher_confirms=True, on_return_raises=True)
        own = await channel.get_exchange(consumer, ensure=False)
        with Progress(console=Console(stderr=True), transient=True) as progress:
            counts = {}
            for contract in contracts:
                task = progress.add_task(contract.wire, total=None)
                sender = _Sender(own, queue_of(consumer, contract.wire))
                async with database_of(stack.services[contract.publisher()]) as database:
                    async for row in streamed(database, said(contract, since)):
                        await sender.send(envelope_of(row))
                        progress.update(task, completed=sender.sent)
                counts[contract.wire] = await sender.flush()
    return counts


class _Sender:
    """Publishes with some hundred confirms under way at once."""

    def __init__(self, exchange: AbstractExchange, routing_key: str) -> None:
        self._exchange = exchange
        self._routing_key = routing_key
        self._waiting: list[Envelope] = []
        self.sent = 0

    async def send(self, envelope: Envelope) -> None:
        self._waiting.append(envelope)
        if len(self._waiting) >= UNCONFIRMED:
            await self.flush()

    async def flush(self) -> int:
        """Wait until the broker has confirmed everything; how many were sent in all."""
        await asyncio.gather(*(self._publish(each) for each in self._waiting))
        self.sent += len(self._waiting)
        self._waiting = []
        return self.sent

    async def _publish(self, envelope: Envelope) -> None:
        message = message_of(envelope)
        await self._exchange.publish(message, self._routing_key, mandatory=True, timeout=CONFIRM_SECONDS)
