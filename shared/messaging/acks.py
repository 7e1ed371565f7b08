"""Acknowledging in runs: one frame tells the broker of all messages that are done with none before them in hand."""

from collections.abc import Sequence
from contextlib import suppress

from aio_pika.abc import AbstractIncomingMessage
from aiormq.abc import AbstractChannel
from aiormq.exceptions import AMQPError, ChannelInvalidStateError

from shared.messaging.failures import answered

_GONE = (AMQPError, ChannelInvalidStateError, ConnectionError, RuntimeError)


class Acks:
    """Acknowledges the messages of one consumer, which has a channel of its own.

    The broker numbers a channel's messages 1, 2, 3, ...; an acknowledgement of several covers all numbers up to the
    given one. So only a run without a gap is acknowledged: what is still in hand keeps its number back. A channel that
    is gone acknowledges nothing; its messages come again, and the inbox knows them.
    """

    def __init__(self) -> None:
        self._channel: AbstractChannel | None = None
        self._upto = 0
        self._done: set[int] = set()

    async def done(self, messages: Sequence[AbstractIncomingMessage]) -> None:
        """These are handled, or safe elsewhere. Acknowledge as far as there is no gap."""
        for message in messages:
            if message.channel.is_closed or message.delivery_tag is None:
                continue
            if message.channel is not self._channel:
                self._channel, self._upto, self._done = message.channel, 0, set()
            self._done.add(message.delivery_tag)
        before = self._upto
        while self._upto + 1 in self._done:
            self._upto += 1
            self._done.remove(self._upto)
        if self._channel is not None and self._upto > before:
            with suppress(*_GONE):
                await answered(self._channel.basic_ack(self._upto, multiple=True))
