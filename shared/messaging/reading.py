"""Reads a message of one contract: its envelope, the fact in it, and whether the two belong together."""

from dataclasses import dataclass

from aio_pika.abc import AbstractIncomingMessage
from pydantic import ValidationError

from shared.contracts.base import Contract
from shared.messaging.envelope import Envelope, Malformed, unseal
from shared.messaging.lenient import undecodable


@dataclass(frozen=True, slots=True, eq=False)
class Received:
    """A message that could be read; `came_at` is when it came, by the monotonic clock in seconds."""

    raw: AbstractIncomingMessage
    envelope: Envelope
    fact: Contract
    came_at: float


def read(contract: type[Contract], raw: AbstractIncomingMessage, came_at: float) -> Received:
    """A message of the queue for `contract`.

    Raises Malformed if the properties or the envelope cannot be read, or the envelope is of another contract, publisher
    or subject; ValidationError if the fact does not fit the contract.
    """
    if reason := undecodable(raw.headers):
        raise Malformed(reason)
    envelope = unseal(raw.message_id, raw.headers, raw.body)
    if envelope.type != contract.wire:
        raise Malformed(f"{envelope.type[:60]!r} does not belong here: this queue is for {contract.wire!r}")
    if envelope.source != contract.publisher():
        raise Malformed(f"{envelope.source[:60]!r} is not the publisher of {contract.wire!r}")
    fact = contract.model_validate_json(envelope.data)
    if fact.subject != envelope.subject:
        raise Malformed("the subject of the envelope and the fact differ")
    return Received(raw, envelope, fact, came_at)


def why_unreadable(error: Malformed | ValidationError) -> str:
    """Where and what is wrong; never the value, which may be personal."""
    if isinstance(error, Malformed):
        return str(error)
    parts = [
        f"{'.'.join(map(str, each['loc'])) or 'body'}: {each['msg']}"
        for each in error.errors(include_input=False)
    ]
    return "does not fit the contract: " + "; ".join(parts[:5])
