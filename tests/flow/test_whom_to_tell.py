"""Which helpers are to be told that a task is another one or gone, and for how long that can be looked up."""

from datetime import timedelta
from functools import partial
from uuid import UUID

import pytest

from services.events.commands import deciding, news, volunteers
from services.events.contacts import Reading
from services.events.domain.gatherings import Gathering, Language, Moving
from services.events.domain.helping import Need
from services.events.domain.languages import Wanted
from tests.support.helpdesk import DAY, Helpdesk, new_id

KOREAN = Language("ko", "ja", "cefr:c1", "consecutive", 1)
READING = Reading("contact", UUID(int=0), "events", "/volunteers/to-tell", "to call them")


async def to_tell(desk: Helpdesk, *, again: bool = False) -> set[str]:
    """Of which tasks somebody is to be told."""
    told = await desk.do(partial(news.of_helpers, reading=READING, again=again))
    return {each.role.removeprefix("helper, ") for one in told for each in one.things}


async def test_what_helpers_were_told_is_shown_again_until_the_task_would_be_over(desk: Helpdesk) -> None:
    """Of a task without a last day for 30 days. The contact data of all who ever lost a task are shown to nobody."""
    rules, lesson = (
        desk.settings.helping,
        Need(new_id(), "teach", (Wanted("ko", "b1"),), 1, DAY, region="tokyo"),
    )
    await desk.volunteer()
    gathering = await desk.gathering(DAY + timedelta(days=60), KOREAN)
    await desk.do(partial(volunteers.want, rules=rules, need=lesson))
    await desk.works()
    await desk.answers(volunteers.accept)
    assert len(await desk.held("accepted")) == 2, await desk.needs()
    await desk.do(partial(volunteers.want_no_longer, rules=rules, need_id=lesson.id))
    seat_rules = desk.settings.seat_rules
    await desk.do(lambda unit: deciding.cancel(unit, seat_rules, gathering.id, "no visas"))
    await desk.works()
    assert await to_tell(desk) == {"interpret", "teach"}
    for days, shown in ((30, {"interpret", "teach"}), (31, {"interpret"}), (60, {"interpret"}), (61, set())):
        await desk.turn(DAY + timedelta(days=days))
        assert (await to_tell(desk), await to_tell(desk, again=True)) == (set(), shown), days


@pytest.mark.parametrize(
    ("steps", "told"),
    [
        ("n", False),
        ("dn", False),
        ("ddn", False),
        ("an", False),
        ("adn", True),
        ("addn", True),
        ("dand", True),
    ],
)
async def test_who_is_never_written_to_is_told_in_person_of_a_task_that_they_had_agreed_to(
    desk: Helpdesk, steps: str, told: bool
) -> None:
    """Asked for a task, they agree (a), its days are others (d), they want no letters any more (n)."""
    seat_rules = desk.settings.seat_rules
    who = await desk.volunteer()
    gathering = await desk.gathering(DAY + timedelta(days=60), KOREAN)
    for number, step in enumerate(steps, 1):
        if step == "a":
            await desk.answers(volunteers.accept)
        elif step == "d":
            times, later = gathering.times, timedelta(days=7 * number)
            to = Moving(times.zone, times.starts_at + later, times.ends_at + later)
            move = partial(deciding.move, rules=seat_rules, gathering_id=gathering.id, to=to, venue=None)
            assert isinstance(await desk.do(partial(move, note="no hall")), Gathering)
        else:
            silence = partial(volunteers.set_no_contact, volunteer_id=who, no_contact=True)
            await desk.do(silence)
        await desk.works()
    assert [len(await desk.held(each)) for each in ("accepted", "freed")] == (
        [1, 0] if steps == "an" else [0, 1]
    )
    assert await to_tell(desk) == ({"interpret"} if told else set())
