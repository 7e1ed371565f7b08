"""Messages that come twice, late, in any order, or make no sense: each works once or is parked with a reason."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select, text
from uuid_utils.compat import uuid7

from services.inventory import handlers
from services.inventory.ledger import FORECAST
from shared.cli.operate import parked
from shared.contracts import heard_by
from shared.contracts.intake import (
    HouseholdChanged,
    HouseholdClosed,
    HouseholdRegistered,
    HouseholdReopened,
    HouseholdState,
)
from shared.contracts.inventory import SuppliesReserved
from shared.database.tables import journal, outbox, timer
from shared.messaging.envelope import headers_of
from shared.messaging.failures import LOOKED_AT
from shared.messaging.names import facts_exchange
from shared.messaging.timer_rows import GRACE
from shared.messaging.unit import Unit
from tests.support.messages import message_of
from tests.support.registrations import failing, handled, said, sealed
from tests.support.sponsorship import Sponsorship
from tests.support.waiting import until
from tests.support.world import FIRST_DAY, World, household_id


async def lie_parked(world: World, count: int, contract: Any = HouseholdRegistered) -> list[parked.Parked]:
    return await until(lambda: world.parked(contract), lambda found: len(found) == count)


async def wanted_of(world: World, identity: UUID) -> dict[str, int]:
    """Grams asked for and set aside of a household that was never registered with intake."""
    rows = await world.inventory.get(f"/households/{identity}/reservations")
    return {name: sum(row[name] for row in rows) for name in ("wanted", "reserved", "released")}


async def test_a_message_that_comes_a_hundred_times_at_once_is_handled_once(world: World) -> None:
    await world.inventory.stock(rice=1_000_000)
    envelope = sealed(fact := said())
    async with world.listen(SuppliesReserved) as heard, world.another("inventory") as second:
        await world.send(*[envelope] * 100)

        async def duplicates() -> float:
            name = "relief_inbox_duplicates_total"
            return sum([await each.metric(name) for each in (world.inventory, second)])

        await until(duplicates, lambda found: found == 99)
        await world.settled()
    assert len(heard.facts) == 1
    assert await wanted_of(world, fact.subject) == {"wanted": 15_000, "reserved": 15_000, "released": 0}
    assert await world.parked(HouseholdRegistered) == []


@pytest.mark.parametrize("batch_size", [1, 100])
async def test_facts_in_any_order_end_in_the_newest_state(bare_world: World, batch_size: int) -> None:
    """Versions 1 to 5 of a household, last first: it ends with three people whatever came when."""
    world = bare_world
    await world.start("intake", "inventory", batch_size=batch_size)
    await world.inventory.load_catalogue()
    await world.inventory.stock(rice=1_000_000)
    identity = uuid7()
    history: list[Any] = [
        said(household_id=identity),
        said(HouseholdChanged, 2, 2, household_id=identity),
        HouseholdClosed(household_id=identity, version=3, on=FIRST_DAY),
        said(HouseholdReopened, 4, 2, household_id=identity),
        said(HouseholdChanged, 5, 3, household_id=identity),
    ]
    for number, fact in enumerate(reversed(history), start=1):
        await world.send(sealed(fact))
        await handled(world, number)
    await world.settled()
    assert await wanted_of(world, identity) == {"wanted": 45_000, "reserved": 45_000, "released": 0}
    (known,) = (await world.inventory.get("/households"))["items"]
    assert (known["version"], known["active"], known["people"]) == (5, True, 3)
    await world.sound()


async def test_a_whole_history_at_once_ends_in_the_newest_state(world: World) -> None:
    await world.inventory.stock(rice=10_000_000)
    identities = [uuid7() for _ in range(20)]
    history: list[Any] = []
    for identity in identities:
        history += [
            said(household_id=identity),
            *(said(HouseholdChanged, 2 + n, 1 + n, household_id=identity) for n in range(5)),
            HouseholdClosed(household_id=identity, version=7, on=FIRST_DAY),
            said(HouseholdReopened, 8, 2, household_id=identity),
        ]
    await world.send(*map(sealed, history))
    await handled(world, len(history))
    await world.settled()
    for identity in identities:
        assert (await wanted_of(world, identity))["reserved"] == 30_000
    assert (await world.inventory.get("/summary"))["people"] == 40


async def test_a_close_that_overtakes_the_registration_leaves_nothing_set_aside(world: World) -> None:
    await world.inventory.stock(rice=1_000_000)
    fact = said()
    closed = HouseholdClosed(household_id=fact.household_id, version=2, on=FIRST_DAY)
    await world.send(sealed(closed))
    await handled(world, 1)
    await world.send(sealed(fact))
    await handled(world, 2)
    assert (await world.inventory.shelf("rice"))["reserved"] == 0
    assert (await world.inventory.get("/summary"))["households"] == 0


GOOD = sealed(said())
NOT_UNDERSTOOD: dict[str, tuple[dict[str, Any], str]] = {
    "not JSON": ({"body": b"{not json"}, "Invalid JSON"),
    "not text": ({"body": b"\xff\xfe\x00"}, "cannot be read"),
    "another contract's body": ({"body": b'{"forecast_id": 1}'}, "Field required"),
    "a number far too large": (
        {"body": GOOD.data.replace('"version":1', '"version":1e30').encode()},
        "version",
    ),
    "no attributes": ({"headers": {}}, "'id' is missing"),
    "an id that is no UUID": ({"headers": {"cloudEvents_id": "1"}, "message_id": "1"}, "cannot be read"),
    "two ids": ({"message_id": str(uuid4())}, "the CloudEvents id differ"),
    "a source that may not say this": ({"headers": {"cloudEvents_source": "inventory"}}, "not the publisher"),
    "an unknown version": (
        {"headers": {"cloudEvents_type": "intake.household_registered.v9"}},
        "does not belong here",
    ),
    "a time without zone": ({"headers": {"cloudEvents_time": "2006-11-01T09:00:00"}}, "no zone"),
    "a subject of another": ({"headers": {"cloudEvents_subject": str(uuid4())}}, "differ"),
    "a header of another type": ({"headers": {"cloudEvents_id": 7}}, "'id' is missing"),
}


async def test_what_makes_no_sense_is_parked_with_the_reason_and_the_good_ones_among_it_are_handled(
    world: World,
) -> None:
    await world.inventory.stock(rice=1_000_000)
    good = [sealed(said()) for _ in range(10)]
    await world.send(*good[:5])
    async with world.broker("intake") as connection:
        channel = await connection.channel()
        exchange = await channel.get_exchange(facts_exchange("intake"), ensure=False)
        for changes, _ in NOT_UNDERSTOOD.values():
            message = message_of(sealed(said()))
            for name, value in changes.items():
                kept = message.headers if name == "headers" and value else {}
                setattr(message, name, {**kept, **value} if name == "headers" else value)
            await exchange.publish(message, HouseholdRegistered.wire)
    await world.send(*good[5:])
    lying = await lie_parked(world, len(NOT_UNDERSTOOD))
    reasons = [each.reason for each in lying]
    for name, (_, words) in NOT_UNDERSTOOD.items():
        assert any(words in reason for reason in reasons), f"{name}: {reasons}"
    await handled(world, len(good))
    assert (await world.inventory.get("/summary"))["households"] == len(good)
    status = await world.inventory.get("/status")
    assert status["parked"][HouseholdRegistered.wire] == len(NOT_UNDERSTOOD)
    counted = await world.inventory.metric("relief_messages_parked_total", reason="unreadable")
    assert counted == len(NOT_UNDERSTOOD)


async def test_a_forged_id_is_parked_and_the_first_message_with_it_stands(world: World) -> None:
    await world.inventory.stock(rice=1_000_000)
    first = sealed(fact := said())
    await world.send(first)
    await handled(world, 1)
    more = said(household_id=fact.household_id, people=40)
    await world.send(replace(sealed(more), id=first.id))
    (lying,) = await lie_parked(world, 1)
    assert lying.reason == "its id was used before by a message with other content"
    assert await world.inventory.metric("relief_messages_parked_total", reason="forged") == 1
    assert (await wanted_of(world, fact.subject))["wanted"] == 15_000


async def test_a_message_with_unknown_fields_is_handled(world: World) -> None:
    envelope = sealed(fact := said())
    await world.send(replace(envelope, data=envelope.data[:-1] + ',"later_field":{"a":1}}'))
    await handled(world, 1)
    assert (await wanted_of(world, fact.subject))["wanted"] == 15_000


async def test_a_handler_that_fails_is_tried_again_later_and_its_neighbours_do_not_wait(
    bare_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = bare_world
    facts = [said() for _ in range(50)]
    bad = {facts[7].household_id, facts[31].household_id}
    monkeypatch.setattr(handlers, "on_household_registered", failing(bad, times=1))
    await world.start("intake")
    async with world.another("inventory"):
        await world.inventory.load_catalogue()
        await world.inventory.stock(rice=1_000_000)
    # They lie in the queue when inventory comes, so that they are one batch.
    await world.send(*map(sealed, facts))
    (inventory,) = await world.start("inventory")
    await handled(world, 50)
    assert await inventory.metric("relief_messages_retried_total") == 2
    assert await inventory.metric("relief_messages_handled_total") == 50
    assert (await world.inventory.shelf("rice"))["reserved"] == 50 * 15_000
    assert await world.parked(HouseholdRegistered) == []
    await world.settled()
    await world.sound()


async def test_after_the_last_try_a_message_is_parked_and_can_be_replayed(
    bare_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = bare_world
    good, bad = said(), said()
    monkeypatch.setattr(handlers, "on_household_registered", failing({bad.household_id}, times=2))
    await world.start("intake", "inventory")
    await world.inventory.load_catalogue()
    await world.inventory.stock(rice=1_000_000)
    await world.send(sealed(bad), sealed(good))
    (lying,) = await lie_parked(world, 1)
    assert lying.subject == str(bad.household_id)
    assert lying.reason.startswith(
        "failed 2 times, last with ZeroDivisionError in shared/messaging/handling.py:"
    )
    assert "a bug of the tests" not in str(lying)
    assert await world.inventory.metric("relief_messages_parked_total", reason="failed") == 1
    await handled(world, 1)
    assert (await world.inventory.shelf("rice"))["reserved"] == 15_000

    queue = f"inventory.{HouseholdRegistered.wire}"
    assert await parked.replay(world.addresses(), queue, None) == 1
    await handled(world, 2)
    assert (await wanted_of(world, bad.household_id))["reserved"] == 15_000
    assert await world.parked(HouseholdRegistered) == []
    await world.settled()
    await world.sound()


async def test_a_version_that_jumps_is_parked_alone_until_an_operator_names_it(world: World) -> None:
    """A forged close of the highest version would make the household's next real changes be ignored for ever."""
    await world.inventory.stock(rice=1_000_000)
    real, others = said(), [said() for _ in range(5)]
    await world.send(*map(sealed, (real, *others)))
    jump = HouseholdClosed(household_id=real.household_id, version=2**31 - 1, on=FIRST_DAY)
    closed = [HouseholdClosed(household_id=each.household_id, version=2, on=FIRST_DAY) for each in others]
    await handled(world, 6)
    forged = sealed(jump)
    claims = {**headers_of(forged), LOOKED_AT: "looked at, says the publisher"}
    await asyncio.gather(world.send(*map(sealed, closed)), world.send(forged, headers=claims))
    (lying,) = await lie_parked(world, 1, HouseholdClosed)
    assert "version 2147483647 is more than 10,000 above 1" in lying.reason
    await handled(world, 6 + 5)
    changed = said(HouseholdChanged, version=2, people=2, household_id=real.household_id)
    await world.send(sealed(changed))
    await handled(world, 6 + 5 + 1)
    assert (await wanted_of(world, real.household_id))["wanted"] == 30_000

    queue = f"inventory.{HouseholdClosed.wire}"
    assert await parked.replay(world.addresses(), queue, None) == 1

    async def refused() -> float:
        return float(await world.inventory.metric("relief_messages_parked_total", reason="jumped"))

    await until(refused, lambda times: times == 2)
    assert await parked.replay(world.addresses(), queue, lying.message_id) == 1
    await handled(world, 6 + 5 + 2)
    assert (await wanted_of(world, real.household_id))["reserved"] == 0


