"""What an operator does about messages: the doctor finds each kind of fault, parked ones are replayed or given up."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from sqlalchemy import Executable, delete, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import DBAPIError
from uuid_utils.compat import uuid7

from shared.cli.operate import parked, replay
from shared.cli.operate.doctor import examine
from shared.cli.operate.doctor.report import Report
from shared.cli.operate.parked import Parked
from shared.cli.operate.parking import _all as all_parked
from shared.cli.stack import Stack
from shared.contracts import HEARD_BY, heard_by, talking
from shared.contracts.intake import HouseholdClosed, HouseholdRegistered
from shared.database.tables import discard, feed, inbox
from shared.messaging.envelope import seal
from tests.support.looking import WAIT_SECONDS, breaches, calling, named
from tests.support.people import person
from tests.support.replica import Replica
from tests.support.waiting import until
from tests.support.world import FIRST_DAY, World, household_id

QUEUE = f"inventory.{HouseholdRegistered.wire}"
HANDLED = f"{QUEUE}: handled once, parked or discarded"


@pytest.fixture
async def stack(world: World) -> Stack:
    return named(world)


@pytest.fixture
async def client(world: World) -> AsyncIterator[httpx.AsyncClient]:
    async with calling(world) as client:
        yield client


async def change(world: World, name: str, *statements: Executable) -> None:
    """Do to a database what no service does."""
    replica: Replica = getattr(world, name)
    async with replica.service.engine.begin() as connection:
        for each in statements:
            await connection.execute(each)


@asynccontextmanager
async def broken(world: World) -> AsyncIterator[None]:
    """Inventory's handlers fail within the block, as if by a bug."""
    await change(world, "inventory", text("ALTER TABLE household RENAME TO mislaid"))
    yield
    await change(world, "inventory", text("ALTER TABLE mislaid RENAME TO household"))


async def park_a_registration(world: World) -> tuple[Any, Parked]:
    """A household whose registration inventory could not handle."""
    async with broken(world):
        household = await world.intake.register()

        async def look() -> list[Parked]:
            return await world.parked(HouseholdRegistered)

        (lying,) = await until(look, bool)
    return household, lying


async def test_the_doctor_finds_nothing_wrong_after_a_days_work(
    world: World, stack: Stack, client: httpx.AsyncClient
) -> None:
    await world.inventory.stock(rice=1_000_000)
    households = [await world.intake.register(members=2) for _ in range(5)]
    await world.settled()
    await world.inventory.hand_out(households[0])
    report = await examine(stack, client, WAIT_SECONDS)
    counted = {each.name: each.counted for each in report.findings}
    assert report.ok, breaches(report)
    assert report.under_way == 0
    assert counted[HANDLED] == 5
    assert counted["households: intake and inventory know the same"] == 5
    assert counted["messages: content is as it was said"] >= 10
    assert any(name.startswith("inventory: ") for name in counted)


async def test_services_that_come_later_know_what_was_said_before_they_came(bare_world: World) -> None:
    """Consents and wishes of families that stay, leave and come back: whoever is late knows them, and acts on them."""
    world = bare_world
    await world.start("intake", "inventory")
    await world.prepare()
    families = [[person(2 * number), person(2 * number + 1, age=8, size="134")] for number in range(3)]
    stays, leaves, returns = [await world.intake.register(each) for each in families]
    for household in (stays, leaves, returns):
        await world.intake.settle(household, "lessons", "helper", "grant", minor=30_000)
        await world.intake.agree(household, 0, "public_speaking", "speaking")
    for household in (leaves, returns):
        await world.intake.close(household, "settled")
    await world.intake.post(f"/households/{household_id(returns)}/reopen")
    await world.start("sponsorship", "events", "donations")
    async with calling(world) as client:

        async def seen() -> Report:
            return await examine(named(world), client)

        report = await until(seen, lambda it: not (it.unsettled or it.feeding or it.under_way))
    assert report.ok, breaches(report)
    helped = {household_id(stays), household_id(returns)}
    listed = [each for each in await world.sponsorship.children() if each["status"] == "listed"]
    assert {UUID(each["household_id"]) for each in listed} == helped
    # What was asked for before a household was closed is over, also if it is helped again.
    grants = [each for one in (stays, leaves, returns) for each in await world.donations.grants(one)]
    assert [each["status"] for each in grants] == ["waiting", "cancelled", "cancelled"]
    learners = {each["household_id"]: each["status"] for each in await world.sponsorship.places()}
    assert {each for each, status in learners.items() if status == "waiting"} == {str(household_id(stays))}
    await world.sound()


