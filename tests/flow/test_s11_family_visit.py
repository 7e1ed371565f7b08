"""S11: a helper is imprisoned; his family visits him, money for it is set aside and paid, until the case is closed."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from shared.contracts.intake import AdvocacyChanged
from tests.support.world import World


@pytest.fixture
async def pair(bare_world: World) -> AsyncIterator[World]:
    """Intake and donations alone. Afterwards no invariant may be broken."""
    await bare_world.start("intake", "donations")
    yield bare_world
    await bare_world.settled()
    await bare_world.sound()


async def grants(world: World, case_id: str) -> list[Any]:
    """What donations knows of the case's grants, the oldest first."""
    return list((await world.donations.get("/grants", case_id=case_id))["items"])


async def test_a_case_from_its_opening_to_a_visit_that_was_paid(pair: World) -> None:
    world = pair
    await world.donations.gift("50,000", "family_visits")
    async with world.listen(AdvocacyChanged) as heard:
        case_id = await world.intake.open_case(family=2, topics=["arrest", "family"])
        visit_id = await world.intake.plan_visit(case_id, "2006-11-20")
        path = f"/cases/{case_id}"
        grant_id = await world.intake.ask_for_case(case_id, 30_000)
        await world.intake.ask_for_case(case_id, 30_000, "prison_support", urgency=3)
        await world.settled()
        await world.donations.pay(grant_id, "30,000", reference="1")
        await world.donations.post(f"/grants/{grant_id}/settle", {"no_receipt": "endangers"})
        await world.turn("2006-11-21")
        done = await world.intake.post(f"{path}/visits/{visit_id}/done", {"done_on": "2006-11-20"})
        assert (done["state"], done["done_on"]) == ("done", "2006-11-20")
        assert (await world.intake.try_post(f"{path}/visits/{visit_id}/done")).status_code == 409
        facts = await heard.until(lambda found: len(found) == 3)
    assert [(each.version, each.status, each.visits_planned, each.visits_done) for each in facts] == [
        (1, "open", 0, 0),
        (2, "visit_planned", 1, 0),
        (3, "visited", 0, 1),
    ]
    assert {each.topics for each in facts} == {frozenset({"arrest", "family"})}
    await world.settled()
    assert await world.intake.history(case_id) == [
        "Opened: one in prison, 2 of the family known.",
        "A visit is planned for 2006-11-20.",
        "Asked: family visit grant, JPY 30,000.",
        "Asked: prison support grant, JPY 30,000.",
        "Family visit grant: money is set aside; JPY 30,000 set aside.",
        "Prison support grant: money is set aside; JPY 20,000 set aside; JPY 10,000 missing.",
        "Family visit grant: paid; JPY 30,000 paid.",
        "Family visit grant: paid and settled; JPY 30,000 paid.",
        "The visit planned for 2006-11-20 was made on 2006-11-20.",
    ]
    shown = await world.intake.get(path)
    assert shown["support_paid"] == [{"amount": 30_000, "currency": "JPY"}]
    assert [each["role"] for each in shown["people"]] == ["imprisoned", "family", "family"]
    assert [each["status"] for each in await world.intake.get(f"{path}/grants")] == ["settled", "set_aside"]


async def test_a_case_that_is_closed_cancels_what_is_not_paid_and_its_visits(pair: World) -> None:
    world = pair
    await world.donations.gift("100", "family_visits")
    case_id, other = await world.intake.open_case(), await world.intake.open_case()
    path = f"/cases/{case_id}"
    paid, open_one = (
        await world.intake.ask_for_case(case_id, 30),
        await world.intake.ask_for_case(case_id, 70),
    )
    await world.settled()
    await world.donations.pay(paid, "30", reference="1")
    await world.donations.post(f"/grants/{paid}/settle", {"no_receipt": "lost"})
    await world.donations.pay(open_one, "10", reference="2")
    waiting = await world.intake.ask_for_case(other, 60)
    await world.intake.plan_visit(case_id, "2006-11-20")
    await world.settled()
    assert (await world.intake.post(f"{path}/close", {"reason": "released"}))["visits_planned"] == 0
    (visit,) = (await world.intake.get(f"{path}/visits"))["items"]
    assert (visit["state"], visit["reason"]) == ("cancelled", "case_closed")
    await world.settled()
    found = {each["grant_id"]: each for each in await grants(world, case_id)}
    assert (found[paid]["status"], found[paid]["paid"]["minor"]) == ("settled", 30)
    assert (found[open_one]["status"], found[open_one]["reason"]) == ("cancelled", "case_closed")
    assert found[open_one]["paid"]["minor"] == 10
    # What became free went to who waited.
    (served,) = await grants(world, other)
    assert (served["grant_id"], served["set_aside"]["minor"]) == (waiting, 60)
    assert "cancelled; JPY 10 paid; case closed" in (await world.intake.history(case_id))[-1]
    for what, body in (
        ("grants", {"kind": "family_visit", "amount": 1, "currency": "JPY"}),
        ("visits", {"planned_for": "2006-11-20"}),
        ("topics", {"topics": ["trial"]}),
        ("close", {"reason": "died"}),
    ):
        assert (await world.intake.try_post(f"{path}/{what}", body)).status_code == 409, what
    assert (await world.intake.try_post(f"/grants/{open_one}/change", {"amount": 5})).status_code == 409
    assert (await world.intake.try_post(f"/grants/{open_one}/withdraw")).status_code == 409
    await world.intake.post(f"{path}/reopen")
    again = await world.intake.ask_for_case(case_id, 20)
    await world.settled()
    found = {each["grant_id"]: each["status"] for each in await grants(world, case_id)}
    assert found == {paid: "settled", open_one: "cancelled", again: "waiting"}


