"""Every POST that changes something is done once for its Idempotency-Key."""

import asyncio

import pytest

from shared.web.uploads import AT_ONCE
from tests.support.people import person
from tests.support.sheets import CSV, GOOD, sheet
from tests.support.waiting import until
from tests.support.world import World

pytestmark = pytest.mark.runs("intake", "inventory")

BODY = {"region": "north", "arrived_on": "2006-10-20", "needs": ["food"], "members": [person()]}


async def households(world: World) -> int:
    return int((await world.intake.get("/counts"))["households"])


async def test_the_same_key_and_body_get_the_same_answer_and_nothing_happens_twice(world: World) -> None:
    first = await world.intake.try_post("/households", BODY, key="once")
    again = await world.intake.try_post("/households", BODY, key="once")
    assert (first.status_code, first.json()) == (again.status_code, again.json())
    assert await households(world) == 1
    await world.settled()
    assert (await world.inventory.get("/status"))["handled"] == 1


async def test_the_same_key_with_another_body_is_a_conflict(world: World) -> None:
    await world.intake.post("/households", BODY, key="once")
    answer = await world.intake.try_post("/households", {**BODY, "region": "south"}, key="once")
    assert answer.status_code == 409
    assert answer.headers["content-type"] == "application/problem+json"
    assert "another body" in answer.json()["detail"]
    assert await households(world) == 1


async def test_the_same_key_by_many_at_once_does_the_work_once(world: World) -> None:
    tries = [world.intake.try_post("/households", BODY, key="once") for _ in range(20)]
    answers = await asyncio.gather(*tries)
    assert {each.status_code for each in answers} == {201}
    assert len({each.json()["household_id"] for each in answers}) == 1
    assert await households(world) == 1


async def test_a_key_is_asked_for(world: World) -> None:
    answer = await world.intake.client.post("/households", json=BODY)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"].lower() == "header.idempotency-key"
    assert await households(world) == 0


async def test_a_key_whose_request_was_refused_can_be_used_again(world: World) -> None:
    wrong = {"depot": "nowhere", "reference": "w", "lines": [{"item": "rice", "quantity": 5}]}
    assert (await world.inventory.try_post("/receipts", wrong, key="k")).status_code == 422
    right = {**wrong, "depot": "depot-north"}
    assert (await world.inventory.try_post("/receipts", right, key="k")).status_code == 201


async def test_one_key_means_one_thing_on_one_path(world: World) -> None:
    """A delivery sent again after the answer was lost hands nothing out twice."""
    await world.inventory.stock(rice=100_000)
    household = await world.intake.register(needs=["food"])
    await world.settled()
    path = f"/households/{household['household_id']}/deliveries"
    body = {"received_by": household["members"][0]["member_id"]}
    first = await world.inventory.post(path, body, key="fetched")
    assert await world.inventory.post(path, body, key="fetched") == first
    assert (await world.inventory.try_post("/catalogue", {}, key="fetched")).status_code == 409

    async def look() -> int:
        return int((await world.inventory.items())["rice"]["delivered"])

    assert await until(look, bool) == 15_000


async def test_a_register_sent_again_registers_nobody_twice(world: World) -> None:
    rows = [
        "household,given_name,family_name,birth_date,size,region,arrived_on",
        *(f"R{n // 2},Given{n},Family,1980-01-{n + 1:02},M,north,2006-10-20" for n in range(20)),
    ]
    files = {"file": ("register.csv", "\n".join(rows).encode(), "text/csv")}
    dry = (await world.intake.client.post("/imports?dry_run=true", files=files)).json()
    assert (dry["households"], dry["people"], dry["dry_run"]) == (10, 20, True)
    assert await households(world) == 0
    sent = [world.intake.client.post("/imports", files=files) for _ in range(2)]
    first, second = (answer.json() for answer in await asyncio.gather(*sent))
    assert first["households"] + second["households"] == 10
    assert first["already_there"] + second["already_there"] == 20
    again = (await world.intake.client.post("/imports", files=files)).json()
    assert (again["households"], again["people"], again["already_there"]) == (0, 0, 20)
    assert await households(world) == 10
    await world.settled()
    assert (await world.inventory.get("/summary"))["people"] == 20


async def test_while_two_registers_are_taken_in_a_third_is_told_to_come_later(world: World) -> None:
    files = {"file": ("r.csv", sheet(GOOD), CSV)}
    async with AT_ONCE, AT_ONCE:
        refused = await world.intake.client.post("/imports", files=files)
    assert refused.status_code == 503
    assert "Other registers" in refused.json()["detail"]
    assert (await world.intake.client.post("/imports", files=files)).json()["people"] == 1
