"""Stands between the exchange and the services' queues, and delivers late, twice, or in another order."""

import asyncio
import json
import random
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

from aio_pika import connect
from aio_pika.abc import AbstractChannel, AbstractIncomingMessage, AbstractQueue

from shared.cli.operate.parked import anew
from shared.contracts import heard_by, talking
from shared.messaging.names import facts_exchange, queue_of

QUIET_SECONDS = 1.5


@dataclass(frozen=True)
class Letter:
    """A message as it was published, and the queue it was meant for."""

    consumer: str
    queue: str
    message: AbstractIncomingMessage

    @property
    def version(self) -> int:
        """Of the household's state that it tells of; 0 if it tells of none."""
        return int(json.loads(self.message.body).get("version", 0))


Round = Sequence[Letter]
Habit = Callable[[Round, random.Random], tuple[Round, Round]]
"""From what came in: what is delivered now, in this order, and what is kept until nothing else comes."""


@dataclass
class Postman:
    """Collects until nothing has come for a while, delivers as its habit is, and begins again."""

    rng: random.Random
    habit: Habit
    channel: AbstractChannel
    boxes: dict[tuple[str, str], AbstractQueue]
    delivered: int = 0
    leaving: bool = False

    async def run(self) -> None:
        """Until told to leave; then nothing is kept."""
        kept: list[Letter] = []
        while kept or not self.leaving:
            letters = await self._collect()
            if letters:
                now, later = self.habit(letters, self.rng)
                kept += later
                await self._deliver(now)
            elif kept:
                await self._deliver(kept)
                kept = []

    async def _collect(self) -> list[Letter]:
        """Everything that comes until nothing has come for a while."""
        letters: list[Letter] = []
        loop = asyncio.get_running_loop()
        last = loop.time()
        while loop.time() < last + QUIET_SECONDS:
            for (consumer, queue), box in self.boxes.items():
                while message := await box.get(no_ack=True, fail=False):
                    letters.append(Letter(consumer, queue, message))
                    last = loop.time()
            await asyncio.sleep(0.1)
        return letters

    async def _deliver(self, letters: Round) -> None:
        for start in range(0, len(letters), 500):
            await asyncio.gather(*(self._hand_over(each) for each in letters[start : start + 500]))

    async def _hand_over(self, letter: Letter) -> None:
        exchange = await self.channel.get_exchange(letter.consumer, ensure=False)
        await exchange.publish(anew(letter.message), letter.queue, mandatory=True)
        self.delivered += 1


@asynccontextmanager
async def postman(broker_url: str, rng: random.Random, habit: Habit) -> AsyncIterator[Postman]:
    """All that is said goes through the postman's hands for as long as the block lasts.

    `broker_url` is the operator's; all chance comes from `rng`.
    """
    connection = await connect(broker_url)
    async with connection:
        channel = await connection.channel(publisher_confirms=True, on_return_raises=True)
        ways = [(consumer, contract) for consumer in talking() for contract in heard_by(consumer)]
        boxes = {}
        for consumer, contract in ways:
            exchange, name = facts_exchange(contract.publisher()), queue_of(consumer, contract.wire)
            box = await channel.declare_queue(f"held.{name}", exclusive=True)
            await box.bind(exchange, contract.wire)
            queue = await channel.get_queue(name, ensure=False)
            await queue.unbind(exchange, contract.wire)
            boxes[consumer, name] = box
        carrying = Postman(rng, habit, channel, boxes)
        work = asyncio.create_task(carrying.run())
        try:
            yield carrying
        finally:
            # Not cancelled: the client closes a channel whose call is given up.
            carrying.leaving = True
            await asyncio.gather(work, return_exceptions=True)
            for consumer, contract in ways:
                queue = await channel.get_queue(queue_of(consumer, contract.wire), ensure=False)
                await queue.bind(facts_exchange(contract.publisher()), contract.wire)
