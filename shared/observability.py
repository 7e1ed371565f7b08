"""Metrics and logs: what monitoring scrapes and what an operator reads, with ids and counts but no personal data."""

import logging
import sys
from collections.abc import Iterable, Mapping
from typing import Any

import structlog
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.platform_collector import PlatformCollector
from prometheus_client.process_collector import ProcessCollector
from structlog.tracebacks import ExceptionDictTransformer

SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 60.0, 600.0)


class Metrics:
    """The registry of one service and the messaging layer's metrics; a service adds its own to `registry`."""

    def __init__(self, service: str) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        PlatformCollector(registry=self.registry)
        self.service = service
        self.messages_handled = self._counter("messages_handled", "Messages handled", "contract")
        self.inbox_duplicates = self._counter(
            "inbox_duplicates", "Messages that had been handled before", "contract"
        )
        self.messages_retried = self._counter(
            "messages_retried", "Messages sent to wait for another try", "contract"
        )
        self.messages_parked = self._counter(
            "messages_parked", "Messages parked for an operator", "contract", "reason"
        )
        self.messages_said = self._counter("messages_said", "Facts the broker confirmed", "contract")
        self.publishes_failed = self._counter(
            "publishes_failed", "Outbox rows whose facts the broker gave back or refused", "contract"
        )
        self.outages = self._counter("outages", "Times a batch waited for the database to come back")
        self.batch_size = Histogram(
            "relief_batch_messages",
            "Messages handled in one transaction",
            buckets=(1, 2, 5, 10, 20, 50, 100, 200),
            registry=self.registry,
        )
        self.handling = self._histogram("message_handling_seconds", "From receipt to commit", "contract")
        self.end_to_end = self._histogram(
            "message_said_to_handled_seconds", "From said to commit", "contract"
        )
        self.outbox_depth = self.gauge("outbox_depth", "Outbox rows not yet confirmed by the broker")
        self.outbox_oldest = self.gauge("outbox_oldest_age_seconds", "Age of the oldest outbox row")
        self.plan_target = self.gauge("plan_target", "What the action plan wants", "area", "measure", "unit")
        self.plan_actual = self.gauge("plan_actual", "What was reached", "area", "measure", "unit")
        self.timers_done = self._counter("timers_done", "Timers done", "timer")
        self.timers_failed = self._counter("timers_failed", "Times a timer failed", "timer")
        self.timers_parked = self.gauge("parked_timers", "Timers that failed too often", "timer")
        self.timers_late = self.gauge(
            "timers_late_seconds", "How late the timer is that has been due longest"
        )
        self.ready = self.gauge("ready", "1 if /readyz finds no problem, else 0")
        self.days_behind = self.gauge(
            "days_behind", "Days still to be turned, below 0 if turned too far; 0 with a manual clock"
        )
        self.days_held = self.gauge("days_held", "1 if the days wait until an operator confirms the date")
        self.clock_skew = self.gauge(
            "clock_skew_seconds",
            "How far the service's clock is ahead of the database's; 0 with a manual clock",
        )
        self.figures_age = self.gauge(
            "figures_age_seconds", "How old the gauges are that the database tells; 0 if they are fresh"
        )
        self.connections_in_use = self.gauge(
            "database_connections_in_use", "Connections to the database that work is done on"
        )
        self.connections_most = self.gauge(
            "database_connections_most", "Connections to the database that work may be done on"
        )
        self.queue_messages = self.gauge(
            "queue_messages", "Messages that wait to be handled, those in hand not counted", "contract"
        )
        self.queue_consumers = self.gauge(
            "queue_consumers", "Consumers to which the broker delivers the contract's queue", "contract"
        )
        self.retry_messages = self.gauge("retry_messages", "Messages that wait for another try", "delay")
        self.oldest_in_hand = self.gauge(
            "oldest_in_hand_seconds", "How long the oldest message that is being handled is here", "contract"
        )
        self.last_handled = self.gauge(
            "last_handled_timestamp_seconds", "When a batch was handled last", "contract"
        )
        self.consumer_hears = self.gauge(
            "consumer_hears", "1 if this process hears the contract's queue, else 0", "contract"
        )
        self.parked_now = self.gauge("parked_messages", "Messages in the parked queue", "contract")

    def _counter(self, name: str, text: str, *labels: str) -> Counter:
        return Counter(f"relief_{name}", text, labels, registry=self.registry)

    def _histogram(self, name: str, text: str, *labels: str) -> Histogram:
        return Histogram(f"relief_{name}", text, labels, buckets=SECONDS, registry=self.registry)

    def gauge(self, name: str, text: str, *labels: str) -> Gauge:
        """A gauge of this service; `name` without the prefix, with the unit at its end."""
        return Gauge(f"relief_{name}", text, labels, registry=self.registry)


def set_up_logging(service: str, level: str) -> None:
    """One JSON object a line on standard error, also for libraries; their chatter starts at WARNING."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _named(service),
        structlog.processors.ExceptionRenderer(ExceptionDictTransformer(show_locals=False)),
        _without_values,
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    renderer = structlog.processors.JSONRenderer()
    handler.setFormatter(structlog.stdlib.ProcessorFormatter(foreign_pre_chain=shared, processor=renderer))
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)
    logging.getLogger("relief").setLevel(level)
    for noisy in ("aiormq.connection", "aio_pika.robust_connection"):
        # Each attempt to connect, every second while the broker is away; we say ourselves that it is.
        logging.getLogger(noisy).setLevel(logging.CRITICAL)


def log() -> structlog.stdlib.BoundLogger:
    """The service's logger: `log().info("words", household_id=..., correlation_id=...)`."""
    logger: structlog.stdlib.BoundLogger = structlog.stdlib.get_logger("relief")
    return logger


def _named(service: str) -> Any:
    def add(_: object, __: str, event: dict[str, Any]) -> Mapping[str, Any]:
        return {"service": service, **event}

    return add


def _without_values(_: object, __: str, event: dict[str, Any]) -> Mapping[str, Any]:
    """Drop error texts and notes: a database error repeats the row, a name among it."""
    _strip(event.get("exception", ()))
    return event


def _strip(traces: Iterable[dict[str, Any]]) -> None:
    for trace in traces:
        trace.pop("exc_value", None)
        trace.pop("exc_notes", None)
        for inner in trace.get("exceptions", ()):
            _strip(inner)
