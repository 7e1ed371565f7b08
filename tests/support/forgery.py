"""Ways to put a message of one's own where a fact of another service is taken for true."""

import itertools
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import httpx
from aio_pika import Message
from aio_pika.abc import AbstractChannel, AbstractExchange

from shared.messaging.names import facts_exchange, feed_key, queue_of, retry

_numbers = itertools.count(100)


@dataclass(frozen=True)
class Target:
    """A contract that `publisher` says and `consumer` hears."""

    publisher: str
    consumer: str
    wire: str

    @property
    def facts(self) -> str:
        return facts_exchange(self.publisher)

    @property
    def queue(self) -> str:
        return queue_of(self.consumer, self.wire)

    @property
    def retry(self) -> str:
        return retry(self.consumer, "1s")


@dataclass(frozen=True)
class Forger:
    """A service's user that tries; `said` is a key under which this service may publish."""

    service: str
    said: str
    channel: AbstractChannel
    management: Callable[..., Awaitable[httpx.Response]]
    body: bytes

    def name(self) -> str:
        """A name that its permissions let it declare, as an exchange or a queue, and that was not used before."""
        return retry(self.service, f"{next(_numbers)}s")

    async def publish(self, exchange: str, key: str, **headers: Any) -> None:
        """To an exchange that is there; the default one is the empty name."""
        channel, message = self.channel, Message(self.body, headers=headers)
        where = await channel.get_exchange(exchange, ensure=False) if exchange else channel.default_exchange
        await where.publish(message, key, mandatory=False)

    async def own_exchange(self, kind: str = "fanout", **arguments: Any) -> AbstractExchange:
        wanted = {name.replace("_", "-"): value for name, value in arguments.items()}
        return await self.channel.declare_exchange(self.name(), kind, durable=True, arguments=wanted)


Way = Callable[[Forger, Target], Awaitable[Any]]


async def by_key(forger: Forger, target: Target) -> None:
    await forger.publish(target.facts, target.wire)


async def by_feed_key(forger: Forger, target: Target) -> None:
    await forger.publish(target.facts, feed_key(target.wire, target.consumer))


async def by_more_keys(header: str, forger: Forger, target: Target) -> None:
    await forger.publish(target.facts, forger.said, **{header: [target.wire]})


async def to_the_queue_by_name(forger: Forger, target: Target) -> None:
    await forger.publish("", target.queue)


async def to_the_queue_by_more_names(forger: Forger, target: Target) -> None:
    await forger.publish("", forger.said, CC=[target.queue])


async def to_the_consumers_exchange(forger: Forger, target: Target) -> None:
    await forger.publish(target.consumer, target.queue)


async def as_a_retry(forger: Forger, target: Target) -> None:
    await forger.publish(target.retry, target.queue)


ROUTES: Mapping[str, Callable[[Target], tuple[str, str]]] = {
    "the publisher's exchange": lambda target: (target.facts, target.wire),
    "the consumer's exchange": lambda target: (target.consumer, target.queue),
    "the consumer's retries": lambda target: (target.retry, target.queue),
}
"""Where something is handed on to, and by which key it then arrives."""
DEFAULT = "the default exchange"


async def handed_on_by_a_queue(
    route: str, kind: str, own_key: bool, rejected: bool, forger: Forger, target: Target
) -> None:
    """A queue of one's own that gives up its messages to an exchange of another."""
    exchange, key = ("", target.queue) if route == DEFAULT else ROUTES[route](target)
    arguments: dict[str, Any] = {"x-queue-type": kind, "x-dead-letter-exchange": exchange}
    if not own_key:
        arguments["x-dead-letter-routing-key"] = key
    if not rejected:
        arguments["x-message-ttl"] = 0
    if kind == "quorum":
        arguments |= {"x-dead-letter-strategy": "at-least-once", "x-overflow": "reject-publish"}
    source = await forger.own_exchange()
    queue = await forger.channel.declare_queue(forger.name(), durable=True, arguments=arguments)
    await queue.bind(source)
    await forger.publish(source.name, key if own_key else forger.said)
    if rejected:
        message = await queue.get(timeout=5)
        assert message is not None
        await message.reject()


