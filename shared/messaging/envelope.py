"""A fact with its CloudEvents 1.0 attributes, and its form in AMQP (binary mode) and in the outbox."""

import hashlib
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import orjson
from aio_pika import DeliveryMode, Message
from uuid_utils.compat import uuid7

from shared.contracts.base import Contract

ATTEMPT = "x-relief-attempt"
_CLOUD = "cloudEvents_"
_ATTRIBUTES = ("specversion", "id", "source", "type", "subject", "time", "correlationid", "causationid")
_KNOWN = frozenset({*(_CLOUD + each for each in _ATTRIBUTES), "traceparent"})
_LONGEST_HEADER = 200


class Malformed(ValueError):
    """A message that can never be handled; the text says what is wrong with it."""


@dataclass(frozen=True, slots=True)
class Envelope:
    """A fact as it travels. `type` is the contract's wire name, `source` its publisher, `data` its JSON."""

    id: UUID
    type: str
    source: str
    time: datetime
    subject: UUID
    correlation_id: UUID
    causation_id: UUID | None
    traceparent: str
    data: str

    @property
    def digest(self) -> bytes:
        """16 bytes that tell two messages with the same id apart."""
        said = f"{self.type}\0{self.subject}\0{self.data}"
        return hashlib.blake2b(said.encode(), digest_size=16).digest()


def seal(fact: Contract, now: datetime, cause: Envelope | None = None) -> Envelope:
    """Put a fact in an envelope; it continues the trace of the message that caused it."""
    identity = uuid7()
    return Envelope(
        id=identity,
        type=fact.wire,
        source=fact.publisher(),
        time=now,
        subject=fact.subject,
        correlation_id=cause.correlation_id if cause else identity,
        causation_id=cause.id if cause else None,
        traceparent=_span(cause.traceparent if cause else None),
        data=fact.model_dump_json(),
    )


def _span(parent: str | None) -> str:
    """A W3C traceparent: the parent's trace with a new span, or a new trace."""
    trace = parent.split("-")[1] if parent else secrets.token_hex(16)
    return f"00-{trace}-{secrets.token_hex(8)}-01"


def headers_of(envelope: Envelope) -> dict[str, Any]:
    """The AMQP headers: CloudEvents attributes that have no AMQP property, and the trace."""
    return {
        f"{_CLOUD}specversion": "1.0",
        f"{_CLOUD}id": str(envelope.id),
        f"{_CLOUD}source": envelope.source,
        f"{_CLOUD}type": envelope.type,
        f"{_CLOUD}subject": str(envelope.subject),
        f"{_CLOUD}time": envelope.time.isoformat(),
        f"{_CLOUD}correlationid": str(envelope.correlation_id),
        **({f"{_CLOUD}causationid": str(envelope.causation_id)} if envelope.causation_id else {}),
        "traceparent": envelope.traceparent,
    }


def known_headers(headers: Mapping[str, Any]) -> dict[str, str]:
    """The envelope's headers among these. Whatever else a message carries is foreign, and is not copied."""
    return {
        name: value
        for name, value in headers.items()
        if name in _KNOWN and isinstance(value, str) and len(value) <= _LONGEST_HEADER
    }


def unseal(message_id: str | None, headers: Mapping[str, Any], body: bytes) -> Envelope:
    """Read a message from the wire.

    Raises Malformed with what is missing or wrong: an id that is not a UUID or differs between property and header,
    a time without zone, a body that is not text.
    """
    try:
        identity = UUID(_text(headers, "id"))
        _check_same(message_id, identity)
        return Envelope(
            id=identity,
            type=_text(headers, "type"),
            source=_text(headers, "source"),
            time=_moment(_text(headers, "time")),
            subject=UUID(_text(headers, "subject")),
            correlation_id=UUID(_text(headers, "correlationid")),
            causation_id=UUID(_text(headers, "causationid")) if f"{_CLOUD}causationid" in headers else None,
            traceparent=_traceparent(headers),
            data=body.decode(),
        )
    except Malformed:
        raise
    except (ValueError, OverflowError) as error:
        # Not its text, which may repeat what was sent.
        raise Malformed(f"an attribute or the body cannot be read ({type(error).__name__})") from error


def _check_same(message_id: str | None, identity: UUID) -> None:
    if message_id is not None and UUID(message_id) != identity:
        raise Malformed("the message id and the CloudEvents id differ")


def _text(headers: Mapping[str, Any], name: str) -> str:
    value = headers.get(_CLOUD + name)
    if not isinstance(value, str) or not value:
        raise Malformed(f"the CloudEvents attribute {name!r} is missing")
    return value


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise Malformed("the time has no zone")
    return moment.astimezone(UTC)


def _traceparent(headers: Mapping[str, Any]) -> str:
    """A trace is worth no message: one that cannot be read starts anew."""
    value = headers.get("traceparent")
    return value if isinstance(value, str) and len(value) == 55 and value.count("-") == 3 else _span(None)


def message_of(envelope: Envelope) -> Message:
    """The AMQP message of an envelope, as the relay publishes it."""
    return Message(
        envelope.data.encode(),
        app_id=envelope.source,
        message_id=str(envelope.id),
        correlation_id=str(envelope.correlation_id),
        type=envelope.type,
        timestamp=envelope.time,
        content_type="application/json",
        headers=headers_of(envelope),
        delivery_mode=DeliveryMode.PERSISTENT,
    )


def envelope_of(row: Any) -> Envelope:
    """The envelope of a row of the journal."""
    return Envelope(
        id=row.message_id,
        type=row.contract,
        source=row.contract.split(".", 1)[0],
        time=row.said_at,
        subject=row.subject,
        correlation_id=row.correlation_id,
        causation_id=row.causation_id,
        traceparent=row.traceparent,
        data=row.data,
    )


def pack(facts: Sequence[Envelope]) -> bytes:
    """Facts as one row of the outbox holds them: a JSON array."""
    rows = [{name: getattr(each, name) for name in Envelope.__slots__} for each in facts]
    # The database driver has a UUID class of its own, which only `default` reaches.
    return orjson.dumps(rows, default=str)


def unpack(packed: bytes) -> list[Envelope]:
    """The facts of a row. Raises ValueError, KeyError or TypeError if somebody has tampered with it."""
    return [_fact(each) for each in orjson.loads(packed)]


def _fact(each: Mapping[str, Any]) -> Envelope:
    return Envelope(
        id=UUID(each["id"]),
        type=each["type"],
        source=each["source"],
        time=datetime.fromisoformat(each["time"]),
        subject=UUID(each["subject"]),
        correlation_id=UUID(each["correlation_id"]),
        causation_id=UUID(each["causation_id"]) if each["causation_id"] else None,
        traceparent=each["traceparent"],
        data=each["data"],
    )
