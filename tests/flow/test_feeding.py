"""A consumer that is added to an old contract is given what was said before it came: once, and by itself."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any, cast
from uuid import UUID

import pytest
from sqlalchemy import select

from shared.contracts import HEARD_BY
from shared.contracts.intake import HouseholdClosed, HouseholdRegistered
from shared.database.tables import feed
from shared.messaging import feeding
from shared.messaging.consumer import Hears
from shared.messaging.unit import Unit
from shared.service.app import application
from shared.service.parts import Parts, Service
from tests.support.waiting import until
from tests.support.world import World, household_id

OLD, NEW = 23, 2


class Newcomer:
    """Sponsorship with handlers that only remember."""

    def __init__(self, world: World) -> None:
        self.heard: list[UUID] = []
        self.closed: list[UUID] = []
        hears: list[Hears[Any]] = [
            Hears(HouseholdRegistered, self.hear),
            Hears(HouseholdClosed, self.hear_closed),
        ]
        self.service = Service("sponsorship", world.settings("sponsorship"), Parts(hears=hears))

    async def hear(self, facts: list[HouseholdRegistered], _: Unit) -> None:
        self.heard += [fact.household_id for fact in facts]

    async def hear_closed(self, facts: list[HouseholdClosed], _: Unit) -> None:
        self.closed += [fact.household_id for fact in facts]

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        app = application(self.service)
        async with app.router.lifespan_context(app):
            yield


def only_heard_by(monkeypatch: pytest.MonkeyPatch, *consumers: str) -> None:
    """These hear who is registered and who is closed; sponsorship hears nothing else of anybody."""
    for contract, known in HEARD_BY.items():
        others = tuple(name for name in known if name != "sponsorship")
        wanted = consumers if contract in (HouseholdRegistered, HouseholdClosed) else others
        monkeypatch.setitem(cast(dict[Any, Any], HEARD_BY), contract, wanted)


async def test_a_consumer_added_to_an_old_contract_is_fed_once_over_a_restart_in_the_middle(
    bare_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = bare_world
    only_heard_by(monkeypatch, "inventory")
    monkeypatch.setattr(feeding, "ROWS_PER_UNIT", 5)
    monkeypatch.setattr(feeding, "MOST_UNCONFIRMED", 1)
    await world.start("inventory")
    await world.prepare()
    async with world.another("intake"):
        registered = [household_id(await world.intake.register(needs=["kit"])) for _ in range(OLD)]
        assert await _feeds(world) == {"inventory": (0, True)}
        await world.settled()

    only_heard_by(monkeypatch, "inventory", "sponsorship")
    # As for a new version: the broker loads who may hear what.
    await asyncio.to_thread(world.servers.new_vhost, world.vhost)
    newcomer = Newcomer(world)
    async with AsyncExitStack() as first:
        await first.enter_async_context(world.another("intake"))
        # The probe finds no queue yet, and what is said meanwhile reaches inventory alone.
        await until(lambda: _feeds(world), lambda feeds: feeds["sponsorship"] == (1, False))
        registered += [household_id(await world.intake.register(needs=["kit"])) for _ in range(NEW)]
        # Nobody was closed before: the first one is, while the newcomer has no queue yet.
        await world.intake.post(f"/households/{registered[0]}/close", {"outcome": "settled"})
        async with newcomer.running():
            await until(lambda: _feeds(world), lambda feeds: 5 <= feeds["sponsorship"][0] < len(registered))
            # Intake ends in the middle of it, and goes on where it was.
            await first.aclose()
            async with world.another("intake"):
                await until(lambda: _feeds(world), lambda feeds: feeds["sponsorship"][1])
                await _hears_all(newcomer, registered)
                done = {"inventory": (0, True), "sponsorship": (len(registered), True)}
                assert await _feeds(world) == done
                await _hears_closed(newcomer, registered[0])
                # What is said from now on comes the usual way, once.
                registered.append(household_id(await world.intake.register(needs=["kit"])))
                await _hears_all(newcomer, registered)
        twice = newcomer.service.metrics.inbox_duplicates.labels(contract=HouseholdRegistered.wire)
        assert twice._value.get() == 1, "the probe alone comes twice"
    assert await world.inventory.metric("relief_inbox_duplicates_total") == 0


async def _hears_all(newcomer: Newcomer, registered: list[UUID]) -> None:
    async def heard() -> list[UUID]:
        return newcomer.heard

    await until(heard, lambda ids: len(ids) >= len(registered))
    assert sorted(newcomer.heard) == sorted(registered)


async def _hears_closed(newcomer: Newcomer, household: UUID) -> None:
    async def closed() -> list[UUID]:
        return newcomer.closed

    await until(closed, bool)
    assert newcomer.closed == [household]


async def _feeds(world: World) -> dict[str, tuple[int, bool]]:
    """By consumer: how many registrations it was fed, and whether its feed is done."""
    async with world.intake.service.units.read() as session:
        query = select(feed.c.consumer, feed.c.fed, feed.c.done_at).where(
            feed.c.contract == HouseholdRegistered.wire
        )
        return {consumer: (fed, done is not None) for consumer, fed, done in await session.execute(query)}
