"""What an operator sees of a parked message, and what is left on it when it starts anew."""

from datetime import UTC, date, datetime
from typing import Any, cast
from uuid import uuid4

import pytest
from aio_pika.abc import AbstractIncomingMessage

from shared.cli import Trouble
from shared.cli.operate.parked import anew, ids_in, owner_of, queues, read
from shared.cli.operate.replay import _wanted
from shared.contracts import HEARD_BY
from shared.contracts.intake import HouseholdClosed, HouseholdRegistered, Outcome
from shared.messaging.envelope import ATTEMPT, headers_of, seal, unseal
from shared.messaging.failures import PARKED_AT, REASON

QUEUE = "inventory.intake.household_closed.v1"
FACT = HouseholdClosed(household_id=uuid4(), version=2, outcome=Outcome.DIED, on=date(2006, 11, 1))
ENVELOPE = seal(FACT, datetime(2006, 11, 1, tzinfo=UTC))


class Lying:
    """A message as it lies in a parked queue."""

    content_type = "application/json"
    app_id = ENVELOPE.source
    correlation_id = str(ENVELOPE.correlation_id)
    timestamp = ENVELOPE.time

    def __init__(self, body: bytes | None = None, **headers: Any) -> None:
        self.message_id: str | None = str(ENVELOPE.id)
        self.type: str | None = ENVELOPE.type
        left = {ATTEMPT: 5, REASON: "failed 6 times", PARKED_AT: "2006-11-01T10:00:00+00:00", "x-death": []}
        self.headers = {**headers_of(ENVELOPE), **left, **headers}
        self.body = ENVELOPE.data.encode() if body is None else body


def lying(message: Lying) -> AbstractIncomingMessage:
    return cast(AbstractIncomingMessage, message)


def test_a_parked_message_is_named_by_its_id_or_the_beginning_of_its_digest() -> None:
    found = read(QUEUE, lying(Lying()))
    assert found.digest == ENVELOPE.digest
    assert found.answers_to(str(ENVELOPE.id))
    assert found.answers_to(ENVELOPE.digest.hex()[:8])
    assert not found.answers_to(ENVELOPE.digest.hex()[:7])
    assert not found.answers_to(str(uuid4()))
    assert not found.answers_to("")


def test_a_message_without_envelope_is_still_named_by_a_digest() -> None:
    message = Lying(b"\xff not JSON")
    message.message_id, message.type, message.headers = None, None, {}
    found = read(QUEUE, lying(message))
    assert (found.message_id, found.contract, found.subject) == ("", "", "")
    assert found.reason == "rejected by the broker"
    assert found.answers_to(found.digest.hex())


def test_a_replayed_message_is_as_it_was_said() -> None:
    again = anew(lying(Lying()))
    assert dict(again.headers) == headers_of(ENVELOPE)
    assert unseal(again.message_id, again.headers, again.body) == ENVELOPE
    assert (again.app_id, again.type, again.content_type) == (
        ENVELOPE.source,
        ENVELOPE.type,
        "application/json",
    )


def test_only_ids_are_shown_of_what_a_message_says() -> None:
    household = str(uuid4())
    body = (
        b'{"household_id": "%b", "given": "Hong", "lines": [{"item": "rice", "n": 2, "x": null}]}'
        % household.encode()
    )
    assert ids_in(body) == {
        "household_id": household,
        "given": "text",
        "lines[0].item": "text",
        "lines[0].n": "int",
        "lines[0].x": "nothing",
    }
    assert ids_in(b"Hong Gildong") == {"": "not JSON, 12 bytes"}


def test_every_queue_has_its_consumer() -> None:
    assert len(queues()) == sum(len(consumers) for consumers in HEARD_BY.values())
    assert set(queues("intake").values()) == {"intake"}
    assert owner_of(QUEUE) == owner_of(f"{QUEUE}.parked") == "inventory"
    with pytest.raises(Trouble, match="There is no queue"):
        owner_of("donations.x")


def test_a_replay_names_a_consumer_and_a_contract_that_it_hears() -> None:
    assert _wanted("inventory", HouseholdRegistered.wire) == [HouseholdRegistered]
    assert HouseholdRegistered in _wanted("inventory", None)
    for consumer, wire in (("nobody", None), ("intake", HouseholdRegistered.wire), ("inventory", "x.y.v1")):
        with pytest.raises(Trouble):
            _wanted(consumer, wire)
