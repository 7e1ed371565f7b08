"""Somebody who is never written to is asked for nothing: as a guest, as a volunteer and as a speaker at once."""

from datetime import timedelta
from functools import partial
from typing import Any
from uuid import UUID

import pytest

from services.events.commands import guests, slots, speakers, volunteers
from services.events.commands.guests import NewGuest
from services.events.commands.slots import NewSlot
from services.events.commands.speakers import NewSpeaker
from services.events.contacts import Contact
from services.events.domain.lacks import Lack
from services.events.domain.speakers import Consent, Slot
from services.events.queries import helping as queries
from services.events.repository.guests import Choices
from shared.contracts.events import ContactOffered
from shared.contracts.sponsorship import HelperAsked, LanguageWanted
from shared.outcomes import Refused, conflict
from tests.support.helpdesk import DAY, Helpdesk
from tests.support.world import World

pytestmark = pytest.mark.runs("events")

AGREED, ASKED = UUID(int=1), UUID(int=2)
REST = 14


def letter(need: UUID, version: int = 1, days: int = 10) -> HelperAsked:
    """Somebody is wanted who puts a letter into Japanese."""
    on = DAY + timedelta(days=days)
    return HelperAsked(
        need_id=need,
        version=version,
        task="translate_letter",
        languages=(LanguageWanted(language="ko", into="ja", level="b2"),),
        starts_on=on,
        ends_on=on,
        people=1,
        status="asked",
        on=DAY,
    )


async def contact_of(desk: Helpdesk, volunteer: UUID) -> UUID:
    (row,) = await desk.rows("SELECT contact_id FROM volunteer WHERE id = :id", id=volunteer)
    found: UUID = row["contact_id"]
    return found


async def test_a_volunteer_who_is_never_written_to_keeps_what_they_agreed_to_and_is_asked_for_nothing(
    desk: Helpdesk,
) -> None:
    silent = await desk.volunteer()
    for need in (AGREED, ASKED):
        await desk.hears(letter(need))
        await desk.works()
        if need == AGREED:
            await desk.answers(volunteers.accept)
    assert await desk.held() == [(ASKED, silent)]
    await desk.do(partial(volunteers.set_no_contact, volunteer_id=silent, no_contact=True))
    await desk.works()
    assert (await desk.held("accepted"), await desk.held()) == ([(AGREED, silent)], [])
    assert (await desk.needs())[ASKED] == ("unmet", 1, 0, "no_contact")
    async with desk.units.read() as session:
        found = await queries.candidates(session, desk.settings.helping, ASKED)
    assert found
    assert found.words == {silent: ["does not want to be written to"]}
    assert [each.may_be_overlooked for each in found.proposal.next_best] == [False]
    choose = partial(volunteers.assign, rules=desk.settings.helping, need_id=ASKED, volunteer_id=silent)
    refused = await desk.do(partial(choose, despite=frozenset({Lack.NO_CONTACT})))
    assert refused == conflict("This volunteer does not want to be written to.")
    # Another day cannot be asked for: so the task is somebody else's.
    await desk.hears(letter(AGREED, 2, days=11))
    await desk.works()
    assert await desk.held("accepted") == []
    await desk.do(partial(volunteers.set_no_contact, volunteer_id=silent, no_contact=False))
    await desk.works()
    assert sorted(await desk.held()) == [(AGREED, silent), (ASKED, silent)]


@pytest.mark.parametrize("first", ["guest", "volunteer"])
async def test_it_is_the_same_for_one_person_whatever_they_are(desk: Helpdesk, first: str) -> None:
    """Whoever says it as a guest is asked for no task, and whoever says it as a volunteer gets no letter."""
    agrees = Choices(purposes=frozenset({"appeals"}), no_contact=first == "guest")
    who = await desk.volunteer(active=True)
    contact = await contact_of(desk, who)
    await desk.hears(letter(ASKED))
    await desk.works()
    assert await desk.held() == [(ASKED, who)]
    if first == "volunteer":
        await desk.do(partial(volunteers.set_no_contact, volunteer_id=who, no_contact=True))
    (guest,) = await desk.do(
        lambda unit: guests.write_down(
            unit, [NewGuest(Contact("Volunteer 1", "volunteer1@example.org"), agrees)]
        )
    )
    assert guest == contact
    await desk.works()
    assert (await desk.held(), (await desk.needs())[ASKED][3]) == ([], "no_contact")
    assert [each.offered for each in await desk.said(ContactOffered, contact)] == [False]
    new = NewSpeaker(True, frozenset(), frozenset(), Contact("Volunteer 1", "volunteer1@example.org"))
    speaker = await desk.do(lambda unit: speakers.add(unit, new))
    assert isinstance(speaker, UUID)
    await desk.do(partial(speakers.train, speaker_id=speaker, on=DAY))
    agreed = Consent(frozenset({"speaking"}), True)
    await desk.do(partial(speakers.agree, rest_days=REST, speaker_id=speaker, consent=agreed))
    gathering = (await desk.gathering(DAY + timedelta(days=30))).id
    wanted = NewSlot(speaker, gathering, frozenset(), frozenset({"school"}), frozenset())
    plan: Any = partial(slots.plan, rest_days=REST, new=wanted)
    refused = await desk.do(plan)
    assert isinstance(refused, Refused)
    assert "does not want to be written to" in refused.words
    await desk.do(partial(speakers.set_no_contact, speaker_id=speaker, no_contact=False))
    await desk.works()
    assert await desk.held() == [(ASKED, who)]
    assert [each.offered for each in await desk.said(ContactOffered, contact)] == [False, True]
    assert isinstance(await desk.do(plan), Slot)


async def test_lists_say_who_is_never_written_to(world: World) -> None:
    events = world.events
    contact = {"name": "Somebody", "mail": "somebody@example.org"}
    who = (await events.post("/volunteers", {"contact": contact, "adult": True, "tasks": ["interpret"]}))[
        "volunteer_id"
    ]
    speaker = (await events.post("/speakers", {"fieldworker": contact, "adult": True}))["speaker_id"]
    guest = (await events.post("/guests", {"contact": contact}))["guest_id"]
    shown = (f"/volunteers/{who}", f"/speakers/{speaker}")
    for path, body in (
        (f"/volunteers/{who}/no-contact", {"no_contact": True}),
        (f"/speakers/{speaker}/no-contact", {"no_contact": False}),
        (f"/guests/{guest}/change", {"no_contact": True}),
    ):
        await events.post(path, body)
        found = [(await events.get(each))["no_contact"] for each in shown]
        found += [each["no_contact"] for each in (await events.get("/guests"))["items"]]
        assert found == [body["no_contact"]] * 3