async def test_cases_are_listed_by_pages_counted_in_the_plan_and_checked(pair: World) -> None:
    world = pair
    made = [await world.intake.open_case(topics=[]) for _ in range(5)]
    visits = [await world.intake.plan_visit(made[0], f"2006-11-1{day}") for day in range(4)]
    path = f"/cases/{made[0]}/visits"
    await world.intake.post(f"{path}/{visits[0]}/cancel", {"reason": "not_safe"})
    await world.intake.post(f"{path}/{visits[1]}/done")
    listed: list[str] = []
    after: str | None = ""
    while after is not None:
        page = await world.intake.get("/cases", limit=2, after=after)
        listed, after = [*listed, *(each["case_id"] for each in page["items"])], page["next"]
    assert listed == made
    (planned,) = (await world.intake.get("/cases", status="visit_planned"))["items"]
    assert (planned["alias"], planned["visits_planned"], planned["visits_done"]) == ("AC-06-0001", 2, 1)
    page = await world.intake.get(path, limit=3)
    rest = await world.intake.get(path, limit=3, after=page["next"])
    assert [each["visit_id"] for each in (*page["items"], *rest["items"])] == visits
    target = {"area": 1, "measure": "prison_visits_arranged", "words": "visits", "unit": "visits"}
    await world.intake.post("/plan", {"targets": [target]})
    # Planned or made; a visit that was cancelled was not arranged.
    assert (await world.intake.get("/plan"))[0]["actual"] == 3
    database = world.databases["intake"]
    for broken, whole, check in (
        ("visits_done = 7", "visits_done = 1", "the visits of a case are as many as it says"),
        ("version = 9", "version = 7", "every version of a case was said"),
    ):
        update = "UPDATE advocacy_case SET {} WHERE alias = 'AC-06-0001'"
        world.servers.sql(update.format(broken), database)
        found = [each["name"] for each in await world.intake.get("/checks") if each["breaches"]]
        world.servers.sql(update.format(whole), database)
        assert found == [check]


async def test_names_of_a_case_are_shown_for_a_reason_and_whoever_reads_them_is_kept(pair: World) -> None:
    world = pair
    case_id = await world.intake.open_case(family=1)
    path = f"/cases/{case_id}"
    person = (await world.intake.post(f"{path}/people", {"given_name": "New", "family_name": "One"}))[
        "person_id"
    ]
    right = {"given_name": "Right", "family_name": "Name"}
    await world.intake.post(f"{path}/people/{person}/correct", right)
    assert (await world.intake.try_post(f"{path}/identities", {"reason": "abc"})).status_code == 422
    answer = await world.intake.client.post(f"{path}/identities", json={"reason": "to write to the prison"})
    names = answer.json()["names"]
    assert [each["given_name"] for each in names] == ["Given0", "Given1", "Right"]
    (reading,) = (await world.intake.get("/readings", case_id=case_id))["items"]
    assert (reading["case_id"], reading["household_id"], reading["route"]) == (
        case_id,
        None,
        "/cases/{case_id}/identities",
    )
    nobody = path.replace(case_id, case_id[:-4] + "0000")
    assert (await world.intake.try_post(f"{nobody}/identities", {"reason": "to look"})).status_code == 404
    two = [{**right, "role": "imprisoned"}] * 2
    for people in ([], two, two[:1] * 21, [{**right, "role": "family"}]):
        assert (await world.intake.try_post("/cases", {"people": people})).status_code == 422
