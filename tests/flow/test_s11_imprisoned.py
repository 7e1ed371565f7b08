"""S11, through all services: a case in intake, a visit that donations pays, and topics for hearings in events."""

from typing import Any

from tests.support.world import World


async def topics(world: World) -> list[str]:
    """What events may take up at hearings, once all is handled."""
    await world.settled()
    return [each["topic"] for each in await world.events.get("/topics")]


async def grant_of(world: World, case_id: str) -> Any:
    """The one grant of a case, as donations knows it."""
    await world.settled()
    (grant,) = (await world.donations.get("/grants", case_id=case_id))["items"]
    return grant


async def test_a_case_gets_its_visit_paid_and_its_topics_heard_until_it_is_closed(world: World) -> None:
    await world.donations.gift("50,000", "family_visits")
    case_id = await world.intake.open_case(family=2, topics=["arrest", "family"])
    assert await topics(world) == ["arrest", "family"]

    visit = await world.intake.plan_visit(case_id, "2006-11-20")
    grant_id = await world.intake.ask_for_case(case_id, 30_000)
    grant = await grant_of(world, case_id)
    assert (grant["grant_id"], grant["status"]) == (grant_id, "set_aside")
    await world.donations.pay(grant_id, "20,000")
    hearing = await world.events.plan(topics=await topics(world))
    assert hearing["topics"] == ["arrest", "family"]
    await world.turn("2006-11-20")
    await world.intake.post(f"/cases/{case_id}/visits/{visit}/done")

    await world.intake.post(f"/cases/{case_id}/close", {"reason": "released"})
    assert await topics(world) == []
    grant = await grant_of(world, case_id)
    assert (grant["status"], grant["reason"], grant["paid"]["minor"]) == ("cancelled", "case_closed", 20_000)
    assert (await world.donations.fund("family_visits"))["free"] == 30_000
    told = await world.intake.history(case_id)
    assert told[2:] == [
        "Asked: family visit grant, JPY 30,000.",
        "Family visit grant: money is set aside; JPY 30,000 set aside.",
        "Family visit grant: paid in part; JPY 10,000 set aside; JPY 20,000 paid.",
        "The visit planned for 2006-11-20 was made on 2006-11-20.",
        "Closed: released.",
        "Family visit grant: cancelled; JPY 20,000 paid; case closed.",
    ]
