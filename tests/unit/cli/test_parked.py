"""What an operator sees of a parked message, and what is left on it when it starts anew."""

import unicodedata
from dataclasses import replace
from datetime import UTC, date, datetime
from functools import partial
from typing import Any, cast
from uuid import uuid4

import httpx
import pytest
from aio_pika.abc import AbstractIncomingMessage

import shared.cli.__main__ as command_line
from shared.cli import Trouble
from shared.cli.console import wide_enough
from shared.cli.operate import parked_timers, parking
from shared.cli.operate.doctor.report import Finding, Report
from shared.cli.operate.parked import anew, ids_in, owner_of, queues, read
from shared.cli.operate.parked_timers import ParkedTimer
from shared.cli.operate.replay import _wanted
from shared.cli.operate.rows import show_bad_rows
from shared.cli.operate.status import Part, service_part
from shared.cli.stack import ServiceAddress, Stack
from shared.contracts import HEARD_BY, SERVICES
from shared.contracts.intake import HouseholdClosed, HouseholdRegistered
from shared.messaging.envelope import ATTEMPT, headers_of, seal, unseal
from shared.messaging.failures import PARKED_AT, REASON

QUEUE = "inventory.intake.household_closed.v1"
FACT = HouseholdClosed(household_id=uuid4(), version=2, on=date(2006, 11, 1))
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
    assert (again.type, again.content_type) == (ENVELOPE.type, "application/json")


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


TIMER = ParkedTimer(
    service="sponsorship",
    queue="timer:hold_ends",
    key="hold of a child",
    payload={"child": str(uuid4()), "name": "Hong"},
    due="2006-11-03",
    tries=6,
    reason="ZeroDivisionError in end_hold",
    parked_at=datetime(2006, 11, 3, 10, tzinfo=UTC),
)


@pytest.fixture
def parked_things(monkeypatch: pytest.MonkeyPatch) -> None:
    """A message of inventory's and a timer of sponsorship's lie parked."""

    async def messages(_: object, service: str | None) -> list[Any]:
        return [read(QUEUE, lying(Lying()))] if service in (None, "inventory") else []

    async def timers(_: object, service: str) -> list[ParkedTimer]:
        return [TIMER] if service == TIMER.service else []

    services = {name: ServiceAddress(name, "", "", "") for name in SERVICES}
    monkeypatch.setattr(Stack, "load", lambda: Stack(services, "", "", ""))
    monkeypatch.setattr(parking, "_all", messages)
    monkeypatch.setattr(parked_timers, "parked_in", timers)


@pytest.mark.usefixtures("parked_things")
def test_timers_are_listed_beside_messages_under_their_own_name(capsys: pytest.CaptureFixture[str]) -> None:
    parking.list_parked()
    shown = capsys.readouterr().out
    for words in (
        f"{QUEUE}: parked", "message id", str(ENVELOPE.id),
        "timer:hold_ends: parked", "timer id", "hold of a child", "2006-11-03 10:00", TIMER.reason,
    ):  # fmt: skip
        assert words in shown
    parking.list_parked("inventory")
    assert "timer:" not in capsys.readouterr().out


@pytest.mark.usefixtures("parked_things")
def test_of_a_timer_too_only_ids_are_shown(capsys: pytest.CaptureFixture[str]) -> None:
    parking.show("timer:hold_ends", "hold of a child")
    shown = capsys.readouterr().out
    for words in ("sponsorship", "2006-11-03", TIMER.reason, TIMER.payload["child"], "text"):
        assert words in shown
    assert "Hong" not in shown
    with pytest.raises(Trouble, match="Nothing with the id"):
        parking.show("timer:hold_ends", "another")


STATUS: dict[str, Any] = {
    "problems": [], "today": "2006-11-01", "days_behind": 0, "days_held": "", "outbox_rows": 0, "parked": {},
    "waiting": {}, "retrying": {},
    "timers_parked": {"a": 1, "b": 2}, "connections": "1 of 9", "figures_age_seconds": 0,
}  # fmt: skip
"""What a service that is well says at `/readyz` and at `/status`."""


