"""What the relay relies on in the library that empties the outbox."""

import inspect

from faststream_outbox.subscriber import usecase

import shared.messaging.relay  # noqa: F401, it sets the longest rest


def test_after_an_outage_the_library_rests_for_seconds_only() -> None:
    """It takes the longest rest from where the relay sets it; a version that does not would rest for half a minute."""
    assert usecase._BACKOFF_MAX_SECONDS == 5.0
    assert "_BACKOFF_MAX_SECONDS" in inspect.getsource(usecase.OutboxSubscriber._run_with_reconnect)
