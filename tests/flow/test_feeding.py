"""A consumer that is added to an old contract is given what was said before it came: once, and by itself."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any, cast
from uuid import UUID

import pytest
from sqlalchemy import make_url, select

from services.sponsorship.settings import Settings
from shared.contracts import HEARD_BY
from shared.contracts.intake import HouseholdRegistered
from shared.database.migrations import migrate
from shared.database.tables import feed
from shared.messaging import feeding
from shared.messaging.consumer import Hears
from shared.messaging.unit import Unit
from shared.service.app import application
from shared.service.parts import Parts, Service
from shared.settings import ClockMode
from tests.flow.world import FIRST_DAY, World, household_id, until

OLD, NEW = 23, 2


class Newcomer:
    """Sponsorship with a handler that only counts."""

    def __init__(self, world: World) -> None:
        self.heard: list[UUID] = []
        self._world = world

    async def hear(self, facts: list[HouseholdRegistered], _: Unit) -> None:
        self.heard += [fact.household_id for fact in facts]

    @asynccontextmanager
    async def made(self) -> AsyncIterator[Service]:
        servers, database = self._world.servers, f"sponsorship_{self._world.vhost}"
        servers.new_database(database, "sponsorship")
        url = servers.database_url("sponsorship", database)
        await migrate("sponsorship", make_url(url))
        settings: Any = Settings(
            database_url=url,
            database_password=servers.passwords["sponsorship"],
            broker_url=servers.broker_url("sponsorship", self._world.vhost),
            broker_password=servers.passwords["sponsorship"],
            port=1,
            clock=ClockMode.MANUAL,
            first_day=FIRST_DAY,
        )
        yield Service("sponsorship", settings, Parts(hears=[Hears(HouseholdRegistered, self.hear)]))
        servers.drop_database(database)


async def test_a_consumer_added_to_an_old_contract_is_fed_once_over_a_restart_in_the_middle(
    bare_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = bare_world
    monkeypatch.setattr(feeding, "ROWS_PER_UNIT", 5)
    monkeypatch.setattr(feeding, "MOST_UNCONFIRMED", 1)
    await world.start("inventory")
    await world.load_catalogue()
    async with world.another("intake"):
        registered = [household_id(await world.register(needs=["kit"])) for _ in range(OLD)]
        assert await _feeds(world) == {"inventory": (0, True)}
        await world.settled()

    monkeypatch.setitem(cast(dict[Any, Any], HEARD_BY), HouseholdRegistered, ("inventory", "sponsorship"))
    newcomer = Newcomer(world)
    async with AsyncExitStack() as first, newcomer.made() as service:
        await first.enter_async_context(world.another("intake"))
        # The probe finds no queue yet, and what is said meanwhile reaches inventory alone.
        await until(lambda: _feeds(world), lambda feeds: feeds["sponsorship"] == (1, False))
        registered += [household_id(await world.register(needs=["kit"])) for _ in range(NEW)]
        app = application(service)
        async with app.router.lifespan_context(app):
            await until(lambda: _feeds(world), lambda feeds: 5 <= feeds["sponsorship"][0] < len(registered))
            # Intake ends in the middle of it, and goes on where it was.
            await first.aclose()
            async with world.another("intake"):
                await until(lambda: _feeds(world), lambda feeds: feeds["sponsorship"][1])
                await _hears_all(newcomer, registered)
                done = {"inventory": (0, True), "sponsorship": (len(registered), True)}
                assert await _feeds(world) == done
                # What is said from now on comes the usual way, once.
                registered.append(household_id(await world.register(needs=["kit"])))
                await _hears_all(newcomer, registered)
        twice = service.metrics.inbox_duplicates.labels(contract=HouseholdRegistered.wire)
        assert twice._value.get() == 1, "the probe alone comes twice"
    assert await world.inventory.metric("relief_inbox_duplicates_total") == 0


async def _hears_all(newcomer: Newcomer, registered: list[UUID]) -> None:
    async def heard() -> list[UUID]:
        return newcomer.heard

    await until(heard, lambda ids: len(ids) >= len(registered))
    assert sorted(newcomer.heard) == sorted(registered)


async def _feeds(world: World) -> dict[str, tuple[int, bool]]:
    """By consumer: how many registrations it was fed, and whether its feed is done."""
    async with world.intake.service.units.read() as session:
        query = select(feed.c.consumer, feed.c.fed, feed.c.done_at).where(
            feed.c.contract == HouseholdRegistered.wire
        )
        return {consumer: (fed, done is not None) for consumer, fed, done in await session.execute(query)}