async def test_the_delay_is_kept_and_a_second_failure_waits_longer(
    bare_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = bare_world
    fact = said()
    monkeypatch.setattr(handlers, "on_household_registered", failing({fact.household_id}, times=2))
    await world.start("intake", "inventory", retry_delays_seconds=(1, 2))
    await world.inventory.load_catalogue()
    began = asyncio.get_running_loop().time()
    await world.send(sealed(fact))
    await handled(world, 1)
    assert asyncio.get_running_loop().time() - began >= 3
    assert await world.inventory.metric("relief_messages_retried_total") == 2


async def test_a_fact_that_finds_no_queue_stays_in_the_outbox_until_there_is_one(
    bare_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody who hears of households has run before."""
    world = bare_world
    monkeypatch.setattr(Sponsorship, "has_run_before", False)
    await world.start("intake")
    household = await world.intake.register(needs=["food"])

    async def outbox_rows() -> Any:
        return (await world.intake.get("/status"))["outbox_rows"]

    async def tries() -> list[int]:
        async with world.intake.service.units.read() as session:
            return list(await session.scalars(select(outbox.c.tries)))

    await until(tries, lambda found: found[0] >= 2)
    assert await outbox_rows() == 1
    await world.start("inventory")
    await world.inventory.load_catalogue()
    await until(outbox_rows, lambda rows: rows == 0)
    await world.settled()
    assert (await wanted_of(world, household_id(household)))["wanted"] == 15_000
    assert (await world.inventory.get("/status"))["handled"] == 1


async def test_the_answers_go_on_with_the_correlation_of_the_question(world: World) -> None:
    await world.inventory.stock(rice=1_000_000)
    envelopes = [sealed(said()) for _ in range(5)]
    await world.send(*envelopes)
    await handled(world, 5)
    await world.settled()
    async with world.inventory.service.units.read() as session:
        query = select(
            journal.c.subject, journal.c.correlation_id, journal.c.causation_id, journal.c.traceparent
        )
        rows = (await session.execute(query.where(journal.c.contract == SuppliesReserved.wire))).all()
    found = {row.subject: (row.correlation_id, row.causation_id, row.traceparent[3:35]) for row in rows}
    assert found == {
        each.subject: (each.correlation_id, each.id, each.traceparent[3:35]) for each in envelopes
    }


async def test_a_stopped_service_finishes_and_gives_the_rest_back(bare_world: World) -> None:
    world = bare_world
    await world.start("intake")
    async with world.another("inventory"):
        await world.inventory.load_catalogue()
        await world.inventory.stock(rice=100_000_000)
    facts = [said() for _ in range(400)]
    await world.send(*map(sealed, facts))
    async with world.another("inventory", batch_size=5):
        await handled(world, 20)
    await world.start("inventory")
    await handled(world, 400)
    await world.settled()
    assert (await world.inventory.shelf("rice"))["reserved"] == 400 * 15_000
    assert await world.parked(HouseholdRegistered) == []
    await world.sound()


async def lying_ready(world: World, consumer: str) -> dict[str, int]:
    """Messages of each queue of a service that are in nobody's hand."""
    found = {}
    async with world.broker() as connection:
        channel = await connection.channel()
        for contract in heard_by(consumer):
            queue = await channel.declare_queue(f"{consumer}.{contract.wire}", passive=True)
            found[contract.wire] = queue.declaration_result.message_count or 0
    return found


async def test_a_stopped_service_has_acknowledged_all_that_it_handled_on_each_of_its_queues(
    bare_world: World,
) -> None:
    """Facts of several contracts come to one service at once, so that none may be in the way of another."""
    world = bare_world
    async with world.another("inventory"):
        await world.inventory.load_catalogue()
        await world.inventory.stock(rice=300_000, winter_M=10)
        async with world.another("intake"):
            households = [await world.intake.register(members=2) for _ in range(30)]
            await world.settled()
            for each in households[:10]:
                await world.intake.post(f"/households/{each['household_id']}/close", {"outcome": "settled"})
            await world.settled()
    for consumer in ("intake", "inventory"):
        assert not any((await lying_ready(world, consumer)).values()), consumer


async def test_a_service_takes_no_more_messages_into_its_hands_than_two_batches(
    bare_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world, go_on = bare_world, asyncio.Event()
    real = handlers.on_household_registered

    async def held_up(rules: Any, facts: Sequence[HouseholdState], unit: Unit) -> None:
        await go_on.wait()
        await real(rules, facts, unit)

    monkeypatch.setattr(handlers, "on_household_registered", held_up)
    await world.start("intake", "inventory", batch_size=10)
    await world.inventory.load_catalogue()
    await world.send(*(sealed(said()) for _ in range(200)))

    async def ready() -> int:
        return (await lying_ready(world, "inventory"))[HouseholdRegistered.wire]

    try:
        await until(ready, lambda left: left == 180)
    finally:
        go_on.set()
    await handled(world, 200)
    await world.settled()


async def test_a_reminder_is_due_after_its_second_however_long_its_unit_took(bare_world: World) -> None:
    """Units that commit later in that second share it, and must find it still to come."""
    await bare_world.start("inventory")
    units = bare_world.inventory.service.units
    async with units.open() as unit:

        async def taken() -> Any:
            return await unit.session.scalar(text("SELECT clock_timestamp() - now()"))

        await until(taken, lambda time: time > timedelta(seconds=1) + GRACE)
        unit.remind(FORECAST)
    async with units.read() as session:
        query = select(timer.c.key, timer.c.due_at).where(timer.c.name == FORECAST)
        ((key, due),) = await session.execute(query)
    second = datetime.strptime(key, f"{FORECAST} %Y%m%d%H%M%S").replace(tzinfo=UTC)
    assert due >= second + timedelta(seconds=1) + GRACE
