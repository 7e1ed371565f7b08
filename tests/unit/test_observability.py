"""Logs: one JSON object a line, with ids and without values."""

import contextlib
import io
import json
import logging
from typing import Any

import structlog

from shared.observability import Metrics, log, set_up_logging

CANARY = "Hong Gildong"


class Logged(list[dict[str, Any]]):
    """What was logged within a block, a parsed line each."""

    def __init__(self) -> None:
        super().__init__()
        self._text = io.StringIO()

    def __enter__(self) -> "Logged":
        self._root = logging.getLogger()
        self._before, self._level = self._root.handlers, self._root.level
        self._root.handlers = []  # else pytest's own would be closed
        with contextlib.redirect_stderr(self._text):
            set_up_logging("intake", "INFO")
        return self

    def __exit__(self, *_: object) -> None:
        self._root.handlers = self._before
        self._root.setLevel(self._level)
        structlog.reset_defaults()
        self.extend(json.loads(line) for line in self._text.getvalue().splitlines())


def fail_with(name: str) -> None:
    copy_of_name = name
    raise ValueError(f"cannot register {copy_of_name}")


def test_a_line_says_which_service_when_and_about_whom() -> None:
    with Logged() as logged:
        log().info("registered", household_id="018f", correlation_id="018e")
    (line,) = logged
    assert line["event"] == "registered"
    assert line["level"] == "info"
    assert line["service"] == "intake"
    assert line["household_id"] == "018f"
    assert line["correlation_id"] == "018e"
    assert "timestamp" in line


def test_an_error_is_logged_with_its_kind_and_place_but_no_value() -> None:
    try:
        fail_with(CANARY)
    except ValueError as error:
        with Logged() as logged:
            log().error("a handler failed", exc_info=error)
    (line,) = logged
    text = json.dumps(line)
    assert "ValueError" in text
    assert "fail_with" in text
    assert CANARY not in text


def test_causes_groups_and_notes_keep_values_to_themselves() -> None:
    try:
        try:
            fail_with(CANARY)
        except ValueError as error:
            error.add_note(f"while registering {CANARY}")
            raise ExceptionGroup(f"several for {CANARY}", [error]) from error
    except ExceptionGroup as error:
        with Logged() as logged:
            log().error("a request failed", exc_info=error)
    (line,) = logged
    assert CANARY not in json.dumps(line)


def test_a_librarys_error_is_logged_the_same_way() -> None:
    try:
        fail_with(CANARY)
    except ValueError:
        with Logged() as logged:
            logging.getLogger("some.library").exception("failed")
            logging.getLogger("some.library").info("chatter")
    (line,) = logged
    assert line["event"] == "failed"
    assert CANARY not in json.dumps(line)


def test_each_service_has_a_registry_of_its_own() -> None:
    one, other = Metrics("intake"), Metrics("intake")
    one.messages_handled.labels(contract="x").inc()
    assert one.registry.get_sample_value("relief_messages_handled_total", {"contract": "x"}) == 1
    assert other.registry.get_sample_value("relief_messages_handled_total", {"contract": "x"}) is None
