"""What is true of any service, without knowing one of them."""

from shared.contracts import SERVICES
from tests.support.world import World


async def test_every_service_starts_turns_its_day_and_is_sound(bare_world: World) -> None:
    await bare_world.start(*SERVICES)
    await bare_world.prepare()
    await bare_world.turn("2006-11-03")
    for name in SERVICES:
        driver = bare_world.driver(name)
        assert (await driver.get("/readyz"))["problems"] == []
        assert (await driver.get("/status"))["today"] == "2006-11-03"
    await bare_world.settled()
    await bare_world.sound()


async def test_a_test_starts_only_the_services_that_it_asks_for(bare_world: World) -> None:
    name = SERVICES[-1]
    async with bare_world.another(name):
        assert bare_world.started == [name]
        assert name in bare_world.databases.made
        await bare_world.settled()
    assert bare_world.started == []
