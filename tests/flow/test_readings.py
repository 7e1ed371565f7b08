"""Who was shown names is a row that was written first, and that nobody changes; without it, nothing is shown."""

from typing import Any
from uuid import uuid4

import pytest

from shared.cli import Trouble
from shared.principals import LOCAL_OPERATOR
from tests.support.people import person
from tests.support.world import World

pytestmark = pytest.mark.runs("intake")

REASON = {"reason": "to fill in a form"}


async def test_whoever_is_shown_names_stands_in_the_register_of_readings(world: World) -> None:
    first, second = [await world.intake.register([person(given_name="Kanarienvogel")]) for _ in range(2)]
    for household in (first, second, second):
        assert "Kanarienvogel" in (await ask(world, household)).text
    assert (await world.intake.try_post(f"/households/{uuid4()}/identities", REASON)).status_code == 404
    listed = (await world.intake.get("/readings"))["items"]
    assert [each["household_id"] for each in listed] == [
        each["household_id"] for each in (second, second, first)
    ]
    assert {(each["actor"], each["route"]) for each in listed} == {
        (LOCAL_OPERATOR.id, "/{household_id}/identities")
    }
    found = await world.intake.get("/readings", household_id=first["household_id"])
    assert found["items"] == listed[2:]
    checks = {each["name"]: each["counted"] for each in await world.intake.get("/checks")}
    assert checks["times that names were shown"] == 3
    for order in ("UPDATE reading SET actor = 'nobody'", "DELETE FROM reading", "TRUNCATE reading"):
        with pytest.raises(Trouble, match="append-only"):
            world.servers.sql(order, world.databases["intake"])


async def test_names_are_not_shown_when_it_cannot_be_written_who_reads_them(world: World) -> None:
    household = await world.intake.register([person(given_name="Kanarienvogel")])
    database = world.databases["intake"]
    world.servers.sql("ALTER TABLE reading ADD CONSTRAINT full_up CHECK (false) NOT VALID", database)
    try:
        answer = await ask(world, household)
    finally:
        world.servers.sql("ALTER TABLE reading DROP CONSTRAINT full_up", database)
    assert answer.status_code == 500
    assert "Kanarienvogel" not in answer.text
    assert (await world.intake.get("/readings"))["items"] == []


async def ask(world: World, household: Any) -> Any:
    return await world.intake.try_post(f"/households/{household['household_id']}/identities", REASON)
