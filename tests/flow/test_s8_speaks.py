"""S8: a speaker agrees, withdraws, or lets it run out: in or out of the pool, slots flagged, recordings taken down."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from dataclasses import replace
from datetime import date, timedelta
from functools import partial
from itertools import permutations
from typing import Any, cast
from uuid import UUID

import pytest

from services.events.commands import deciding, hearing, recordings, slots, speakers
from services.events.commands.slots import NewSlot
from services.events.commands.speakers import NewSpeaker
from services.events.contacts import Contact
from services.events.domain.speakers import Consent, Slot
from services.events.queries import people
from services.events.queries import speakers as queries
from services.events.repository.gatherings import FOLLOW
from shared.contracts.events import SpeakingChanged
from shared.contracts.intake import ConsentChanged, HouseholdClosed, HouseholdReopened
from shared.messaging.unit import Unit
from shared.outcomes import Refused, conflict
from tests.support.helpdesk import Helpdesk
from tests.support.waiting import until

DAY = date(2007, 3, 1)
MEMBER, HOME, CONSENT = UUID(int=1), UUID(int=2), UUID(int=3)
REST = 14


@pytest.fixture
async def desk(desk_url: str) -> AsyncIterator[Helpdesk]:
    async with Helpdesk.open(desk_url, DAY) as desk:
        yield desk
        await desk.works()
        assert await desk.breaches() == set()


def agreed(version: int, *scopes: str, until: date | None = None, **more: Any) -> ConsentChanged:
    """All that the member agrees to for speaking in public."""
    values = {"consent_id": CONSENT, "household_id": HOME, "member_id": MEMBER, "purpose": "public_speaking"}
    what = {
        "version": version,
        "scopes": frozenset(scopes),
        "agreed": bool(scopes),
        "until": until,
        "on": DAY,
    }
    return ConsentChanged(**{**values, **what, **more})


async def speaker(desk: Helpdesk, contact: str | None = None) -> UUID:
    """A defector, or a fieldworker of this name, who was trained."""
    ids: Any = {"member_id": MEMBER, "household_id": HOME}
    who: Any = {"contact": Contact(contact, "f@example.org")} if contact else ids
    made = await desk.do(
        lambda unit: speakers.add(unit, NewSpeaker(True, frozenset(), frozenset({"ko"}), **who))
    )
    assert isinstance(made, UUID), made
    await desk.do(lambda unit: speakers.train(unit, made, DAY))
    return made


async def slot(desk: Helpdesk, speaker_id: UUID, on: date | UUID, uses: Iterable[str] = ()) -> Slot | Refused:
    """What comes of asking for a slot, at a seminar on this day or at this one."""
    gathering = on if isinstance(on, UUID) else (await desk.gathering(on)).id
    new = NewSlot(speaker_id, gathering, frozenset(uses), frozenset({"school"}), frozenset())
    return await desk.do(lambda unit: slots.plan(unit, REST, new))


async def stands(desk: Helpdesk) -> list[tuple[str, str]]:
    found = await desk.rows("SELECT status, reason FROM slot ORDER BY on_day, id")
    return [(row["status"], row["reason"]) for row in found]


async def test_withdrawing_the_recording_keeps_the_slot_and_takes_the_recordings_down(desk: Helpdesk) -> None:
    """B10, its first half."""
    await desk.hears(agreed(1, "speaking", "recording", "archive"))
    who = await speaker(desk)
    talk = await slot(desk, who, DAY, ["recording"])
    assert isinstance(talk, Slot)
    await desk.do(lambda unit: slots.give(unit, REST, talk.id))
    for uses in ({"recording"}, {"recording", "archive"}):
        kept = frozenset(uses)
        places = ["website", "archive"]
        await desk.do(partial(recordings.add, rest_days=REST, slot_id=talk.id, uses=kept, places=places))
    coming = await slot(desk, who, DAY + timedelta(days=40), ["recording"])
    assert isinstance(coming, Slot)

    await desk.hears(agreed(2, "speaking", "archive"))
    assert await stands(desk) == [("given", ""), ("planned", "")]
    async with desk.units.read() as session:
        (shown,) = await queries.slots(session, 1, slot_id=coming.id)
        tasks = await queries.recordings(session, 10, state="take_down")
        places_of = await queries.publications(session, [each.row["id"] for each in tasks])
    assert "recording" not in shown.may_be_used
    assert [(each.row["since"], len(places_of[each.row["id"]])) for each in tasks] == [(DAY, 2), (DAY, 2)]
    first = tasks[0].row["id"]
    refused = await desk.do(lambda unit: recordings.publish(unit, first, "website", None))
    still = await desk.do(lambda unit: recordings.destroy(unit, first))
    assert isinstance(refused, Refused)
    assert isinstance(still, Refused)
    for each in places_of[first]:
        await desk.do(lambda unit, key=each["id"]: recordings.take_down(unit, key))  # type: ignore[misc]
    assert await desk.do(lambda unit: recordings.destroy(unit, first)) == first
    # Agreed to again, what was taken down stays so, and what was not stays where it is.
    await desk.hears(agreed(3, "speaking", "recording", "archive"))
    found = await desk.rows("SELECT state FROM recording ORDER BY id")
    assert [row["state"] for row in found] == ["taken_down", "kept"]


async def test_what_ends_by_the_day_flags_slots_and_takes_recordings_down(desk: Helpdesk) -> None:
    """B10, its second half: nothing is said on the day, and the slot of tomorrow is flagged all the same."""
    until = DAY + timedelta(days=20)
    await desk.hears(agreed(1, "speaking", "recording", until=until))
    who = await speaker(desk)
    talk = await slot(desk, who, DAY)
    assert isinstance(talk, Slot)
    await desk.do(lambda unit: slots.give(unit, REST, talk.id))
    await desk.do(lambda unit: recordings.add(unit, REST, talk.id, frozenset({"recording"}), []))
    coming = await slot(desk, who, until + timedelta(days=2))
    assert isinstance(coming, Slot)
    async with desk.units.read() as session:
        (shown,) = await queries.slots(session, 1, slot_id=coming.id)
    assert shown.renew_by(coming.on) == until
    await desk.turn(until)
    assert (await stands(desk))[1] == ("planned", "")
    await desk.turn(until + timedelta(days=1))
    assert (await stands(desk))[1] == ("flagged", "no_consent")
    (recording,) = await desk.rows("SELECT state, since FROM recording")
    assert (recording["state"], recording["since"]) == ("take_down", until + timedelta(days=1))
    said = await desk.said(SpeakingChanged, coming.id)
    assert [(each.version, each.status, each.member_id) for each in said] == [
        (1, "planned", MEMBER),
        (2, "flagged", MEMBER),
    ]
    # Renewed, it stands again.
    await desk.hears(agreed(2, "speaking", "recording", until=until + timedelta(days=100)))
    assert (await stands(desk))[1] == ("planned", "")


@pytest.mark.parametrize("speaker_first", [True, False])
async def test_a_consent_withdrawn_before_the_slot_or_the_speaker_is_known_holds(
    desk: Helpdesk, speaker_first: bool
) -> None:
    """B11. A late fact with an older version gives nothing back."""
    who = None
    if speaker_first:
        await desk.hears(agreed(1, "speaking"))
        who = await speaker(desk)
    await desk.hears(agreed(2), agreed(1, "speaking"))
    who = who or await speaker(desk)
    refused = await slot(desk, who, DAY + timedelta(days=10))
    assert isinstance(refused, Refused)
    assert "does not agree" in refused.words
    await desk.hears(agreed(1, "speaking", purpose="photo", consent_id=UUID(int=4)))
    assert isinstance(await slot(desk, who, DAY + timedelta(days=10)), Refused)


async def test_no_slot_is_given_on_a_consent_that_is_withdrawn_at_this_moment(desk: Helpdesk) -> None:
    """Whoever gives the slot waits for the unit that withdraws the consent, and sees it then."""
    await desk.hears(agreed(1, "speaking"))
    who = await speaker(desk)
    seminar = (await desk.gathering(DAY + timedelta(days=10))).id

    async def waiting() -> bool:
        query = (
            "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
        )
        return bool(await desk.rows(query))

    async with desk.units.open() as unit:
        await hearing.consents(unit, REST, [agreed(2)])
        await unit.session.write()
        asking = asyncio.ensure_future(slot(desk, who, seminar))
        await until(waiting, bool)
    assert isinstance(await asking, Refused)


async def test_a_fieldworker_agrees_here_and_to_nothing_by_default(desk: Helpdesk) -> None:
    who = await speaker(desk, "Fieldworker A")
    seminar = (await desk.gathering(DAY + timedelta(days=10))).id
    assert isinstance(await slot(desk, who, seminar), Refused)
    yes, no = Consent(frozenset({"speaking"}), True), Consent(frozenset(), False)
    await desk.do(lambda unit: speakers.agree(unit, REST, who, yes))
    assert isinstance(await slot(desk, who, seminar, ["voice"]), Refused)
    planned = await slot(desk, who, seminar)
    assert isinstance(planned, Slot)
    assert isinstance(await slot(desk, who, seminar), Refused)
    await desk.do(lambda unit: speakers.agree(unit, REST, who, no))
    assert await stands(desk) == [("flagged", "no_consent")]
    assert [each.member_id for each in await desk.said(SpeakingChanged, planned.id)] == [None, None]
    await desk.hears(agreed(1, "speaking"))
    member = await speaker(desk)
    assert isinstance(await desk.do(lambda unit: speakers.agree(unit, REST, member, yes)), Refused)


async def test_the_doctor_sees_what_stands_without_consent(desk: Helpdesk) -> None:
    await desk.hears(agreed(1, "speaking", "recording"))
    who = await speaker(desk)
    talk = await slot(desk, who, DAY)
    assert isinstance(talk, Slot)
    await desk.do(lambda unit: slots.give(unit, REST, talk.id))
    await desk.do(lambda unit: recordings.add(unit, REST, talk.id, frozenset({"recording"}), []))
    assert isinstance(await slot(desk, who, DAY + timedelta(days=30)), Slot)
    for change, broken in (
        ("UPDATE consent SET scopes = '{recording}'", {"no slot stands without its consent"}),
        ("UPDATE consent SET scopes = '{speaking}'", {"nothing is kept of a talk that may not be used"}),
        (
            "UPDATE consent SET of_age = false, scopes = '{speaking,recording}'",
            {"no minor speaks in public"},
        ),
        (
            "UPDATE consent SET of_age = true, scopes = '{speaking}'",
            {"nothing is kept of a talk that may not be used"},
        ),
        (
            "UPDATE speaker SET left_on = since",
            {
                "nothing is kept of a talk that may not be used",
                "no slot stands of somebody who left or is helped no longer",
            },
        ),
    ):
        await desk.rows(change)
        assert await desk.breaches() == broken
    await desk.rows("UPDATE consent SET scopes = '{speaking,recording}'")
    await desk.rows("UPDATE speaker SET left_on = NULL")


@pytest.mark.parametrize("order", list(permutations(range(3))))
@pytest.mark.parametrize("at_once", [True, False])
async def test_a_minor_is_no_speaker_in_whatever_order_it_is_told(
    desk: Helpdesk, order: tuple[int, ...], at_once: bool
) -> None:
    facts = [
        agreed(2, "speaking", "recording", of_age=True),
        agreed(3, of_age=False),
        agreed(4, of_age=False, household_id=UUID(int=9)),
    ]
    new = NewSpeaker(True, frozenset(), frozenset(), member_id=MEMBER, household_id=HOME)
    unknown = await desk.do(lambda unit: speakers.add(unit, new))
    assert isinstance(unknown, Refused)
    assert "never agreed" in unknown.words
    await desk.hears(agreed(1, "speaking", "recording"))
    who = await speaker(desk)
    talk = await slot(desk, who, DAY)
    assert isinstance(talk, Slot)
    await desk.do(lambda unit: slots.give(unit, REST, talk.id))
    await desk.do(lambda unit: recordings.add(unit, REST, talk.id, frozenset({"recording"}), []))
    assert isinstance(await slot(desk, who, DAY + timedelta(days=30)), Slot)
    told = [facts[number] for number in order]
    for some in [told] if at_once else [[each] for each in told]:
        await desk.hears(*some)
    assert await stands(desk) == [("given", ""), ("flagged", "not_of_age")]
    assert [row["state"] for row in await desk.rows("SELECT state FROM recording")] == ["take_down"]
    minor = await slot(desk, who, DAY + timedelta(days=60))
    assert isinstance(minor, Refused)
    assert "minor" in minor.words
    elsewhere = replace(new, member_id=UUID(int=5))
    await desk.hears(agreed(1, of_age=False, member_id=UUID(int=5), consent_id=UUID(int=6)))
    refused = await desk.do(lambda unit: speakers.add(unit, elsewhere))
    assert refused == conflict("The speaker is not of age: a minor does not speak in public.")


async def test_a_household_that_is_closed_flags_and_one_that_is_reopened_lets_speak(desk: Helpdesk) -> None:
    await desk.hears(agreed(1, "speaking"))
    who = await speaker(desk)
    assert isinstance(await slot(desk, who, DAY + timedelta(days=30)), Slot)
    await desk.hears(HouseholdClosed(household_id=HOME, version=5, on=DAY))
    assert await stands(desk) == [("flagged", "household_closed")]
    reopened = {
        "version": 6,
        "code": "H-1",
        "region": "north",
        "registered_on": DAY,
        "members": (),
        "needs": frozenset(),
    }
    again = HouseholdReopened(household_id=HOME, on=DAY, **cast(Any, reopened))
    await desk.hears(again)
    assert await stands(desk) == [("planned", "")]
    await desk.hears(HouseholdClosed(household_id=HOME, version=4, on=DAY))
    assert await stands(desk) == [("planned", "")]


async def test_a_gathering_that_moves_or_is_cancelled_takes_its_slots_along(desk: Helpdesk) -> None:
    await desk.hears(agreed(1, "speaking"))
    who = await speaker(desk)
    near, far = [await desk.gathering(DAY + timedelta(days=days)) for days in (20, 60)]
    assert isinstance(await slot(desk, who, near.id), Slot)
    assert isinstance(await slot(desk, who, far.id), Slot)
    moved = """
        UPDATE gathering SET starts_on = starts_on - 35, starts_at = starts_at - interval '35 days',
            ends_at = ends_at - interval '35 days', closes_at = closes_at - interval '35 days' WHERE id = :id
    """
    await desk.rows(moved, id=far.id)
    await desk.do(decided)
    await desk.works()
    assert await stands(desk) == [("planned", ""), ("flagged", "rest")]
    rules = desk.settings.seat_rules
    await desk.do(lambda unit: deciding.cancel(unit, rules, near.id, "no visas"))
    await desk.works()
    assert await stands(desk) == [("withdrawn", "gathering_cancelled"), ("planned", "")]


async def decided(unit: Unit) -> None:
    """Something was decided on a gathering."""
    unit.remind(FOLLOW)


async def test_talks_are_counted_by_who_gave_them(desk: Helpdesk) -> None:
    await desk.hears(agreed(1, "speaking"))
    worker, member = await speaker(desk, "Fieldworker A"), await speaker(desk)
    yes = Consent(frozenset({"speaking"}), True)
    await desk.do(lambda unit: speakers.agree(unit, REST, worker, yes))
    talks = [await slot(desk, who, DAY) for who in (worker, member)]
    for talk in talks:
        assert isinstance(talk, Slot)
        await desk.do(lambda unit, key=talk.id: slots.give(unit, REST, key))  # type: ignore[misc]
    async with desk.units.read() as session:
        reached = await people.reached(session)
    assert (reached["talks_by_fieldworkers"], reached["talks_by_defectors"], reached["speakers_trained"]) == (
        1,
        1,
        2,
    )
    # Leaving takes nothing from what was; it is off what is to come.
    assert isinstance(await slot(desk, member, DAY + timedelta(days=60)), Slot)
    await desk.do(lambda unit: speakers.leave(unit, REST, member))
    assert await stands(desk) == [("given", ""), ("given", ""), ("withdrawn", "speaker_left")]
    # Whoever comes back speaks where they had been withdrawn.
    (gone,) = await desk.rows("SELECT gathering_id FROM slot WHERE status = 'withdrawn'")
    back = [await desk.do(lambda unit: speakers.come_back(unit, REST, member)) for _ in range(2)]
    assert back == [member, conflict("This speaker has not left.")]
    assert isinstance(await slot(desk, member, gone["gathering_id"]), Slot)
