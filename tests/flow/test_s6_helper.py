"""S6: a household that settles gets a helper who speaks one of its languages; S3: the household is closed."""

from collections.abc import AsyncIterator
from datetime import date
from typing import Any
from uuid import UUID

import pytest

from services.events.commands import volunteers
from services.events.domain.languages import Skill
from shared.contracts.events import HelpChanged
from shared.contracts.intake import HouseholdClosed, SettlementAsked
from tests.support.helpdesk import Helpdesk

DAY = date(2007, 3, 1)
REQUEST, HOME = UUID(int=1), UUID(int=2)


@pytest.fixture
async def desk(desk_url: str) -> AsyncIterator[Helpdesk]:
    async with Helpdesk.open(desk_url, DAY) as desk:
        yield desk
        await desk.works()
        assert await desk.breaches() == set()


def settles(version: int = 1, **more: Any) -> SettlementAsked:
    """A household that speaks Korean wants to settle in Tokyo, with a helper."""
    values = {
        "request_id": REQUEST,
        "version": version,
        "household_id": HOME,
        "household_version": 1,
        "member_ids": (UUID(int=3),),
        "wishes": frozenset({"lessons", "helper"}),
        "languages": ("ko",),
        "region": "tokyo",
        "status": "asked" if version == 1 else "changed",
        "on": DAY,
    }
    return SettlementAsked(**{**values, **more})


async def test_a_volunteer_with_the_language_is_asked_agrees_and_gives_hours(desk: Helpdesk) -> None:
    await desk.volunteer(Skill("zh", level="c2"))
    korean = await desk.volunteer(Skill("ko", level="b1"))
    await desk.hears(settles())
    await desk.works()
    assert await desk.held() == [(REQUEST, korean)]
    await desk.answers(volunteers.accept)
    await desk.answers(volunteers.done, minutes=90)
    said = await desk.said(HelpChanged, REQUEST)
    assert [each.status for each in said] == ["open", "offered", "accepted", "done"]
    assert {(each.request_id, each.household_id, each.wanted) for each in said} == {(REQUEST, HOME, 1)}
    assert [
        dict(row) for row in await desk.rows("SELECT served, minutes, open FROM volunteer ORDER BY id")
    ] == [
        {"served": 0, "minutes": 0, "open": 0},
        {"served": 1, "minutes": 90, "open": 0},
    ]


@pytest.mark.parametrize("closed_first", [True, False])
async def test_a_closed_household_frees_its_helper(desk: Helpdesk, closed_first: bool) -> None:
    await desk.volunteer()
    facts = [settles(), HouseholdClosed(household_id=HOME, version=2, on=DAY)]
    for fact in reversed(facts) if closed_first else facts:
        await desk.hears(fact)
        await desk.works()
    assert await desk.held() == []
    assert (await desk.needs()).get(REQUEST, ("withdrawn", 1, 0, "household_closed"))[0] == "withdrawn"
    # Reopened, the household asks anew; what it asked before stays over.
    await desk.hears(settles(version=2))
    again = settles(request_id=UUID(int=9), household_version=3)
    await desk.hears(again)
    await desk.works()
    assert [need for need, _ in await desk.held()] == [UUID(int=9)]


async def test_a_request_that_no_longer_wishes_a_helper_frees_them(desk: Helpdesk) -> None:
    await desk.volunteer()
    await desk.hears(settles())
    await desk.works()
    await desk.hears(settles(version=2, wishes=frozenset({"lessons"})))
    assert (await desk.held(), await desk.held("freed") != []) == ([], True)
    await desk.hears(settles(version=3))
    await desk.works()
    assert len(await desk.held()) == 1
    statuses = [each.status for each in await desk.said(HelpChanged, REQUEST)]
    assert statuses == ["open", "offered", "withdrawn", "open", "offered"]


async def test_who_knows_the_household_is_not_asked(desk: Helpdesk) -> None:
    neighbour = await desk.volunteer()
    rules = desk.settings.helping
    await desk.do(lambda unit: volunteers.tie(unit, rules, neighbour, HOME, "same_town"))
    await desk.hears(settles())
    await desk.works()
    assert (await desk.needs())[REQUEST] == ("unmet", 1, 0, "knows_them")
