"""What a gathering is about changes after it was planned: helpers and speakers are looked at again; figures by kind."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from services.events.commands import changing, deciding, gatherings, slots, speakers, volunteers
from services.events.commands.changing import Changes
from services.events.commands.gatherings import Plan
from services.events.commands.slots import NewSlot
from services.events.commands.speakers import NewSpeaker
from services.events.contacts import Contact, Venue
from services.events.domain.gatherings import Gathering, Kind, Language, Safety
from services.events.domain.languages import Skill
from services.events.domain.speakers import Consent, Slot
from services.events.queries.figures import reached
from shared.cli.demo.command import PLAN
from shared.cli.demo.plan import load_plan
from shared.outcomes import Refused
from shared.settings import ClockMode
from tests.support.helpdesk import DAY, Helpdesk
from tests.support.world import World

pytestmark = pytest.mark.runs("events")

TALK = DAY + timedelta(days=30)
KOREAN = Language("ko", "ja", "cefr:b2", "consecutive", 1)
CHINESE = Language("zh", "ja", "cefr:b2", "consecutive", 1)
REST = 14


async def change(desk: Helpdesk, gathering: Gathering, **to: Any) -> Gathering | Refused:
    done = await desk.do(
        lambda unit: changing.change(unit, gathering.id, Changes(gathering.plan_version, "as wanted", **to))
    )
    await desk.works()
    return done


async def changed(desk: Helpdesk, gathering: Gathering, **to: Any) -> Gathering:
    done = await change(desk, gathering, **to)
    assert isinstance(done, Gathering), done
    assert done.plan_version == gathering.plan_version + 1
    return done


async def test_helpers_follow_the_languages_of_a_gathering_there_and_back(desk: Helpdesk) -> None:
    modes = frozenset({"consecutive"})
    first = await desk.volunteer(Skill("ko", "ja", "b2", modes=modes))
    chinese = await desk.volunteer(Skill("zh", "ja", "c1", modes=modes))
    seminar = await desk.gathering(TALK, KOREAN)
    (need,) = await desk.needs()
    await desk.answers(volunteers.accept)
    seminar = await changed(desk, seminar, languages=(CHINESE,))
    assert (await desk.needs())[need][:3] == ("withdrawn", 1, 0)
    assert await desk.held("freed") == [(need, first)]
    (other,) = set(await desk.needs()) - {need}
    assert await desk.held() == [(other, chinese)]
    # Wanted again, it is the same need, and the same volunteer is asked again.
    seminar = await changed(desk, seminar, languages=(KOREAN, CHINESE))
    assert (await desk.needs())[need][0] == "offered"
    assert sorted(await desk.held()) == sorted([(need, first), (other, chinese)])
    await desk.answers(volunteers.accept)
    # A higher level frees who does not reach it; nobody else is there.
    seminar = await changed(desk, seminar, languages=(replace(KOREAN, level="cefr:c1"), CHINESE))
    assert {key: status for key, (status, *_) in (await desk.needs()).items()} == {
        need: "unmet",
        other: "accepted",
    }
    last = await changed(desk, seminar, languages=())
    assert (last.languages, await desk.held(), await desk.held("accepted")) == ((), [], [])


async def test_a_topic_of_which_a_speaker_does_not_tell_is_not_added(desk: Helpdesk) -> None:
    seminar = await desk.gathering(TALK)
    contact = Contact("Example Kai", "kai@example.org")
    new = NewSpeaker(True, frozenset(), frozenset({"ko"}), contact)
    who = await desk.do(lambda unit: speakers.add(unit, new))
    assert not isinstance(who, Refused)
    await desk.do(lambda unit: speakers.train(unit, who, DAY))
    yes = Consent(frozenset({"speaking"}), True)
    await desk.do(lambda unit: speakers.agree(unit, REST, who, yes))
    wanted = NewSlot(who, seminar.id, frozenset(), frozenset({"school"}), frozenset({"prison"}))
    slot = await desk.do(lambda unit: slots.plan(unit, REST, wanted))
    assert isinstance(slot, Slot)
    for topic in ("prison", "route"):
        refused = await change(desk, seminar, topics=frozenset({"school", topic}))
        assert isinstance(refused, Refused)
        assert f"does not tell of {topic}." in refused.words
    seminar = await changed(desk, seminar, topics=frozenset({"school"}))
    await desk.do(lambda unit: slots.withdraw(unit, REST, slot.id))
    assert (await changed(desk, seminar, topics=frozenset({"prison"}))).topics == {"prison"}


async def test_what_a_gathering_is_about_changes_once_for_those_who_saw_the_same(world: World) -> None:
    events = world.events
    gathering = await events.announced(seats=2, topics=["arrest"], venue={"title": "Open talk"})
    path = f"/gatherings/{gathering}"
    await events.ask(gathering, "a")
    seen = (await events.get(path))["plan_version"]
    bodies = [{"plan_version": seen, "topics": [each], "note": "wanted"} for each in ("trial", "family")]
    answers = await asyncio.gather(*(events.try_post(f"{path}/change", each) for each in bodies))
    assert sorted(each.status_code for each in answers) == [200, 409]
    (won,) = [body["topics"] for body, each in zip(bodies, answers, strict=True) if each.is_success]
    assert "Open talk" in (await events.client.get("/calendars/public.ics")).text
    closed = {"plan_version": seen + 1, "safety": "closed", "note": "threats"}
    after = await events.post(f"{path}/change", closed)
    assert (after["topics"], after["safety"], after["taken"]) == (won, "closed", 1)
    assert (await events.get(path))["title"] is None
    assert "Open talk" not in (await events.client.get("/calendars/public.ics")).text
    # Whoever has a seat keeps it; who asks now was to be invited.
    person = [{"contact": {"name": "b", "mail": "b@example.org"}}]
    assert (await events.try_post(f"{path}/seats", {"guests": person})).status_code == 409
    again = {"plan_version": seen + 2, "note": "wanted"}
    same = {"source": "ko", "target": "ko", "level": "cefr:b2"}
    for wrong in ({}, {"languages": [same]}, {"topics": None}):
        assert (await events.try_post(f"{path}/change", {**again, **wrong})).status_code == 422
    await events.post(f"{path}/cancel", {"note": "no visas"})
    late = await events.try_post(f"{path}/change", {**again, "topics": []})
    assert (late.status_code, "was cancelled" in late.text) == (409, True)


async def test_each_kind_is_counted_by_itself_planned_and_held(desk_url: str) -> None:
    """Of each kind one more than of the kind before is planned; of each one is held, and one is cancelled besides."""
    expected: dict[str, int] = {}
    async with Helpdesk.open(desk_url, DAY, clock=ClockMode.MANUAL) as desk:
        seminar = await desk.gathering(DAY)
        rules = desk.settings.seat_rules
        for number, kind in enumerate(Kind, 1):
            plan = Plan(kind, Safety.OPEN, seminar.times, 10, Venue("Title"))
            made: list[Any] = [
                await desk.do(lambda unit, plan=plan: gatherings.plan(unit, plan))  # type: ignore[misc]
                for _ in range(number + 1)
            ]
            first, last = made[0].id, made[-1].id
            await desk.do(lambda unit, key=first: gatherings.announce(unit, key))  # type: ignore[misc]
            await desk.do(lambda unit, key=first: deciding.hold(unit, rules, key))  # type: ignore[misc]
            await desk.do(lambda unit, key=last: deciding.cancel(unit, rules, key, "no hall"))  # type: ignore[misc]
            became = "attended" if kind is Kind.HEARING else "held"
            expected |= {f"{kind.value}s_planned": number, f"{kind.value}s_{became}": 1}
        async with desk.units.read() as session:
            found = await reached(session)
    expected["seminars_planned"] += 1
    assert {name: found[name] for name in expected} == expected
    recorded = {each.measure for each in load_plan(PLAN).targets if each.service == "events"}
    assert recorded <= found.keys()
    assert expected.keys() <= recorded
