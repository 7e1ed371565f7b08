"""The envelope: what makes a message unreadable, what tells two apart, and what leads from one to the next."""

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest

from shared.contracts.intake import HouseholdClosed
from shared.messaging.envelope import Envelope, Malformed, headers_of, seal, unseal

NOW = datetime(2006, 11, 1, 9, 30, tzinfo=UTC)


def fact(household: UUID | None = None) -> HouseholdClosed:
    return HouseholdClosed(household_id=household or uuid4(), version=2, on=date(2006, 11, 1))


def message(**changed: Any) -> tuple[str | None, dict[str, Any], bytes]:
    """A sound message with some headers changed; None takes one away."""
    envelope = seal(fact(), NOW)
    headers = headers_of(envelope) | {f"cloudEvents_{name}": value for name, value in changed.items()}
    return str(envelope.id), {k: v for k, v in headers.items() if v is not None}, envelope.data.encode()


@pytest.mark.parametrize("name", ["id", "type", "source", "subject", "time", "correlationid"])
def test_a_missing_attribute_is_named(name: str) -> None:
    with pytest.raises(Malformed, match=f"'{name}' is missing"):
        unseal(*message(**{name: None}))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("id", "not an id"),
        ("id", 17),
        ("subject", "42"),
        ("correlationid", "x" * 100_000),
        ("causationid", "x"),
        ("time", "yesterday"),
        ("time", "2006-11-01T00:00:00"),
        ("time", "0001-01-01T00:00:00+14:00"),
        ("time", "9999-12-31T23:59:59-14:00"),
        ("type", b"bytes"),
    ],
)
def test_an_attribute_that_cannot_be_read_makes_the_message_malformed(name: str, value: object) -> None:
    with pytest.raises(Malformed):
        unseal(*message(**{name: value}))


def test_two_ids_that_differ_are_refused() -> None:
    _, headers, body = message()
    with pytest.raises(Malformed, match="differ"):
        unseal(str(uuid4()), headers, body)


def test_a_body_that_is_not_text_is_refused() -> None:
    identity, headers, _ = message()
    with pytest.raises(Malformed):
        unseal(identity, headers, b"\xff\xfe\x00")


@pytest.mark.parametrize("trace", [None, 7, "garbage", "00-1-2-3"])
def test_a_trace_that_cannot_be_read_starts_anew(trace: object) -> None:
    identity, headers, body = message()
    found = unseal(identity, {**headers, "traceparent": trace}, body)
    assert len(found.traceparent) == 55


def test_what_follows_continues_correlation_and_trace() -> None:
    first = seal(fact(), NOW)
    second = seal(fact(), NOW, first)
    third = seal(fact(), NOW, second)
    assert first.causation_id is None
    assert first.correlation_id == first.id
    assert second.causation_id == first.id
    assert third.causation_id == second.id
    assert second.correlation_id == third.correlation_id == first.id
    assert len({each.traceparent.split("-")[1] for each in (first, second, third)}) == 1
    assert len({each.traceparent for each in (first, second, third)}) == 3


def test_the_digest_tells_contents_apart_but_not_the_way_they_came() -> None:
    def changed(envelope: Envelope, **to: Any) -> bytes:
        values = {name: getattr(envelope, name) for name in Envelope.__slots__}
        return Envelope(**(values | to)).digest

    envelope = seal(fact(), NOW)
    assert len(envelope.digest) == 16
    assert (
        changed(envelope, traceparent="", correlation_id=uuid4(), time=datetime.now(UTC)) == envelope.digest
    )
    assert changed(envelope, data=envelope.data + " ") != envelope.digest
    assert changed(envelope, subject=uuid4()) != envelope.digest
    assert changed(envelope, type="intake.household_changed.v1") != envelope.digest
