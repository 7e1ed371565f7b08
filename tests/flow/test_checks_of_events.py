"""Each check of events finds what it is there for."""

from datetime import date, timedelta
from functools import partial
from uuid import UUID

from services.events.checks import check
from services.events.commands import asking, guests, recordings, seats, slots, speakers, volunteers
from services.events.commands.asking import Wish
from services.events.commands.guests import NewGuest
from services.events.commands.slots import NewSlot
from services.events.commands.speakers import NewSpeaker
from services.events.contacts import Contact
from services.events.domain.seats import SeatRole
from services.events.domain.speakers import Slot
from services.events.repository.guests import Choices
from shared.contracts.intake import ConsentChanged
from shared.contracts.sponsorship import HelperAsked
from shared.outcomes import Refused
from shared.settings import ClockMode
from tests.support.breaking import found_of
from tests.support.helpdesk import Helpdesk

DAY = date(2007, 3, 1)
SEMINAR, TALK = DAY + timedelta(days=20), DAY + timedelta(days=30)
MEMBER, HOME, CONSENT, NEED, APPEAL = (UUID(int=number) for number in range(1, 6))
REST = 14

MEMBERS = "a guest whom donations knows is a member if donations says so"
COUNTS = "seats taken and people waiting are as many as there are rows"
ROOM = "no gathering gave more seats than it had"
TWO_SEATS = "nobody has two seats or places at a gathering"
ENDS = "every offer and every seat to be confirmed ends by a timer"
TOGETHER = "those who asked together stand together"
NUMBERS = "each place in the order of arrival is one party's"
OVER = "nobody waits for a gathering that is over"
TOLD = "whoever knew of a gathering that is called off is told, or is to be told"
AGREED = "no slot stands without its consent"
HELPED = "no slot stands of somebody who left or is helped no longer"
USED = "nothing is kept of a talk that may not be used"
DAYS = "each gathering's day is that of its own zone"
TASK_OVER = "nobody has a task that is over"
FOR_GOOD = "nobody is asked for what they declined for good"
CLOSED = "no helper is wanted for a closed household"
TOTALS = "tasks and hours of each volunteer are those of the rows"
FOUND = "who was found for each need has it"
APPEALS = "each appeal for helpers is for somebody who is missing"

BROKEN = {
    "UPDATE gathering SET version = version + 1": {"the newest state of each gathering was said"},
    "DELETE FROM venue": {"every gathering has a venue"},
    "UPDATE gathering SET starts_on = starts_on + 1": {DAYS},
    "UPDATE gathering SET zone = 'America/Los_Angeles'": {DAYS},
    "DELETE FROM contact WHERE id IN (SELECT id FROM guest)": {"every guest has contact data"},
    "UPDATE guest SET person_id = id, member = true": {MEMBERS},
    """UPDATE guest SET person_id = id;
        INSERT INTO donor_link (id, version, kept_id) SELECT id, 1, gen_random_uuid() FROM guest;
        INSERT INTO member (id, version, member) SELECT kept_id, 1, true FROM donor_link""": {MEMBERS},
    "UPDATE guest SET version = version + 1": {"whether each guest agrees to be written to was said"},
    "UPDATE gathering SET taken = taken - 1 WHERE taken > 0": {COUNTS},
    "UPDATE seat SET came = true WHERE state = 'waiting'": {
        "whoever came, came to a gathering that took place"
    },
    "UPDATE gathering SET waiting = waiting + 1": {COUNTS},
    "UPDATE gathering SET arrivals = 2": {COUNTS},
    "DELETE FROM seat WHERE state = 'waiting'": {COUNTS},
    "UPDATE gathering SET seats = taken - 1 WHERE taken > 0": {ROOM},
    "UPDATE seat SET guest_id = (SELECT guest_id FROM seat WHERE state = 'offered') WHERE state = 'waiting'": {
        TWO_SEATS
    },
    "DELETE FROM timer WHERE key LIKE 'offer_ends%'": {ENDS},
    "UPDATE seat SET state = 'asked_again' WHERE state = 'offered'": {ENDS},
    """UPDATE gathering SET arrivals = 9;
        UPDATE seat SET number = 9 WHERE id = (SELECT id FROM seat WHERE number = 1 LIMIT 1)""": {TOGETHER},
    """UPDATE seat SET state = 'offered' WHERE id = (SELECT id FROM seat WHERE number = 1 LIMIT 1)""": {
        TOGETHER,
        ENDS,
    },
    "UPDATE seat SET number = 1 WHERE state = 'waiting'": {NUMBERS},
    "UPDATE gathering SET status = 'held' WHERE taken > 0": {OVER},
    """DELETE FROM seat WHERE state <> 'seated' OR role <> 'guest';
        UPDATE gathering SET status = 'cancelled', taken = 2, waiting = 0 WHERE taken > 0""": {OVER},
    "UPDATE gathering SET status = 'planned'": {"nobody has a seat before the gathering is announced"},
    "UPDATE slot SET status = 'withdrawn', reason = 'gathering_cancelled' WHERE status = 'planned'": {TOLD},
    "UPDATE seat SET ends_at = '2008-01-01' WHERE state = 'offered'": {
        "no offer ends after its gathering has closed"
    },
    "UPDATE consent SET scopes = '{recording}'": {AGREED},
    "UPDATE consent SET agreed = false": {AGREED, USED},
    "UPDATE consent SET until = '2007-02-28'": {AGREED, USED},
    "UPDATE speaker SET left_on = since": {HELPED},
    "INSERT INTO household SELECT household_id, 5, 0 FROM speaker": {HELPED},
    "UPDATE consent SET scopes = '{speaking}'": {USED},
    "UPDATE speaker SET adult = false": {"no minor speaks in public"},
    "UPDATE volunteer SET state = 'paused'": {"nobody who is not active has a task"},
    """UPDATE assignment SET state = 'offered', ends_on = '2008-01-01';
        UPDATE volunteer SET no_contact = true""": {"nobody is asked who is never written to", FOUND},
    "UPDATE volunteer SET no_contact = true, contact_id = (SELECT id FROM guest WHERE NOT no_contact LIMIT 1)": {
        "whoever is never written to is so as guest, volunteer and speaker"
    },
    """INSERT INTO assignment (id, need_id, volunteer_id, state, reason, since, actor)
        SELECT gen_random_uuid(), need_id, volunteer_id, 'declined', 'for_good', since, actor FROM assignment;
        UPDATE assignment SET state = 'offered', ends_on = '2008-01-01' WHERE state = 'accepted'""": {
        FOR_GOOD,
        FOUND,
    },
    "UPDATE need SET ended = 'withdrawn' WHERE found > 0": {TASK_OVER},
    "UPDATE need SET household_id = id; INSERT INTO household SELECT id, 1, 0 FROM need": {CLOSED},
    "UPDATE need SET household_id = id, household_version = 1; INSERT INTO household SELECT id, 2, 1 FROM need": {
        CLOSED
    },
    "UPDATE volunteer SET minutes = 5": {TOTALS},
    "UPDATE volunteer SET served = served + 1": {TOTALS},
    "UPDATE volunteer SET open = 0": {TOTALS},
    "UPDATE need SET found = 0": {FOUND},
    "UPDATE need SET wanted = found WHERE found = 0": {APPEALS},
    "UPDATE need SET ended = 'withdrawn' WHERE found = 0": {APPEALS},
    "UPDATE slot SET version = version + 1": {"the newest state of each slot was said"},
    "UPDATE need SET said = said + 1": {"the newest state of each need for helpers was said"},
}