async def test_the_doctor_names_what_on_the_broker_is_not_of_the_contracts_and_what_is_missing(
    world: World, stack: Stack, client: httpx.AsyncClient
) -> None:
    """What was made by hand, or before the walls stood, goes on forging and listening."""
    async with world.broker() as connection, connection.channel() as channel:
        spy = await channel.declare_queue("spy", durable=True)
        await spy.bind("intake.facts", "#")
        way = await channel.declare_exchange("way", "fanout", durable=True)
        await (await channel.get_exchange("intake.facts")).bind(way, "x")
        queue = await channel.get_queue(QUEUE)
        await queue.bind("amq.topic", "events.said.v1")
        await queue.unbind("intake.facts", HouseholdRegistered.wire)
        await channel.queue_delete("inventory.retry.1s")
        await channel.queue_delete("intake.retry.1s")
        handing_on: dict[str, Any] = {"x-dead-letter-exchange": "inventory.facts"}
        await channel.declare_queue("intake.retry.1s", durable=True, arguments=handing_on)
    async with httpx.AsyncClient(base_url=f"{stack.broker_admin_url}/api", trust_env=False) as management:
        policy = {"pattern": "^way$", "definition": {"alternate-exchange": "intake.facts"}}
        (await management.put(f"/policies/{stack.vhost}/p", json=policy)).raise_for_status()
        everything = {"configure": "", "write": "^intake", "read": ""}
        changed = await management.put(f"/permissions/{stack.vhost}/events", json=everything)
        changed.raise_for_status()
    report = await examine(stack, client)
    names = ("broker: exchanges, queues, bindings", "broker: users and their rights")
    things, rights = (next(each for each in report.findings if each.name == name) for name in names)
    assert {line.partition(", x-")[0] for line in things.details} == {
        "missing: binding intake.facts, to queue inventory.intake.household_registered.v1, by key "
        "intake.household_registered.v1",
        "missing: binding inventory.retry.1s, to queue inventory.retry.1s, by key ",
        "missing: binding intake.retry.1s, to queue intake.retry.1s, by key ",
        "missing: binding the default exchange, to queue inventory.retry.1s, by key inventory.retry.1s",
        "missing: queue inventory.retry.1s",
        "missing: queue intake.retry.1s",
        "not of Relief: binding the default exchange, to queue spy, by key spy",
        "not of Relief: binding amq.topic, to queue inventory.intake.household_registered.v1, by key events.said.v1",
        "not of Relief: binding intake.facts, to queue spy, by key #",
        "not of Relief: binding way, to exchange intake.facts, by key x",
        "not of Relief: exchange way, fanout",
        "not of Relief: policy p, alternate-exchange=intake.facts",
        "not of Relief: queue spy",
        "not of Relief: queue intake.retry.1s",
    }
    assert [line.partition(", configure")[0] for line in rights.details] == [
        "missing: rights user events",
        "not of Relief: rights user events",
    ]
    assert (things.breaches, rights.breaches) == (len(things.details), 2)


async def test_a_lost_message_is_found_and_brought_back_from_the_journal(
    world: World, stack: Stack, client: httpx.AsyncClient
) -> None:
    await world.inventory.stock(rice=1_000_000)
    household = await world.intake.register()
    await world.settled()
    before = await world.inventory.set_aside(household)
    await change(world, "inventory", delete(inbox))
    assert breaches(await examine(stack, client, WAIT_SECONDS)) == {HANDLED: 1}
    counts = await replay.feed(stack, "inventory", heard_by("inventory"))
    assert counts[HouseholdRegistered.wire] == 1
    await world.settled()
    assert breaches(await examine(stack, client, WAIT_SECONDS)) == {}
    assert await world.inventory.set_aside(household) == before


async def test_what_is_lost_is_found_while_another_message_waits_for_its_next_try(bare_world: World) -> None:
    await bare_world.start(*talking(), retry_delays_seconds=(3600,))
    await bare_world.prepare()

    async def retried() -> float:
        return float(await bare_world.inventory.metric("relief_messages_retried_total"))

    async with broken(bare_world):
        await bare_world.intake.register()
        await until(retried, lambda count: count == 1)
    await bare_world.intake.register(needs=[])

    async def handled() -> int:
        return int((await bare_world.inventory.get("/status"))["handled"])

    await until(handled, lambda count: count == 1)
    await change(bare_world, "inventory", delete(inbox))
    async with calling(bare_world) as client:
        # The broker tells queue lengths late: at first something seems to move.
        report = await until(lambda: examine(named(bare_world), client), breaches)
    assert breaches(report) == {HANDLED: 1}
    assert (report.retrying, report.under_way) == (1, 1)