def part_of(monkeypatch: pytest.MonkeyPatch, status: int = 200, **said: Any) -> Part:
    """The line of a service that says this."""

    def answer(request: httpx.Request) -> httpx.Response:
        return httpx.Response(status if request.url.path == "/status" else 200, json=STATUS | said)

    monkeypatch.setattr(httpx, "Client", partial(httpx.Client, transport=httpx.MockTransport(answer)))
    return service_part(ServiceAddress("intake", "http://intake", "", ""))


@pytest.mark.parametrize(("messages", "counted"), [({"x": 2, "y": 0}, "5"), (None, "?")], ids=str)
def test_the_status_counts_parked_timers_with_the_messages(
    monkeypatch: pytest.MonkeyPatch, messages: dict[str, int] | None, counted: str
) -> None:
    part = part_of(monkeypatch, parked=messages)
    assert (part.state, part.parked, part.connections, part.well) == ("ready", counted, "1 of 9", True)


@pytest.mark.parametrize(
    ("said", "state"),
    [
        ({"days_behind": 1}, "ready; 1 day behind"),
        ({"days_behind": -2}, "ready; 2 days ahead"),
        ({"days_behind": 9, "days_held": "why"}, "ready; the days wait: why (./relief clock DATE)"),
        ({"figures_age_seconds": 75}, "ready; its figures are 75 s old"),
        ({"waiting": {"x": 3, "y": 0}}, "ready; 3 messages to be handled"),
        ({"waiting": None, "retrying": {"1s": 0, "10s": 1}}, "ready; 1 message to be tried again"),
        ({"problems": ["database: no answer"], "status": 503}, "database: no answer"),
        ({"status": 503}, "/status answers 503"),
    ],
    ids=str,
)
def test_the_status_says_in_words_what_is_to_be_looked_at(
    monkeypatch: pytest.MonkeyPatch, said: dict[str, Any], state: str
) -> None:
    part = part_of(monkeypatch, **said)
    assert part.state == state
    assert part.well is state.startswith("ready")


@pytest.mark.parametrize(("said", "clock"), [("wall", "wall"), ("manual", "by hand"), ("sun", "?")])
def test_the_status_shows_by_which_clock_a_service_lives(
    monkeypatch: pytest.MonkeyPatch, said: str, clock: str
) -> None:
    assert part_of(monkeypatch, clock=said).clock == clock


ESCAPES = "\x1b]0;owned\x07 \x1b[2J [bold]\u202e\r\x9b"
"""A title, a cleared screen, the other direction, the beginning of the line: what a terminal would obey."""


@pytest.mark.usefixtures("parked_things")
def test_nothing_that_others_wrote_reaches_the_terminal_as_an_order(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    async def messages(_: object, __: object) -> list[Any]:
        message = Lying(b'{"\\u001b[2J": 1}', **{REASON: ESCAPES, "x-relief-\x1b[31m": ESCAPES})
        message.message_id = ESCAPES
        return [read(QUEUE, lying(message))]

    timer = replace(TIMER, key=ESCAPES, reason=ESCAPES, payload={ESCAPES: 1}, queue=f"timer:{ESCAPES}")

    async def timers(_: object, service: str) -> list[ParkedTimer]:
        return [timer] if service == TIMER.service else []

    monkeypatch.setattr(parking, "_all", messages)
    monkeypatch.setattr(parked_timers, "parked_in", timers)
    parking.list_parked()
    parking.show(QUEUE, ESCAPES)
    parking.show(f"timer:{ESCAPES}", ESCAPES)
    Report([Finding(f"intake: {ESCAPES}")]).show(wide_enough(200))
    show_bad_rows(
        wide_enough(200), {"errors": [{"row": 1, "column": ESCAPES, "reason": ESCAPES}], "error_count": 1}
    )
    told = capsys.readouterr().out
    assert told.count("owned") >= 8
    assert "[bold]" in told
    assert [each for each in told if unicodedata.category(each) in ("Cc", "Cf") and each != "\n"] == []


def test_a_trouble_is_told_without_orders_to_the_terminal(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(**_: object) -> None:
        raise Trouble(f"intake: {ESCAPES}\n  region: unknown")

    monkeypatch.setattr(command_line, "make_app", lambda: fail)
    assert command_line.main() == 1
    told = capsys.readouterr().err
    assert "\\x1b]0;owned" in told
    assert "\x1b" not in told
    assert told.endswith("\n  region: unknown\n")


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
