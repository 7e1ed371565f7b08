"""`POST /clock` turns the days that it is asked for, no more, and none for somebody who has left.

Data go on by the clock that they began with.
"""

from typing import Any

import orjson
import pytest

from shared.messaging.day import AnotherClock
from shared.settings import ClockMode
from shared.web.walls import MEANT
from tests.support.replica import Replica
from tests.support.world import World


async def test_days_too_far_ahead_are_refused(bare_world: World) -> None:
    await bare_world.start("events")
    for far in ("2007-12-07", "9999-12-31"):
        answer = await bare_world.events.try_post("/clock", {"to": far})
        assert answer.status_code == 422
        assert "at most 400 days" in answer.json()["detail"]
    assert (await bare_world.events.get("/status"))["today"] == "2006-11-01"
    assert (await bare_world.events.post("/clock", {"to": "2007-12-06"}))["days"] == 400


async def test_no_day_turns_for_somebody_who_has_left(bare_world: World) -> None:
    await bare_world.start("events")
    body = orjson.dumps({"to": "2007-11-01"})
    comes = [{"type": "http.request", "body": body, "more_body": False}]
    headers = {"host": "localhost", "content-type": "application/json", **MEANT}

    async def receive() -> dict[str, Any]:
        return comes.pop(0) if comes else {"type": "http.disconnect"}

    async def send(_: object) -> None: ...

    scope = {
        "type": "http",
        "method": "POST",
        "path": "/clock",
        "query_string": b"",
        "headers": [(name.lower().encode(), value.encode()) for name, value in headers.items()],
    }
    await bare_world.events.app(scope, receive, send)
    assert (await bare_world.events.get("/status"))["today"] == "2006-11-01"


async def test_data_that_live_by_one_clock_are_not_started_by_another(bare_world: World) -> None:
    """By hand first, then by the wall clock, and the other way round; the same clock goes on."""
    for service, first, other in (
        ("intake", ClockMode.MANUAL, ClockMode.WALL),
        ("events", ClockMode.WALL, ClockMode.MANUAL),
    ):
        await started(bare_world, service, first)
        with pytest.raises(AnotherClock, match=f"Start with RELIEF_CLOCK={first}"):
            await started(bare_world, service, other)
        status = await started(bare_world, service, first)
        assert status["clock"] == first


async def started(world: World, service: str, clock: ClockMode) -> dict[str, object]:
    """Start a service, ask where it stands, stop it."""
    replica = Replica.of(service, world.build(service, clock=clock))
    async with replica.alive():
        return dict(await replica.get("/status"))
