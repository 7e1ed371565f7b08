"""Finds the message on which the broker closes the channel.

An exchange that is missing, a right that is missing, a frame that is too large: on such a message the broker closes the
channel or the connection, and does not say which message it was. All that were not confirmed are suspects. They are
sent once more, each alone; the one that closes the channel again is to blame. Example: the third of a hundred messages
has no exchange. One write loses the channel; it is opened anew, and of 98 to 100 suspects sent alone the third loses it
again. The others are out by then, and have waited for no more than two channels to be opened.
"""

import asyncio
from collections.abc import Sequence

from aiormq.exceptions import (
    AMQPChannelError,
    ConnectionFrameError,
    ConnectionInternalError,
    ConnectionSyntaxError,
    ConnectionUnexpectedFrame,
)

from shared.database.errors import kind_of
from shared.messaging.publishing import ClosesTheChannel, Outcome, Outgoing, Publisher, is_its_own_fault
from shared.observability import log

CLOSING = (
    AMQPChannelError,
    ConnectionFrameError,
    ConnectionInternalError,
    ConnectionSyntaxError,
    ConnectionUnexpectedFrame,
)
"""By these the broker answers what it was sent. A broker that stops, or is lost, says something else or nothing."""


def is_lost(outcome: Outcome) -> bool:
    """Whether nobody knows what became of the message, and it is not to blame."""
    return outcome is not None and not is_its_own_fault(outcome)


async def publish(publisher: Publisher, messages: Sequence[Outgoing], deadline: float) -> list[Outcome]:
    """What became of each message, by one write, or where that closes the channel one by one until the deadline (by
    the loop's clock). Afterwards the publisher is connected unless the broker is lost."""
    outcomes = await publisher.publish(messages)
    suspects = [place for place, each in enumerate(outcomes) if is_lost(each)]
    if not suspects or not isinstance(outcomes[suspects[0]], CLOSING):
        return outcomes
    for place in suspects:
        if len(messages) > 1:
            if not await _ready(publisher, deadline):
                break
            (outcomes[place],) = await publisher.publish([messages[place]])
        outcomes[place] = _blamed(outcomes[place])
        if is_lost(outcomes[place]):
            break
    await _ready(publisher, deadline)
    return outcomes


def _blamed(outcome: Outcome) -> Outcome:
    if isinstance(outcome, CLOSING):
        return ClosesTheChannel(f"{type(outcome).__name__}: {outcome}")
    return outcome


async def _ready(publisher: Publisher, deadline: float) -> bool:
    try:
        await publisher.connect()
    except Exception as error:
        log().info("suspects have to wait", kind=kind_of(error))
        return False
    return asyncio.get_running_loop().time() < deadline
