"""Who declined a task as it was is asked for it as it is now; who declined it for good is not."""

from datetime import timedelta
from functools import partial
from typing import Any
from uuid import UUID

import pytest

from services.events.commands import deciding, volunteers
from services.events.domain.gatherings import Gathering, Language, Moving
from services.events.domain.helping import Need
from services.events.domain.languages import Skill, Wanted
from services.events.domain.terms import different, key_of
from shared.contracts.sponsorship import HelperAsked, LanguageWanted
from tests.support.helpdesk import DAY, Helpdesk

KOREAN = Language("ko", "ja", "cefr:c1", "consecutive", 1)
NEED = UUID(int=1)
AGAIN, NOT_AGAIN = 1, 0


async def declines(desk: Helpdesk, how: str) -> None:
    """Whoever is asked says no, or nothing until it is too late; or it was said before anybody kept to what."""
    if how == "says nothing":
        await desk.turn(DAY + timedelta(days=8))
        return
    await desk.answers(partial(volunteers.decline, for_good=how == "for good"))
    if how == "long ago":
        await desk.rows("UPDATE assignment SET declined = ''")


MOVES = {
    "says no": {7: AGAIN, 0: NOT_AGAIN, 14: AGAIN},
    "says nothing": {7: AGAIN, 0: NOT_AGAIN},
    "long ago": {7: AGAIN, 0: NOT_AGAIN},
    "for good": {7: NOT_AGAIN, 0: NOT_AGAIN},
}


@pytest.mark.parametrize("how", MOVES)
async def test_who_declined_the_days_is_asked_for_others_and_not_for_the_same_again(
    desk: Helpdesk, how: str
) -> None:
    who = await desk.volunteer()
    seminar = await desk.gathering(DAY + timedelta(days=30), KOREAN)
    (need,) = await desk.needs()
    assert await desk.held() == [(need, who)]
    await declines(desk, how)
    old, rules = seminar.times, desk.settings.seat_rules
    for days, asked in MOVES[how].items():
        later = timedelta(days=days)
        to = Moving(old.zone, old.starts_at + later, old.ends_at + later)
        done = await desk.do(lambda unit, to=to: deciding.move(unit, rules, seminar.id, to, None, "no hall"))  # type: ignore[misc]
        assert isinstance(done, Gathering), done
        await desk.works()
        assert await desk.held() == [(need, who)] * asked, days
        assert (await desk.needs())[need][0] == ("offered" if asked else "unmet")
        if asked:
            await declines(desk, "says no")


def lesson(version: int, **more: Any) -> HelperAsked:
    values = {
        "need_id": NEED,
        "version": version,
        "task": "teach",
        "languages": (LanguageWanted(language="ko", level="a2"),),
        "starts_on": DAY + timedelta(days=10),
        "ends_on": DAY + timedelta(days=70),
        "region": "tokyo",
        "people": 1,
        "status": "asked",
        "on": DAY,
    }
    return HelperAsked(**{**values, **more})


CHANGES: dict[str, tuple[dict[str, Any], int]] = {
    "nothing": ({}, NOT_AGAIN),
    "more people": ({"people": 2}, NOT_AGAIN),
    "another level": ({"languages": (LanguageWanted(language="ko", level="b1"),)}, NOT_AGAIN),
    "another language": ({"languages": (LanguageWanted(language="zh", level="b1"),)}, AGAIN),
    "a later end": ({"ends_on": DAY + timedelta(days=71)}, AGAIN),
    "another place": ({"region": "osaka"}, AGAIN),
    "another task": ({"task": "accompany"}, AGAIN),
}


@pytest.mark.parametrize("what", CHANGES)
async def test_the_same_holds_for_lessons_and_whatever_of_them_is_different(
    desk: Helpdesk, what: str
) -> None:
    change, asked = CHANGES[what]
    regions = frozenset({"tokyo", "osaka"})
    skills = (Skill("ko", level="c1"), Skill("zh", level="c1"))
    who = [await desk.volunteer(*skills, regions=regions) for _ in range(2)]
    await desk.hears(lesson(1))
    await desk.works()
    for good in (False, True):
        await desk.answers(partial(volunteers.decline, for_good=good))
    assert await desk.held() == []
    await desk.hears(lesson(2, **change))
    await desk.works()
    assert await desk.held() == [(NEED, who[0])] * asked
    await desk.hears(lesson(3))
    await desk.works()


def test_two_needs_have_one_key_exactly_if_nothing_of_them_is_different() -> None:
    """By all pairs of needs that differ in one thing each."""
    base: dict[str, Any] = {
        "id": NEED, "task": "teach", "languages": (Wanted("ko", "b1"), Wanted("zh", "b1")), "people": 1,
        "starts_on": DAY, "ends_on": DAY,
    }  # fmt: skip
    others: tuple[dict[str, Any], ...] = (
        {}, {"task": "interpret"}, {"languages": (Wanted("ko", "b1"),)}, {"languages": base["languages"][::-1]},
        {"languages": (Wanted("ko", "c2"), Wanted("zh", "b1"))},
        {"ends_on": DAY + timedelta(days=1)}, {"ends_on": None},
        {"starts_on": DAY - timedelta(days=1)}, {"region": "tokyo"}, {"online": True}, {"people": 3}, {"gender": "f"},
        {"starts_on": DAY - timedelta(days=1), "ends_on": None},
    )  # fmt: skip
    needs = [Need(**{**base, **each}) for each in others]
    for one in needs:
        for other in needs:
            assert (key_of(one) == key_of(other)) is (different(one, other) is None), (one, other)
