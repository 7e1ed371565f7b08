"""Names and birth dates stay in intake: canaries are registered and looked for everywhere else."""

import logging
from typing import Any

import aio_pika
import pytest
import structlog

from shared.contracts import talking
from shared.contracts.intake import HouseholdChanged, HouseholdClosed, HouseholdRegistered
from shared.messaging.names import facts_exchange
from shared.observability import _without_values
from tests.support.people import person
from tests.support.waiting import until
from tests.support.world import World

GIVEN, FAMILY, JOINED, REFUSED = "Kanarienvogel", "Zeisigfink", "Stieglitzchen", "Gimpelmeise"
BORN = "1971-02-03"
CANARIES = (GIVEN, FAMILY, JOINED, REFUSED, BORN)
DOOR = "identity"
"""The one table that may hold them."""


class Kept(logging.Handler):
    """Everything that is logged, as it would be written."""

    def __init__(self) -> None:
        super().__init__()
        chain: Any = [structlog.processors.dict_tracebacks, _without_values]
        renderer = structlog.processors.JSONRenderer()
        self.setFormatter(structlog.stdlib.ProcessorFormatter(foreign_pre_chain=chain, processor=renderer))
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(self.format(record))


def assert_clean(where: str, text: str) -> None:
    found = [canary for canary in CANARIES if canary.lower() in text.lower()]
    assert not found, f"{where} holds {found}"


async def test_names_and_birth_dates_are_nowhere_but_behind_the_one_door(world: World) -> None:
    logged = Kept()
    logging.getLogger().addHandler(logged)
    wire: list[str] = []

    async def keep(message: aio_pika.abc.AbstractIncomingMessage) -> None:
        wire.append(f"{message.headers} {message.properties} {message.body.decode()}")

    try:
        async with world.broker() as connection:
            channel = await connection.channel()
            queue = await channel.declare_queue(exclusive=True)
            for name in talking():
                await queue.bind(facts_exchange(name), "#")
            await queue.consume(keep, no_ack=True)
            answers = await live_through(world)
            await world.settled()

            async def look() -> list[str]:
                return [each for each in wire if HouseholdClosed.wire in each]

            await until(look, bool)
    finally:
        logging.getLogger().removeHandler(logged)

    assert any(HouseholdRegistered.wire in each for each in wire)
    assert any(HouseholdChanged.wire in each for each in wire)
    assert_clean("the broker", "\n".join(wire))
    assert_clean("the logs", "\n".join(logged.lines))
    assert_clean("an answer", "\n".join(answers))
    assert_clean("inventory's database", await world.dump("inventory"))
    assert_clean("intake's database besides the identities", await world.dump("intake", besides=[DOOR]))
    for name in talking():
        replica = world.inventory if name == "inventory" else world.intake
        assert_clean(f"{name}'s metrics", (await replica.client.get("http://test/metrics")).text)
    # The canaries were really there to be found.
    identities = await world.dump("intake")
    assert all(canary in identities for canary in (GIVEN, FAMILY, JOINED, BORN))


async def live_through(world: World) -> list[str]:
    """A household with the canaries' names goes through everything; returns the answers that may hold no name."""
    await world.inventory.stock(rice=100_000, winter_M=3, bed=2)
    canary = person(given_name=GIVEN, family_name=FAMILY, birth_date=BORN)
    household = await world.intake.register([canary], register_ref="K-1")
    await world.settled()
    path = f"/households/{household['household_id']}"
    client = world.intake.client
    joined = await world.intake.post(f"{path}/members", {**canary, "given_name": JOINED})
    refused = [
        await world.intake.try_post("/households", {"members": [{**canary, "given_name": REFUSED}]}),
        await world.intake.try_post(f"{path}/members", {**canary, "given_name": REFUSED, "age": 300}),
        await world.intake.try_post(f"{path}/members", {**canary, "given_name": "=" + REFUSED * 40}),
        await world.intake.try_post("/households", {"region": REFUSED}),
        await client.get("/households", params={"q": REFUSED, "region": REFUSED}),
    ]
    register = (
        "household,given_name,family_name,birth_date,size,region,arrived_on\n"
        f"K-1,{GIVEN},{FAMILY},{BORN},M,north,2006-10-20\n"
        f"K-2,{REFUSED},{FAMILY},{BORN},{REFUSED},north,2006-10-20\n"
        f"K-3,={REFUSED},{FAMILY},{REFUSED},M,{REFUSED},2006-10-20\n"
    )
    files = {"file": (f"{REFUSED}.csv", register.encode(), "text/csv")}
    imported = await client.post("/imports", files=files)
    assert imported.json()["error_count"] > 0
    seen = await client.post(f"{path}/identities", json={"reason": "the canary test looks"})
    assert GIVEN in seen.text
    await world.inventory.hand_out(household)
    await world.turn("2006-12-02")
    await world.intake.post(f"{path}/close", {"outcome": "settled"})
    await world.settled()
    shown = [await client.get(each) for each in ("/households", path, f"{path}/timeline", "/counts")]
    return [str(household), str(joined), *(each.text for each in (*refused, imported, *shown))]


@pytest.mark.parametrize("reason", [None, "", "    ", "abc"])
async def test_names_are_not_shown_without_a_reason(world: World, reason: str | None) -> None:
    household = await world.intake.register([person(given_name=GIVEN)])
    body = {} if reason is None else {"reason": reason}
    path = f"/households/{household['household_id']}/identities"
    answer = await world.intake.client.post(path, json=body)
    assert answer.status_code == 422
    assert_clean("the refusal", answer.text)
