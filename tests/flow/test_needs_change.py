"""Another service changes what it asked helpers for: who still fits keeps it, who agreed to something else is asked."""

import asyncio
from datetime import date, timedelta
from functools import partial
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.events.commands import volunteers
from services.events.domain.languages import Skill
from shared.contracts.base import Contract
from shared.contracts.events import HelpChanged
from shared.contracts.intake import SettlementAsked
from shared.contracts.sponsorship import HelperAsked, LanguageWanted
from tests.support.helpdesk import Helpdesk
from tests.support.properties import tried_with

DAY = date(2007, 3, 1)
BEGINS, ENDS = DAY + timedelta(days=10), DAY + timedelta(days=70)
SPEAKS = (Skill("ko", level="b1"), Skill("zh", level="c1"))
STAYS = ("accepted", "")


def lesson(version: int = 1, number: int = 1, **more: Any) -> HelperAsked:
    """Somebody is wanted who teaches in Korean."""
    values = {
        "need_id": UUID(int=number),
        "version": version,
        "task": "teach",
        "languages": wanted("ko"),
        "starts_on": BEGINS,
        "ends_on": ENDS,
        "region": "tokyo",
        "people": 1,
        "status": "asked" if version == 1 else "changed",
        "on": DAY,
    }
    return HelperAsked(**{**values, **more})


def settles(version: int = 1, number: int = 1, **more: Any) -> SettlementAsked:
    """A household that speaks Korean settles in Tokyo."""
    values = {
        "request_id": UUID(int=number),
        "version": version,
        "household_id": UUID(int=1000 + number),
        "household_version": 1,
        "member_ids": (UUID(int=2000 + number),),
        "wishes": frozenset({"helper"}),
        "languages": ("ko",),
        "region": "tokyo",
        "status": "asked" if version == 1 else "changed",
        "on": DAY,
    }
    return SettlementAsked(**{**values, **more})


def wanted(language: str, level: str = "a2") -> tuple[LanguageWanted, ...]:
    return (LanguageWanted(language=language, level=level),)


LESSONS: dict[str, tuple[dict[str, Any], tuple[str, str]]] = {
    "nothing": ({}, STAYS),
    "more people": ({"people": 2}, STAYS),
    "a level that they have": ({"languages": wanted("ko", "b1")}, STAYS),
    "a level that they do not have": ({"languages": wanted("ko", "c2")}, ("freed", "level")),
    "a language that they speak": ({"languages": wanted("zh")}, ("offered", "languages_changed")),
    "a language that they do not speak": ({"languages": wanted("en")}, ("freed", "language")),
    "a later beginning": ({"starts_on": BEGINS + timedelta(days=1)}, ("offered", "days_changed")),
    "a later end": ({"ends_on": ENDS + timedelta(days=1)}, ("offered", "days_changed")),
    "days on which they are away": ({"ends_on": ENDS + timedelta(days=300)}, ("freed", "away")),
    "days that are over": ({"starts_on": DAY - timedelta(days=9), "ends_on": DAY - timedelta(days=1)}, STAYS),
    "a place where they help": ({"region": "osaka"}, ("offered", "place_changed")),
    "a place where they do not": ({"region": "kyoto"}, ("freed", "region")),
    "another task": ({"task": "accompany"}, ("offered", "task_changed")),
    "withdrawn": ({"status": "withdrawn"}, ("freed", "withdrawn")),
}
SETTLEMENTS: dict[str, tuple[dict[str, Any], tuple[str, str]]] = {
    "nothing, a week later": ({"on": DAY + timedelta(days=7)}, STAYS),
    "lessons too": ({"wishes": frozenset({"helper", "lessons"})}, STAYS),
    "a language that they speak": ({"languages": ("zh",)}, ("offered", "languages_changed")),
    "a language that they do not speak": ({"languages": ("en",)}, ("freed", "language")),
    "a place where they help": ({"region": "osaka"}, ("offered", "place_changed")),
    "no helper": ({"wishes": frozenset({"lessons"})}, ("freed", "withdrawn")),
}


