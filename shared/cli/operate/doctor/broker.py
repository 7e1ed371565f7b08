"""Whether the broker holds what follows from the contracts, and nothing else.

The walls between the services keep anybody from making a way round them. What was made before they stood, or by hand,
would go on: an exchange that hands on, a queue that listens, a right too many.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import httpx

from shared.cli.operate.doctor.report import Finding
from shared.cli.stack import Stack
from shared.contracts import SERVICES
from shared.messaging.definitions import OPERATOR, permissions, topic_permissions
from shared.messaging.names import RETRY_DELAY, facts_exchange, retry
from shared.messaging.topology import Topology

Row = Mapping[str, Any]
Thing = tuple[str, ...]
"""What is compared, in words: what it is, its name, and all of it that matters."""

# The broker's own: nobody can declare or change them, but whatever is bound to them is listed.
BUILT_IN = re.compile(r"(amq\.(direct|fanout|headers|match|topic|rabbitmq\.(trace|log|event)))?")
HANDS_ON = {"dead-letter-exchange", "alternate-exchange", "federation-upstream", "federation-upstream-set"}


@dataclass(frozen=True)
class Broker:
    """What the management API says of the virtual host."""

    exchanges: Collection[Row]
    queues: Collection[Row]
    bindings: Collection[Row]
    policies: Collection[Row]
    parameters: Collection[Row]
    permissions: Collection[Row]
    topic_permissions: Collection[Row]
    users: Collection[Row]


async def broker_findings(stack: Stack) -> list[Finding]:
    """What is on the broker beside what should be, each difference with its name."""
    broker = await _look(stack)
    return [
        beside("broker: exchanges, queues, bindings", *things(broker, stack.services.keys())),
        beside("broker: users and their rights", *rights(broker, stack.vhost)),
    ]


async def _look(stack: Stack) -> Broker:
    vhost = quote(stack.vhost, safe="")
    async with httpx.AsyncClient(base_url=stack.broker_admin_url, timeout=30, trust_env=False) as client:

        async def rows(path: str) -> Collection[Row]:
            answer = (await client.get(f"/api/{path}")).raise_for_status()
            found: Collection[Row] = answer.json()
            return found

        return Broker(
            exchanges=await rows(f"exchanges/{vhost}"),
            queues=await rows(f"queues/{vhost}"),
            bindings=await rows(f"bindings/{vhost}"),
            policies=await rows(f"policies/{vhost}"),
            parameters=[each for each in await rows("parameters") if each.get("vhost") == stack.vhost],
            permissions=await rows(f"vhosts/{vhost}/permissions"),
            topic_permissions=await rows(f"vhosts/{vhost}/topic-permissions"),
            users=await rows("users"),
        )


def beside(name: str, wanted: set[Thing], known: set[Thing], found: set[Thing]) -> Finding:
    """`wanted` must be there; `known` may be there."""
    finding = Finding(name, counted=len(wanted | found))
    finding.details += [f"missing: {_words(each)}" for each in sorted(wanted - found)]
    finding.details += [f"not of Relief: {_words(each)}" for each in sorted(found - wanted - known)]
    finding.breaches = len(finding.details)
    return finding


def _words(thing: Thing) -> str:
    """On one line of plain characters: whoever made the thing chose its name."""
    what, *rest = thing
    return f"{what} {', '.join(ascii(each)[1:-1] for each in rest if each)}"[:300]


def things(broker: Broker, services: Collection[str]) -> tuple[set[Thing], set[Thing], set[Thing]]:
    """What must be there for these services, what may be there for those that are not run, and what there is."""
    delays = {name: _delays(broker, name) for name in SERVICES}
    by_service = {name: set(_of_topology(Topology(name, delays[name]))) for name in SERVICES}
    wanted = {_exchange(facts_exchange(name), "topic") for name in SERVICES}
    wanted = wanted.union(*(by_service[name] for name in services))
    return wanted, set().union(*by_service.values()), set(_found(broker))


def _delays(broker: Broker, service: str) -> tuple[int, ...]:
    """The delays are a setting of the service: whatever exchange or queue is named like a retry is one, and must then
    be whole."""
    pattern = re.compile(re.escape(retry(service, "")) + f"({RETRY_DELAY})")
    names = [pattern.fullmatch(each["name"]) for each in (*broker.exchanges, *broker.queues)]
    return tuple(sorted({int(each[1][:-1]) for each in names if each}))


def _of_topology(topology: Topology) -> Iterator[Thing]:
    for exchange in topology.exchanges():
        yield _exchange(exchange.name, exchange.type.value)
    for queue in topology.queues():
        yield _queue(queue.name, queue.arguments or {})
        yield _binding("", "queue", queue.name, queue.name)
    for source, queue_name, key in topology.bindings():
        yield _binding(source, "queue", queue_name, key)


def _found(broker: Broker) -> Iterator[Thing]:
    for each in broker.exchanges:
        if not BUILT_IN.fullmatch(each["name"]):
            plain = each["durable"] and not each["auto_delete"] and not each["internal"]
            yield _exchange(each["name"], each["type"], each["arguments"], plain=plain)
    for each in broker.queues:
        plain = each["durable"] and not each["auto_delete"] and not each["exclusive"]
        yield _queue(each["name"], each["arguments"], plain=plain)
    for each in broker.bindings:
        yield _binding(
            each["source"],
            each["destination_type"],
            each["destination"],
            each["routing_key"],
            each["arguments"],
        )
    for each in broker.policies:
        if each["definition"].keys() & HANDS_ON:
            yield "policy", each["name"], _sorted(each["definition"])
    for each in broker.parameters:
        yield "parameter", each["component"], each["name"]


def _exchange(name: str, kind: str, arguments: Mapping[str, Any] | None = None, plain: bool = True) -> Thing:
    return "exchange", name, kind, _sorted(arguments or {}), "" if plain else "not a lasting one"


def _queue(name: str, arguments: Mapping[str, Any], plain: bool = True) -> Thing:
    return "queue", name, _sorted(arguments), "" if plain else "not a lasting one"


def _binding(
    source: str, kind: str, destination: str, key: str, arguments: Mapping[str, Any] | None = None
) -> Thing:
    return (
        "binding",
        source or "the default exchange",
        f"to {kind} {destination}",
        f"by key {key}",
        _sorted(arguments or {}),
    )


def _sorted(arguments: Mapping[str, Any]) -> str:
    return " ".join(f"{name}={value}" for name, value in sorted(arguments.items()))


def rights(broker: Broker, vhost: str) -> tuple[set[Thing], set[Thing], set[Thing]]:
    """Who should be there with which rights, nothing else that may be, and who is there."""
    users = {("user", name, "") for name in SERVICES} | {("user", OPERATOR, "administrator")}
    wanted = users | set(_granted(permissions(vhost), topic_permissions(vhost)))
    found = {("user", each["name"], _tags(each["tags"])) for each in broker.users}
    return wanted, set(), found | set(_granted(broker.permissions, broker.topic_permissions))


def _granted(rights: Iterable[Row], topic_rights: Iterable[Row]) -> Iterator[Thing]:
    for each in rights:
        yield "rights", *(f"{name} {each[name]}" for name in ("user", "configure", "write", "read"))
    for each in topic_rights:
        yield "keys", *(f"{name} {each[name]}" for name in ("user", "exchange", "write", "read"))


def _tags(tags: str | list[str]) -> str:
    """RabbitMQ up to 3.8 gives them as one text."""
    return tags if isinstance(tags, str) else ",".join(sorted(tags))