async def test_what_a_consumer_has_not_been_fed_yet_is_under_way_and_not_lost(
    world: World, stack: Stack, client: httpx.AsyncClient
) -> None:
    await world.intake.register(needs=[])
    await world.settled()
    mistaken = "UPDATE household SET version = version + {more}"
    await change(world, "inventory", delete(inbox), text(mistaken.format(more=1)))
    fed = update(feed).where(feed.c.contract == HouseholdRegistered.wire)
    await change(world, "intake", fed.values(done_at=None))
    report = await examine(stack, client, WAIT_SECONDS)
    assert (breaches(report), report.under_way) == ({}, 2)
    await change(world, "intake", delete(feed).where(feed.c.contract == HouseholdRegistered.wire))
    assert breaches(await examine(stack, client, WAIT_SECONDS)) == {
        "feeds: consumers were fed": len(HEARD_BY[HouseholdRegistered]),
        HANDLED: 1,
        "households: intake and inventory know the same": 1,
    }
    await change(world, "inventory", text(mistaken.format(more=-1)))
    await replay.feed(stack, "inventory", [HouseholdRegistered])


async def test_a_message_that_was_altered_or_that_nobody_said_is_found(
    world: World, stack: Stack, client: httpx.AsyncClient
) -> None:
    await world.intake.register()
    await world.settled()
    forged = {"message_id": uuid4(), "contract": HouseholdClosed.wire, "digest": bytes(16)}
    await change(world, "inventory", update(inbox).values(digest=bytes(16)), insert(inbox).values(forged))
    assert breaches(await examine(stack, client, WAIT_SECONDS)) == {
        "messages: content is as it was said": 1,
        "messages: said by the publisher that they name": 1,
    }


async def test_a_parked_message_is_accounted_for_and_handled_when_it_is_replayed(
    world: World, stack: Stack, client: httpx.AsyncClient
) -> None:
    await world.inventory.stock(rice=1_000_000)
    household, lying = await park_a_registration(world)
    report = await examine(stack, client, WAIT_SECONDS)
    assert breaches(report) == {}
    assert next(each.counted for each in report.findings if each.name == "messages: parked") == 1
    assert "UndefinedTable" in lying.reason or "ProgrammingError" in lying.reason
    assert await parked.replay(stack, QUEUE, str(uuid4())) == 0
    assert await parked.replay(stack, QUEUE, lying.message_id) == 1
    await world.settled()
    assert (await world.inventory.set_aside(household))["rice"] > 0
    assert await world.parked(HouseholdRegistered) == []
    assert breaches(await examine(stack, client, WAIT_SECONDS)) == {}


async def test_looking_at_a_parked_message_again_and_again_leaves_it_there(
    world: World, stack: Stack
) -> None:
    envelopes = [seal(closed(), datetime.now(UTC)) for _ in range(3)]
    await world.send(*envelopes, body=b"not JSON")

    async def look() -> list[Parked]:
        return await all_parked(stack, "inventory")

    await until(look, lambda found: len(found) == 3)
    for _ in range(25):
        assert {each.message_id for each in await look()} == {str(each.id) for each in envelopes}
    assert await parked.replay(stack, f"inventory.{HouseholdClosed.wire}", None) == 3
    await until(look, lambda found: len(found) == 3)


async def test_a_discarded_message_is_gone_and_who_gave_it_up_and_why_stays(
    world: World, stack: Stack, client: httpx.AsyncClient
) -> None:
    household, lying = await park_a_registration(world)
    assert (
        await parked.give_up(stack, QUEUE, lying.digest.hex()[:12], "registered twice by hand", "an operator")
        == 1
    )
    assert await world.parked(HouseholdRegistered) == []
    async with world.inventory.service.engine.connect() as connection:
        line = (await connection.execute(select(discard))).one()
    assert (line.message_id, line.digest) == (lying.message_id, lying.digest)
    assert (line.subject, line.contract) == (household["household_id"], HouseholdRegistered.wire)
    assert (line.reason, line.discarded_by) == ("registered twice by hand", "an operator")
    with pytest.raises(DBAPIError, match="append-only"):
        await change(world, "inventory", update(discard).values(reason=""))
    with pytest.raises(DBAPIError, match="append-only"):
        await change(world, "inventory", delete(discard))
    report = await examine(stack, client, WAIT_SECONDS)
    assert breaches(report) == {}
    # For the check after the test, which knows nothing of discarded messages.
    await replay.feed(stack, "inventory", [HouseholdRegistered])


async def test_feeding_both_services_everything_again_changes_nothing(world: World, stack: Stack) -> None:
    await world.inventory.stock(rice=1_000_000)
    household = await world.intake.register(members=3)
    await world.settled()
    before = (await world.inventory.reservations(household), await world.intake.timeline(household))
    fed = {name: sum((await replay.feed(stack, name, heard_by(name))).values()) for name in talking()}
    assert min(fed["intake"], fed["inventory"]) > 0
    marker = await world.intake.register()
    await world.settled()

    async def duplicates() -> float:
        return float(await world.inventory.metric("relief_inbox_duplicates_total"))

    await until(duplicates, lambda count: count >= 1)
    assert await world.inventory.reservations(household) == before[0]
    assert await world.intake.timeline(household) == before[1]
    assert await world.inventory.reservations(marker) != []


def closed() -> HouseholdClosed:
    return HouseholdClosed(household_id=uuid7(), version=2, on=FIRST_DAY)