@pytest.mark.parametrize(("ask", "cases"), [(lesson, LESSONS), (settles, SETTLEMENTS)])
async def test_who_had_agreed_keeps_it_is_asked_anew_or_is_freed(desk_url: str, ask: Any, cases: Any) -> None:
    numbers = {what: number for number, what in enumerate(cases, start=1)}
    async with Helpdesk.open(desk_url, DAY, helper_most_open=100) as desk:
        await desk.volunteer(
            *SPEAKS, regions=frozenset({"tokyo", "osaka"}), available_until=DAY + timedelta(days=200)
        )
        first = [ask(number=number) for number in numbers.values()]
        await desk.hears(*first)
        await desk.works()
        await desk.answers(volunteers.accept)
        later = [ask(2, numbers[what], **more) for what, (more, _) in cases.items()]
        # What is old, and what was heard before, changes nothing.
        for facts in (later, first, later):
            await desk.hears(*facts)
            await desk.works()
        rows = await desk.rows("SELECT need_id, state, reason, ends_on FROM assignment ORDER BY id")
        found = {row["need_id"].int: (row["state"], row["reason"]) for row in rows}
        assert {what: found[number] for what, number in numbers.items()} == {
            what: ends for what, (_, ends) in cases.items()
        }
        assert {row["ends_on"] for row in rows if row["state"] == "offered"} == {DAY + timedelta(days=7)}
        anew = [number for what, number in numbers.items() if cases[what][1][0] == "offered"]
        await desk.answers(volunteers.accept, *(UUID(int=number) for number in anew))
        for number in anew:
            said = [(each.status, each.found) for each in await desk.said(HelpChanged, UUID(int=number))]
            assert said[1:] == [("offered", 0), ("accepted", 1), ("offered", 0), ("accepted", 1)]
        assert await desk.breaches() == set()


LATER: dict[str, Any] = {"ends_on": ENDS + timedelta(days=7)}
STORY = (
    lesson(),
    lesson(2, **LATER),
    lesson(3, people=2, **LATER),
    lesson(4, languages=wanted("zh"), **LATER),
    lesson(5),
    lesson(6, languages=wanted("ko", "b1"), people=2),
)
NEED = "SELECT starts_on, ends_on, people, languages -> 0 ->> 'language' AS language, version FROM need"


async def _agree(desk: Helpdesk, agreed: dict[UUID, Any], random: Any) -> None:
    """Some of those who are asked agree to what is wanted at this moment."""
    if not (rows := await desk.rows(NEED)):
        return
    terms = (rows[0]["starts_on"], rows[0]["ends_on"], rows[0]["language"])
    for each in await desk.rows("SELECT id FROM assignment WHERE state = 'offered' ORDER BY id"):
        if random.random() < 0.7:
            await desk.do(partial(volunteers.accept, rules=desk.settings.helping, assignment_id=each["id"]))
            agreed[each["id"]] = terms


async def _tell(desks: list[Helpdesk], facts: list[Contract]) -> None:
    """Two replicas hear these at the same time, each some of them, and the first one once more."""
    await asyncio.gather(*(desk.hears(*facts[number::2], *facts[:1]) for number, desk in enumerate(desks)))


def test_in_any_order_nobody_stands_as_agreed_to_what_they_were_not_asked(desk_url: str) -> None:
    @tried_with(12)
    @given(st.randoms(use_true_random=False), st.lists(st.integers(1, 4), min_size=1, max_size=4))
    def in_any_order(random: Any, sizes: list[int]) -> None:
        async def live() -> None:
            async with Helpdesk.open(desk_url, DAY) as desk:
                desks = [desk, Helpdesk(desk_url)]
                for _ in range(2):
                    await desk.volunteer(*SPEAKS)
                facts: list[Any] = [*STORY, *STORY]
                random.shuffle(facts)
                agreed: dict[UUID, Any] = {}
                for number in range(len(facts)):
                    size = sizes[number % len(sizes)]
                    batch, facts = facts[:size], facts[size:]
                    if not batch:
                        break
                    await _tell(desks, batch)
                    await desk.works()
                    await _agree(desk, agreed, random)
                    (need,) = await desk.rows(NEED)
                    now = (need["starts_on"], need["ends_on"], need["language"])
                    rows = await desk.rows("SELECT id FROM assignment WHERE state = 'accepted'")
                    assert {agreed[row["id"]] for row in rows} <= {now}
                    assert await desk.breaches() == set()
                assert dict(need) == {
                    "starts_on": BEGINS,
                    "ends_on": ENDS,
                    "people": 2,
                    "language": "ko",
                    "version": 6,
                }
                await desk.answers(volunteers.accept)
                assert (await desk.needs())[UUID(int=1)] == ("accepted", 2, 2, "found")
                await desks[1].engine.dispose()

        asyncio.run(live())

    in_any_order()
