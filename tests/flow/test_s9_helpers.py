"""S9: who is wanted at gatherings and lessons is asked by language and level, and what nobody fits is said so."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import date, timedelta
from functools import partial
from typing import Any
from uuid import UUID

import pytest

from services.events.commands import volunteers
from services.events.domain.gatherings import Language
from services.events.domain.helping import VolunteerState
from services.events.domain.lacks import Lack
from services.events.domain.languages import Skill
from services.events.queries import helping as queries
from services.events.queries import people
from services.events.repository.gatherings import FOLLOW
from shared.contracts.events import HelpChanged
from shared.contracts.sponsorship import HelperAsked, LanguageWanted
from shared.messaging.unit import Unit
from shared.outcomes import Refused, conflict
from tests.support.helpdesk import Helpdesk
from tests.support.settlers import asked
from tests.support.world import World

DAY = date(2007, 3, 1)
TALK = DAY + timedelta(days=30)
KOREAN = Language("ko", "ja", "cefr:c1", "simultaneous", 1)


@pytest.fixture
async def desk(desk_url: str) -> AsyncIterator[Helpdesk]:
    async with Helpdesk.open(desk_url, DAY) as desk:
        yield desk
        await desk.works()
        assert await desk.breaches() == set()


def teacher(number: int = 1, version: int = 1, **more: Any) -> HelperAsked:
    """Somebody is wanted who teaches for two months."""
    values = {
        "need_id": UUID(int=number),
        "version": version,
        "task": "teach",
        "languages": (
            LanguageWanted(language="ja", level="native"),
            LanguageWanted(language="ko", level="a2"),
        ),
        "starts_on": TALK,
        "ends_on": TALK + timedelta(days=60),
        "region": "tokyo",
        "people": 1,
        "status": "asked" if version == 1 else "changed",
        "on": DAY,
    }
    return HelperAsked(**{**values, **more})


TEACHER = (Skill("ja", level="native"), Skill("ko", level="b1"))


async def test_a_gathering_gets_a_whole_team_in_its_language_and_direction(desk: Helpdesk) -> None:
    """Three hours of simultaneous work take two; who interprets the other way, or less well, is not asked."""
    modes = frozenset({"simultaneous"})
    await desk.volunteer(Skill("ja", "ko", "native", modes=modes))
    weak = await desk.volunteer(Skill("ko", "ja", "b2", modes=modes))
    await desk.volunteer(Skill("ko", "ja", None, modes=modes))
    good = [await desk.volunteer(), await desk.volunteer()]
    seminar = await desk.gathering(TALK, KOREAN)
    (need,) = await desk.needs()
    assert sorted(who for _, who in await desk.held()) == sorted(good)
    first, _ = await desk.held()
    (declined,) = [
        each["id"]
        for each in await desk.rows("SELECT id FROM assignment WHERE volunteer_id = :who", who=first[1])
    ]
    await desk.do(partial(volunteers.decline, rules=desk.settings.helping, assignment_id=declined))
    await desk.works()
    assert [who for _, who in await desk.held()] == [each for each in good if each != first[1]]
    async with desk.units.read() as session:
        found = await queries.candidates(session, desk.settings.helping, need)
    assert found
    proposal = found.proposal
    assert (proposal.asked, proposal.missing, proposal.reason) == ((), 1, "too_few")
    assert (weak, (Lack.LEVEL,)) in [(each.volunteer_id, each.lacking) for each in proposal.next_best]
    assert found.words[weak] == ["does not know the language well enough"]

    # A person chooses the next best, and says what is lacking; nothing is relaxed unseen.
    choose = partial(volunteers.assign, rules=desk.settings.helping, need_id=need, volunteer_id=weak)
    assert isinstance(await desk.do(partial(choose, despite=frozenset())), Refused)
    assert await desk.do(partial(choose, despite=frozenset({Lack.LEVEL}))) == need
    await desk.answers(volunteers.accept)
    assert (await desk.needs())[need] == ("accepted", 2, 2, "found")
    await desk.rows("UPDATE gathering SET status = 'cancelled' WHERE id = :id", id=seminar.id)
    await desk.do(decided)
    await desk.works()
    assert (await desk.needs())[need] == ("withdrawn", 2, 0, "gathering_cancelled")
    assert len(await desk.held("freed")) == 2


async def decided(unit: Unit) -> None:
    """Something was decided on a gathering."""
    unit.remind(FOLLOW)


async def test_who_becomes_inactive_opens_the_tasks_again_and_keeps_what_is_done(desk: Helpdesk) -> None:
    """B12: three open tasks are open again and offered on, one that is done keeps its hours."""
    leaving = await desk.volunteer(*TEACHER)
    begins: Any = {4: {"starts_on": DAY}}
    await desk.hears(*(teacher(number, **begins.get(number, {})) for number in range(1, 5)))
    await desk.works()
    await desk.answers(volunteers.accept)
    early = await desk.answers(volunteers.done, UUID(int=1), minutes=300)
    assert [isinstance(each, Refused) and "begins on 2007-03-31" in each.words for each in early] == [True]
    await desk.answers(volunteers.done, UUID(int=4), minutes=300)
    other = await desk.volunteer(*TEACHER)
    await desk.becomes(leaving, VolunteerState.PAUSED)
    assert {key.int: stands[0] for key, stands in (await desk.needs()).items()} == {
        1: "open",
        2: "open",
        3: "open",
        4: "done",
    }
    await desk.works()
    assert sorted(await desk.held()) == [(UUID(int=number), other) for number in (1, 2, 3)]
    query = "SELECT open, served, minutes FROM volunteer WHERE id = :id"
    (kept,) = await desk.rows(query, id=leaving)
    assert dict(kept) == {"open": 0, "served": 1, "minutes": 300}
    # Back again, and the other one gone: the same tasks are theirs again.
    await desk.becomes(leaving, VolunteerState.ACTIVE)
    await desk.becomes(other, VolunteerState.LEFT)
    await desk.works()
    assert sorted(await desk.held()) == [(UUID(int=number), leaving) for number in (1, 2, 3)]


async def test_nobody_fits_is_said_with_an_appeal_that_closes_when_somebody_comes(desk: Helpdesk) -> None:
    await desk.volunteer(Skill("ja", level="c2"), Skill("ko", level="c2"))
    await desk.hears(teacher())
    await desk.works()
    assert [each.status for each in await desk.said(HelpChanged, UUID(int=1))] == ["open", "unmet"]
    (appeal,) = await desk.rows("SELECT missing, reason, opened_on, closed_on FROM helper_appeal")
    assert dict(appeal) == {"missing": 1, "reason": "level", "opened_on": DAY, "closed_on": None}
    await desk.volunteer(*TEACHER)
    await desk.works()
    (appeal,) = await desk.rows("SELECT closed_on FROM helper_appeal")
    assert appeal["closed_on"] == DAY
    await desk.answers(volunteers.accept)
    said = [(each.status, each.found) for each in await desk.said(HelpChanged, UUID(int=1))]
    assert said == [("open", 0), ("unmet", 0), ("offered", 0), ("accepted", 1)]


async def test_an_offer_that_nobody_answers_goes_to_the_next(desk: Helpdesk) -> None:
    first = await desk.volunteer(*TEACHER)
    await desk.hears(teacher())
    await desk.works()
    second = await desk.volunteer(*TEACHER)
    await desk.turn(DAY + timedelta(days=7))
    assert [who for _, who in await desk.held()] == [first]
    await desk.turn(DAY + timedelta(days=8))
    assert [who for _, who in await desk.held("expired")] == [first]
    assert [who for _, who in await desk.held()] == [second]


async def test_a_need_whose_days_are_over_is_said_to_be_unmet_once(desk: Helpdesk) -> None:
    await desk.hears(teacher())
    await desk.works()
    for days in (61, 62):
        await desk.turn(TALK + timedelta(days=days))
    said = [(each.status, each.reason) for each in await desk.said(HelpChanged, UUID(int=1))]
    assert said == [("open", "waiting"), ("unmet", "nobody"), ("unmet", "past")]
    late = await desk.volunteer(*TEACHER)
    assert await desk.held() == []
    choose = partial(volunteers.assign, rules=desk.settings.helping, need_id=UUID(int=1))
    refused = await desk.do(partial(choose, volunteer_id=late, despite=frozenset()))
    assert refused == conflict("This need is over: nobody is asked for it any more.")


async def test_a_check_that_ends_frees_whoever_needs_it(desk: Helpdesk) -> None:
    who = await desk.volunteer(*TEACHER)
    await desk.hears(teacher())
    await desk.works()
    ends = partial(volunteers.check, rules=desk.settings.helping, volunteer_id=who, what="safeguarding")
    await desk.do(partial(ends, until=TALK + timedelta(days=60)))
    assert [each for _, each in await desk.held()] == [who]
    await desk.do(partial(ends, until=TALK + timedelta(days=59)))
    assert ([], [(UUID(int=1), who)]) == (await desk.held(), await desk.held("freed"))


async def test_a_check_that_ends_while_a_settlement_goes_on_frees_its_helper_on_the_day_after(
    desk: Helpdesk,
) -> None:
    who = await desk.volunteer(*TEACHER)
    last = DAY + timedelta(days=3)
    await desk.do(
        partial(
            volunteers.check, rules=desk.settings.helping, volunteer_id=who, what="safeguarding", until=last
        )
    )
    request = asked(on=DAY, wishes={"helper"}, languages={"ko"})
    await desk.hears(request)
    await desk.works()
    await desk.answers(volunteers.accept)
    await desk.turn(last)
    assert len(await desk.held("accepted")) == 1
    await desk.turn(last + timedelta(days=1))
    await desk.works()
    assert (await desk.held("accepted"), await desk.held("freed")) == ([], [(request.request_id, who)])
    status, _, found, reason = (await desk.needs())[request.request_id]
    assert (status, found, reason) == ("unmet", 0, "check_missing")


async def test_a_gathering_asks_who_knows_the_variety_and_the_words_of_its_topic(desk: Helpdesk) -> None:
    known = Skill("ko", "ja", "c1", modes=frozenset({"consecutive"}), topics=frozenset({"legal"}))
    await desk.volunteer(replace(known, topics=frozenset()))
    await desk.volunteer(known)
    fits = await desk.volunteer(replace(known, varieties=frozenset({"hamgyong"})))
    legal = Language("ko", "ja", "cefr:c1", variety="hamgyong", topic="legal")
    await desk.gathering(TALK, legal, hours=1)
    assert [who for _, who in await desk.held()] == [fits]


async def test_fewer_who_are_wanted_free_who_has_not_agreed(desk: Helpdesk) -> None:
    team = [await desk.volunteer(*TEACHER) for _ in range(2)]
    await desk.hears(teacher(people=2))
    await desk.works()
    agreed = await desk.rows("SELECT id FROM assignment WHERE volunteer_id = :who", who=team[1])
    await desk.do(partial(volunteers.accept, rules=desk.settings.helping, assignment_id=agreed[0]["id"]))
    await desk.hears(teacher(version=2, people=1))
    assert (await desk.held(), await desk.held("accepted")) == ([], [(UUID(int=1), team[1])])
    assert (await desk.needs())[UUID(int=1)] == ("accepted", 1, 1, "found")


async def test_the_doctor_sees_who_has_what_they_should_not(desk: Helpdesk) -> None:
    await desk.volunteer(*TEACHER)
    await desk.hears(teacher(), teacher(2, people=2))
    await desk.works()
    await desk.answers(volunteers.accept)
    assert len(await desk.rows("SELECT id FROM helper_appeal WHERE closed_on IS NULL")) == 1
    for change, back, broken in (
        (
            "volunteer SET state = 'paused'",
            "volunteer SET state = 'active'",
            "nobody who is not active has a task",
        ),
        (
            "need SET ended = 'withdrawn' WHERE people = 1",
            "need SET ended = ''",
            "nobody has a task that is over",
        ),
        (
            "volunteer SET minutes = 5",
            "volunteer SET minutes = 0",
            "tasks and hours of each volunteer are those of the rows",
        ),
        ("need SET found = 0 WHERE people = 1", "need SET found = 1", "who was found for each need has it"),
        (
            "need SET wanted = 1 WHERE people = 2",
            "need SET wanted = people",
            "each appeal for helpers is for somebody who is missing",
        ),
        (
            "need SET said = said + 1",
            "need SET said = said - 1",
            "the newest state of each need for helpers was said",
        ),
    ):
        await desk.rows(f"UPDATE {change}")
        assert await desk.breaches() == {broken}
        await desk.rows(f"UPDATE {back}")


async def test_the_figures_of_languages_and_settlement(desk: Helpdesk) -> None:
    await desk.volunteer()
    letter: Any = {
        "task": "translate_letter",
        "languages": (LanguageWanted(language="ko", into="ja", level="b2"),),
    }
    await desk.hears(teacher(1, **letter, region=None), teacher(2, **letter, region="osaka"), teacher(3))
    await desk.works()
    await desk.answers(volunteers.accept)
    async with desk.units.read() as session:
        reached = await people.reached(session)
    assert (reached["language_needs_met"], reached["language_needs_unmet"]) == (1, 1)
    assert reached["settlement_helpers_missing"] == 0


async def test_volunteers_are_shown_without_names_and_staff_want_helpers(world: World) -> None:
    skill = {"language": "ko", "into": "en", "level": "cefr:c1", "modes": ["phone"]}
    contact = {"name": "Canary Volunteer", "phone": "+81 3 0000 0000"}
    body = {
        "contact": contact,
        "adult": True,
        "tasks": ["interpret"],
        "skills": [skill],
        "online": True,
        "earlier": 2,
    }
    who = (await world.events.post("/volunteers", body))["volunteer_id"]
    path = f"/volunteers/{who}"
    assert (await world.events.try_post(f"{path}/state", {"state": "active"})).status_code == 409
    await world.events.post(f"{path}/checks", {"what": "confidentiality", "until": "2007-12-31"})
    for state in ("checked", "active"):
        await world.events.post(f"{path}/state", {"state": state})
    wanted = {"language": "ko", "into": "en", "level": "b2", "mode": "phone"}
    need = {"task": "interpret", "languages": [wanted], "starts_on": "2006-11-20", "online": True}
    async with world.listen(HelpChanged) as heard:
        made = (await world.events.post("/needs", need))["need_id"]
        await heard.until(lambda facts: len(facts) == 2)
    shown = await world.events.get(f"/needs/{made}")
    assert (shown["status"], [each["volunteer_id"] for each in shown["assignments"]]) == ("offered", [who])
    await world.events.post(f"/assignments/{shown['assignments'][0]['assignment_id']}/accept")
    seen = await world.events.get(path)
    assert (seen["name"], seen["open"]) == ("C…", 1)
    door = f"/guests/{seen['contact_id']}/contact"
    assert (await world.events.post(door, {"reason": "to say when to come"}))["name"] == "Canary Volunteer"
    assert (await world.events.get("/needs", status="accepted"))["items"][0]["found"] == 1
    assert (await world.events.get(f"/needs/{made}/candidates"))["missing"] == 0
    await world.events.post(f"/needs/{made}/withdraw")
    assert (await world.events.get(f"{path}/assignments"))["items"][0]["state"] == "freed"
    everything = str([await world.events.get(each) for each in ("/volunteers", "/needs", "/helper-appeals")])
    assert "Canary" not in everything
