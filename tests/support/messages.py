"""Messages as they are on the wire."""

from typing import Any

import aio_pika

from shared.messaging.envelope import Envelope, headers_of


def message_of(envelope: Envelope, **changes: Any) -> aio_pika.Message:
    """An envelope as the relay publishes it; `changes` replace properties of the message."""
    values: dict[str, Any] = {
        "body": envelope.data.encode(),
        "message_id": str(envelope.id),
        "headers": headers_of(envelope),
        "content_type": "application/json",
        "type": envelope.type,
        "delivery_mode": aio_pika.DeliveryMode.PERSISTENT,
        **changes,
    }
    return aio_pika.Message(**values)
