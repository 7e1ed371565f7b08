"""S9: a gathering is planned and announced; the others are told of it as figures."""

import pytest

from shared.contracts.events import GatheringChanged
from tests.support.events import HEARING
from tests.support.world import World

pytestmark = pytest.mark.runs("events")

KOREAN = {"source": "ko", "target": "en", "level": "cefr:c1"}


async def test_a_gathering_is_announced_and_told_without_its_place(world: World) -> None:
    async with world.listen(GatheringChanged) as heard:
        planned = await world.events.plan(topics=["returned"], languages=[KOREAN])
        path = f"/gatherings/{planned['gathering_id']}"
        assert (planned["status"], planned["starts_on"], planned["free"]) == ("planned", "2007-04-12", 100)
        assert (await world.events.post(f"{path}/announce"))["status"] == "announced"
        assert (await world.events.try_post(f"{path}/announce")).status_code == 409
        first, second = await heard.until(lambda facts: len(facts) == 2)
    assert (first.version, first.status, second.version, second.status) == (1, "planned", 2, "announced")
    assert (second.seats, second.taken, second.languages) == (100, 0, ("en", "ko"))
    assert "Example Street" not in second.model_dump_json()
    shown = await world.events.get(path)
    assert "Example Street" not in str(shown)
    assert shown["title"] == "Hearing on returned refugees"


async def test_times_in_the_wrong_order_are_refused(world: World) -> None:
    for wrong in ({"ends_at": HEARING["starts_at"]}, {"closes_at": HEARING["ends_at"]}):
        assert (await world.events.try_post("/gatherings", {**HEARING, **wrong})).status_code == 422