async def handed_on_by_an_exchange(route: str, forger: Forger, target: Target) -> None:
    """An exchange of one's own whose alternate is an exchange of another."""
    exchange, key = ROUTES[route](target)
    own = await forger.own_exchange("topic", alternate_exchange=exchange)
    await forger.publish(own.name, key)


async def bound_to_an_exchange(route: str, forger: Forger, target: Target) -> None:
    exchange, key = ROUTES[route](target)
    own = await forger.own_exchange()
    destination = await forger.channel.get_exchange(exchange, ensure=False)
    await destination.bind(own, key)
    await forger.publish(own.name, key)


async def bound_to_an_exchange_of_the_broker(kind: str, forger: Forger, target: Target) -> None:
    queue = await forger.channel.get_queue(target.queue, ensure=False)
    await queue.bind(f"amq.{kind}", forger.said)
    await forger.publish(f"amq.{kind}", forger.said)


async def bound_to_own_facts(forger: Forger, target: Target) -> None:
    queue = await forger.channel.get_queue(target.queue, ensure=False)
    await queue.bind(facts_exchange(forger.service), forger.said)
    await forger.publish(facts_exchange(forger.service), forger.said)


async def bound_to_an_own_exchange(forger: Forger, target: Target) -> None:
    own = await forger.own_exchange()
    queue = await forger.channel.get_queue(target.queue, ensure=False)
    await queue.bind(own, "")
    await forger.publish(own.name, "")


async def by_management(forger: Forger, target: Target) -> None:
    content = {
        "properties": {},
        "routing_key": target.wire,
        "payload": forger.body.decode(),
        "payload_encoding": "string",
    }
    await forger.management("POST", f"exchanges/VHOST/{target.facts}/publish", content)


async def by_a_policy(forger: Forger, target: Target) -> None:
    """What a queue's arguments may not say is said by a policy."""
    own = await forger.own_exchange("topic")
    definition = {"alternate-exchange": target.facts}
    policy = {"pattern": f"^{own.name}$", "definition": definition, "apply-to": "exchanges"}
    await forger.management("PUT", f"policies/VHOST/{own.name}", policy)
    await forger.publish(own.name, target.wire)


async def by_more_rights(forger: Forger, target: Target) -> None:
    everything = {"configure": ".*", "write": ".*", "read": ".*"}
    await forger.management("PUT", f"permissions/VHOST/{forger.service}", everything)
    await forger.publish(target.facts, target.wire)


WAYS: Mapping[str, Way] = {
    "by its key": by_key,
    "by the feed's key": by_feed_key,
    "by CC": partial(by_more_keys, "CC"),
    "by BCC": partial(by_more_keys, "BCC"),
    "to the queue by its name": to_the_queue_by_name,
    "to the queue by CC": to_the_queue_by_more_names,
    "to the consumer's own exchange": to_the_consumers_exchange,
    "as a retry of the consumer": as_a_retry,
    **{
        f"dead letters to {route}, {words}": partial(handed_on_by_a_queue, route, *how)
        for route in (*ROUTES, DEFAULT)
        for words, how in {
            "expired, by a fixed key": ("classic", False, False),
            "rejected, by their own key": ("quorum", True, True),
        }.items()
    },
    **{f"alternate to {each}": partial(handed_on_by_an_exchange, each) for each in ROUTES},
    **{f"an exchange bound to {each}": partial(bound_to_an_exchange, each) for each in ROUTES},
    **{
        f"the queue bound to amq.{kind}": partial(bound_to_an_exchange_of_the_broker, kind)
        for kind in ("direct", "fanout", "topic", "headers")
    },
    "the queue bound to own facts": bound_to_own_facts,
    "the queue bound to an own exchange": bound_to_an_own_exchange,
    "by the management API": by_management,
    "by a policy": by_a_policy,
    "by more rights": by_more_rights,
}
"""Each gets through where nothing forbids it."""