async def seated(desk: Helpdesk) -> None:
    """Two who asked together have seats, one who gave theirs up, one has an offer, one waits, and staff are there."""
    rules, seminar = desk.settings.seat_rules, (await desk.gathering(SEMINAR)).id
    await desk.rows("UPDATE gathering SET seats = 3 WHERE id = :id", id=seminar)
    agrees = Choices(purposes=frozenset({"invitations"}))
    people = [NewGuest(Contact(f"Guest {n}", f"guest{n}@example.org"), agrees) for n in range(6)]
    known = await desk.do(lambda unit: guests.write_down(unit, people))
    staff = Wish(known[5:], role=SeatRole.STAFF)
    first = [Wish(known[:2]), Wish(known[2:3]), Wish(known[3:4]), staff]
    parties = await desk.do(lambda unit: asking.ask(unit, rules, seminar, first))
    (alone,) = (each.seats for each in parties[1:2] if not isinstance(each, Refused))
    await desk.do(lambda unit: seats.give_up(unit, rules, seminar, alone[0].party))
    await desk.do(lambda unit: asking.ask(unit, rules, seminar, [Wish(known[4:5])]))


async def spoken(desk: Helpdesk) -> None:
    """A defector gave a talk that was recorded, and is to give another one."""
    scopes = frozenset({"speaking", "recording"})
    who = {"consent_id": CONSENT, "household_id": HOME, "member_id": MEMBER, "purpose": "public_speaking"}
    await desk.hears(
        ConsentChanged.model_validate({**who, "version": 1, "scopes": scopes, "agreed": True, "on": DAY})
    )
    new = NewSpeaker(True, frozenset(), frozenset({"ko"}), member_id=MEMBER, household_id=HOME)
    speaker = await desk.do(lambda unit: speakers.add(unit, new))
    assert isinstance(speaker, UUID)
    await desk.do(lambda unit: speakers.train(unit, speaker, DAY))
    for on in (DAY, TALK):
        gathering = (await desk.gathering(on)).id
        wanted = NewSlot(speaker, gathering, frozenset(), frozenset({"school"}), frozenset())
        talk = await desk.do(partial(slots.plan, rest_days=REST, new=wanted))
        assert isinstance(talk, Slot)
        if on == DAY:
            await desk.do(partial(slots.give, rest_days=REST, slot_id=talk.id))
            await desk.do(
                partial(
                    recordings.add, rest_days=REST, slot_id=talk.id, uses=scopes - {"speaking"}, places=[]
                )
            )


async def helped(desk: Helpdesk) -> None:
    """Somebody translates a letter; who would teach two courses in Osaka is not there, and is looked for."""
    await desk.volunteer()
    wanted = {"version": 1, "starts_on": TALK, "ends_on": TALK, "status": "asked", "on": DAY}
    korean = ({"language": "ko", "into": "ja", "level": "b2"},)
    letter = {**wanted, "need_id": NEED, "task": "translate_letter", "languages": korean, "people": 1}
    lessons = {**letter, "need_id": APPEAL, "task": "teach", "people": 2, "region": "osaka"}
    await desk.hears(*(HelperAsked.model_validate(each) for each in (letter, lessons)))
    await desk.works()
    await desk.answers(volunteers.accept)


async def test_each_check_finds_what_it_is_there_for(desk_url: str) -> None:
    async with Helpdesk.open(desk_url, DAY, clock=ClockMode.MANUAL) as desk:
        for prepare in (spoken, helped, seated):
            await prepare(desk)
        found, names = await found_of(desk.engine, check(desk.settings), [*BROKEN])
    assert found == BROKEN
    assert set().union(*BROKEN.values()) == names
