"""A service that does not hear, or cannot put a message aside, says so and mends it; nothing is lost meanwhile."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import httpx
import pytest
from aio_pika.abc import AbstractChannel

from services.inventory import handlers
from shared.contracts.intake import HouseholdRegistered
from shared.messaging.names import parked
from tests.support.registrations import failing, handled, said, sealed
from tests.support.replica import Replica
from tests.support.waiting import until
from tests.support.world import World

pytestmark = pytest.mark.runs("intake", "inventory")

QUEUE = f"inventory.{HouseholdRegistered.wire}"


@asynccontextmanager
async def channel(world: World) -> AsyncIterator[AbstractChannel]:
    async with world.broker() as connection:
        yield await connection.channel()


async def problems(replica: Replica) -> list[str]:
    answer = await replica.client.get("http://test/readyz")
    assert (answer.status_code == 200) == (not answer.json()["problems"])
    found: list[str] = answer.json()["problems"]
    return found


async def tells(replica: Replica, words: str) -> None:
    """It is not ready, and says these words."""

    async def look() -> list[str]:
        return await problems(replica)

    await until(look, lambda found: words in " ".join(found))


async def is_ready(replica: Replica) -> None:
    async def look() -> list[str]:
        return await problems(replica)

    await until(look, lambda found: not found)


def permit(world: World, user: str, **rights: str) -> None:
    """Give a user other rights on the broker."""
    url = f"{world.servers.management_url}/api/permissions/{world.vhost}/{user}"
    httpx.put(url, json=rights, timeout=10, trust_env=False).raise_for_status()


def rights(world: World, user: str) -> dict[str, str]:
    url = f"{world.servers.management_url}/api/permissions/{world.vhost}/{user}"
    answer = httpx.get(url, timeout=10, trust_env=False).json()
    return {name: answer[name] for name in ("configure", "write", "read")}


async def test_a_queue_of_another_make_is_named_and_heard_once_it_is_gone(bare_world: World) -> None:
    """It was made by hand, before the service began or while it ran."""
    world = bare_world
    async with channel(world) as by_hand:
        await by_hand.declare_queue(QUEUE, durable=True)
        replica = Replica.of("inventory", world.build("inventory"))
        await world.stack.enter_async_context(replica.alive())
        world.replicas.append(replica)
        await tells(replica, f"for queue '{QUEUE}'")
        await by_hand.queue_delete(QUEUE)
    await is_ready(replica)
    async with channel(world) as by_hand:
        await by_hand.queue_delete(QUEUE)
        await by_hand.declare_queue(QUEUE, durable=True)
        await tells(replica, f"nobody hears the queue {QUEUE}")
        await replica.client.get("http://test/metrics")
        assert await replica.metric("relief_consumer_hears", contract=HouseholdRegistered.wire) == 0
        await by_hand.queue_delete(QUEUE)
    await is_ready(replica)
    await world.inventory.load_catalogue()
    await world.send(sealed(said()))
    await handled(world, 1)


async def test_a_service_whose_recovery_failed_is_not_ready_and_hears_again(bare_world: World) -> None:
    """Its rights were away while the client wanted to restore the channel; then nobody tries again but the guardian."""
    world = bare_world
    (replica,) = await world.start("inventory")
    await world.inventory.load_catalogue()
    before = rights(world, "inventory")
    permit(world, "inventory", configure=before["configure"], write=before["write"], read="^$")
    async with channel(world) as by_hand:
        await by_hand.queue_delete(QUEUE)
    await tells(replica, QUEUE)
    permit(world, "inventory", **before)
    await is_ready(replica)
    await world.send(sealed(said()))
    await handled(world, 1)


@pytest.mark.parametrize("missing", ["inventory.retry.1s", parked(QUEUE)])
async def test_a_missing_queue_is_declared_anew_and_nobody_waits_behind_it(
    world: World, missing: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    bad, good = said(), said()
    if "retry" in missing:
        monkeypatch.setattr(handlers, "on_household_registered", failing({bad.household_id}, times=1))
    messages: list[Any] = [sealed(bad), sealed(good)]
    if "parked" in missing:
        messages[0] = replace(sealed(bad), data="{}")
    async with channel(world) as by_hand:
        await by_hand.queue_delete(missing)
    await world.send(*messages)
    await handled(world, 2 if "retry" in missing else 1)
    if "parked" in missing:
        assert len(await world.parked(HouseholdRegistered)) == 1


async def test_while_a_message_cannot_be_put_aside_the_service_is_not_ready(
    bare_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = bare_world
    (replica,) = await world.start("inventory")
    await world.inventory.load_catalogue()
    before = rights(world, "inventory")
    permit(world, "inventory", configure="^$", write=before["write"], read=before["read"])
    async with channel(world) as by_hand:
        await by_hand.queue_delete(parked(QUEUE))
    await world.send(replace(sealed(said()), data="{}"))
    await tells(replica, "cannot be put aside")
    await tells(replica, "queues cannot be declared")
    permit(world, "inventory", **before)
    await is_ready(replica)
    await until(lambda: world.parked(HouseholdRegistered), lambda found: len(found) == 1)
