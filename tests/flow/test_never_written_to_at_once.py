"""Two replicas at the same moment: one is told that somebody is never written to, the other writes the same person
down in one more role, or plans a talk.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import date, timedelta
from functools import partial
from itertools import count
from typing import Any
from uuid import UUID

import pytest

from services.events.commands import asking, guests, slots, speakers, volunteers
from services.events.commands.asking import Wish
from services.events.commands.guests import NewGuest
from services.events.commands.seats import Party
from services.events.commands.slots import NewSlot
from services.events.commands.speakers import NewSpeaker
from services.events.commands.volunteers import Applicant
from services.events.contacts import Contact
from services.events.domain.speakers import Consent, Slot
from services.events.repository import gatherings
from services.events.repository.guests import Choices
from shared.contracts.events import ContactOffered
from shared.messaging.unit import Unit
from shared.settings import ClockMode
from tests.support.helpdesk import Helpdesk
from tests.support.waiting import until

DAY = date(2007, 3, 1)
REST = 14
AGREES = Choices(purposes=frozenset({"appeals"}))
Work = Callable[[Unit], Awaitable[Any]]


@pytest.fixture
async def desks(desk_url: str) -> AsyncIterator[tuple[Helpdesk, Helpdesk]]:
    async with Helpdesk.open(desk_url, DAY, clock=ClockMode.MANUAL) as one:
        other = Helpdesk(desk_url, clock=ClockMode.MANUAL)
        yield one, other
        await one.works()
        assert await one.breaches() == set()
        assert other.locks.out_of_order == []
        await other.engine.dispose()


async def at_once(one: Helpdesk, other: Helpdesk, first: Work, second: Work) -> Any:
    """The second begins when the first has done all and has not committed; gives what both did."""
    async with one.units.open() as unit:
        done = await first(unit)
        await one.units.write(unit)
        later = asyncio.create_task(other.do(second))
        await waiting(one, 1, later)
    return done, await later


async def waiting(desk: Helpdesk, number: int, *tasks: asyncio.Task[Any]) -> None:
    """Until so many sessions wait for a lock, or these tasks are done without waiting."""
    query = """SELECT count(*) AS number FROM pg_stat_activity
        WHERE datname = current_database() AND wait_event_type = 'Lock'"""

    async def look() -> int:
        (row,) = await desk.rows(query)
        return int(row["number"])

    await until(look, lambda found: found >= number or (bool(tasks) and all(each.done() for each in tasks)))


def becoming(role: str, who: Contact) -> Work:
    """A unit's work that writes a person down in this role."""
    work: dict[str, Work] = {
        "guest": lambda unit: guests.write_down(unit, [NewGuest(who, AGREES)]),
        "volunteer": lambda unit: volunteers.apply(unit, Applicant(who, True)),
        "speaker": lambda unit: speakers.add(unit, NewSpeaker(True, frozenset(), frozenset(), who)),
    }
    return work[role]


def silencing(role: str, key: UUID) -> Work:
    """A unit's work that says of somebody in this role that they are never written to."""
    work: dict[str, Work] = {
        "guest": lambda unit: guests.change(unit, key, None, {"no_contact": True}),
        "volunteer": partial(volunteers.set_no_contact, volunteer_id=key, no_contact=True),
        "speaker": partial(speakers.set_no_contact, speaker_id=key, no_contact=True),
    }
    return work[role]


SILENT = """
    SELECT no_contact FROM (SELECT id AS contact, no_contact FROM guest
        UNION ALL SELECT contact_id, no_contact FROM volunteer
        UNION ALL SELECT contact_id, no_contact FROM speaker) known
    WHERE contact = (SELECT id FROM contact WHERE name = :name)
"""


async def test_whoever_says_it_first_it_holds_in_every_role(desks: tuple[Helpdesk, Helpdesk]) -> None:
    """By each way in, in both orders; nobody is offered to be written to in the end."""
    one, other = desks
    people = count(1)
    for known, new in (
        ("volunteer", "guest"),
        ("speaker", "guest"),
        ("guest", "volunteer"),
        ("guest", "speaker"),
        ("speaker", "volunteer"),
        ("volunteer", "speaker"),
    ):
        for silence_first in (True, False):
            who = Contact(f"Person {next(people)}", f"person{next(people)}@example.org")
            made = await one.do(becoming(known, who))
            key = made[0] if isinstance(made, list) else made
            both = (silencing(known, key), becoming(new, who))
            await at_once(one, other, *(both if silence_first else both[::-1]))
            found = [row["no_contact"] for row in await one.rows(SILENT, name=who.name)]
            assert found == [True, True], (known, new, silence_first)
            for row in await one.rows("SELECT id FROM contact WHERE name = :name", name=who.name):
                said = await one.said(ContactOffered, row["id"])
                assert [each.offered for each in said[-1:]] in ([], [False])


async def test_two_who_write_the_same_person_down_as_never_written_to_wait_for_each_other(
    desks: tuple[Helpdesk, Helpdesk],
) -> None:
    """A volunteer, whom both replicas are asked to write down as a guest; with others, in the other order."""
    one, other = desks
    people = [Contact(f"Person {n}", f"person{n}@example.org") for n in range(3)]
    for each in people:
        await one.do(becoming("volunteer", each))
    silent = [NewGuest(each, Choices(no_contact=True)) for each in people]
    first, second = await at_once(
        one,
        other,
        lambda unit: guests.write_down(unit, silent),
        lambda unit: guests.write_down(unit, silent[::-1]),
    )
    assert first == second[::-1]
    rows = await one.rows("SELECT no_contact FROM guest UNION ALL SELECT no_contact FROM volunteer")
    assert [row["no_contact"] for row in rows] == [True] * 6


async def test_a_talk_is_planned_while_the_speaker_asks_for_a_seat_and_no_letters(
    desks: tuple[Helpdesk, Helpdesk],
) -> None:
    """Both need the gathering and the speaker: a third unit has the gathering until both wait."""
    one, other = desks
    who = Contact("Example Kai", "kai@example.org")
    speaker = await one.do(becoming("speaker", who))
    await one.do(partial(speakers.train, speaker_id=speaker, on=DAY))
    agreed = Consent(frozenset({"speaking"}), True)
    await one.do(partial(speakers.agree, rest_days=REST, speaker_id=speaker, consent=agreed))
    seminar = (await one.gathering(DAY + timedelta(days=30))).id
    slot = NewSlot(speaker, seminar, frozenset(), frozenset({"school"}), frozenset())
    wish = Wish([], [NewGuest(who, Choices(no_contact=True))])
    rules = one.settings.seat_rules
    async with one.units.open() as unit:
        await gatherings.lock(unit.session, [seminar])
        planning = asyncio.create_task(other.do(partial(slots.plan, rest_days=REST, new=slot)))
        await waiting(one, 1)
        asks = asyncio.create_task(one.do(lambda unit: asking.ask(unit, rules, seminar, [wish])))
        await waiting(one, 2)
    (placed,) = await asks
    assert isinstance(await planning, Slot)
    assert isinstance(placed, Party)
    assert [row["no_contact"] for row in await one.rows(SILENT, name=who.name)] == [True, True]
