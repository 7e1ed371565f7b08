"""What things on the broker are called. Of a service S there are:

    S.facts                     topic exchange: what S says; a fact's routing key is its wire name
    S                           direct exchange: retried, parked and replayed messages of S, by the queue's name
    S.<contract>                quorum queue: what S hears
    S.<contract>.parked         quorum queue: what an operator must look at
    S.retry.<delay>s            fanout exchange and quorum queue: a message waits there, then returns to its queue

Whatever names an exchange, a queue or a routing key takes it from here.
"""

RETRY_DELAY = "[0-9]+s"
"""The end of a retry queue's name, as a regular expression; the delays are a setting."""


def facts_exchange(publisher: str) -> str:
    """Where a service says its facts. It alone may write there, and no service may declare or change it."""
    return f"{publisher}.facts"


def queue_of(consumer: str, wire: str) -> str:
    """The queue on which a service hears a contract."""
    return f"{consumer}.{wire}"


def parked(queue: str) -> str:
    """The queue that holds what could not be handled."""
    return f"{queue}.parked"


def retry(service: str, delay: str) -> str:
    """Where a service's messages wait for their next try; `delay` is like `10s`."""
    return f"{service}.retry.{delay}"


def feed_key(wire: str, consumer: str) -> str:
    """The routing key by which a publisher reaches one consumer of a contract alone."""
    return f"{wire}.for.{consumer}"
