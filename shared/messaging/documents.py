"""What a service hears and says, for its AsyncAPI document: made from the contracts, and never connected."""

from collections.abc import Awaitable, Callable
from typing import Any

from faststream.middlewares import AckPolicy
from faststream.rabbit import RabbitBroker

from shared.contracts import heard_by, said_by
from shared.contracts.base import Contract
from shared.messaging.topology import Topology, facts_of


def described(service: str) -> RabbitBroker:
    """A broker that has the service's queues and facts with their schemas."""
    broker = RabbitBroker(
        "amqp://broker", specification_url="amqp://broker", description=f"What {service} hears and says."
    )
    topology = Topology(service, ())
    for contract in heard_by(service):
        subscriber = broker.subscriber(
            topology.queue(contract),
            facts_of(contract.publisher()),
            ack_policy=AckPolicy.MANUAL,
            title=contract.__name__,
            description=contract.__doc__,
        )
        subscriber(_taking(contract))
    for contract in said_by(service):
        broker.publisher(
            routing_key=contract.wire,
            exchange=facts_of(service),
            persist=True,
            schema=contract,
            title=contract.__name__,
            description=contract.__doc__,
        )
    return broker


def _taking(contract: type[Contract]) -> Callable[[Any], Awaitable[None]]:
    """A handler that is never called: its annotations tell what a message holds."""

    async def take(message: Any) -> None:
        """Messages go to the consumer."""

    take.__annotations__ = {"message": contract, "return": None}
    return take
