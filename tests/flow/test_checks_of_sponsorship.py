"""Each check of sponsorship finds what it is there for."""

from collections.abc import Sized
from datetime import date
from uuid import UUID

import pytest
from sqlalchemy import event

from services.sponsorship.checks import check
from services.sponsorship.commands import courses, school
from services.sponsorship.commands.courses import Plan
from services.sponsorship.domain.school import Level
from services.sponsorship.repository import placing
from shared.contracts.base import Contract
from shared.contracts.intake import AgeBand, HouseholdRegistered, MemberFacts
from tests.support.breaking import found_of
from tests.support.giving import consent, gift, paid
from tests.support.registrations import said
from tests.support.settlers import asked
from tests.support.sponsor_room import SponsorRoom

FIRST, NEXT, HOLD_ENDS = date(2006, 11, 1), date(2006, 12, 1), date(2006, 12, 20)
LISTED, HELD, SPONSORED = (UUID(int=number) for number in (1, 2, 3))
STARTING, ACTIVE, UNPLACED = (UUID(int=number) for number in (0x11, 0x12, 0x13))
LEARNS, WAITS, FINISHED = (UUID(int=number) for number in (0x21, 0x22, 0x23))
LETTER = UUID(int=0x31)

LESSONS_GIVEN = f"""
    UPDATE lesson SET state = 'held' WHERE id = (SELECT min(id::text)::uuid FROM lesson);
    INSERT INTO attendance SELECT lesson.id, lesson_place.id, 60, 'x' FROM lesson, lesson_place
        WHERE lesson.state = 'held' AND lesson_place.state = 'placed';
    UPDATE lesson SET state = 'missed' WHERE id = (SELECT max(id::text)::uuid FROM lesson);
    INSERT INTO lesson SELECT gen_random_uuid(), course_id, on_day + 1, minutes, 'planned', id
        FROM lesson WHERE state = 'missed';
    INSERT INTO learner (id) VALUES ('{FINISHED}');
    INSERT INTO lesson_place (id, member_id, household_id, request_id, state, waiting_since, course_id)
        SELECT '{FINISHED}', '{FINISHED}', household_id, request_id, 'finished', waiting_since, course_id
        FROM lesson_place WHERE state = 'placed';
    UPDATE course SET taken = taken + 1;
    INSERT INTO certificate SELECT '{FINISHED}', '{FINISHED}', 2006, 1, code, level, starts_on, ends_on, 120, 1,
        ends_on, 'x' FROM course;
"""  # noqa: S608, the ids are ours
LETTER_PASSED_ON = f"""
    INSERT INTO letter (id, direction, child_id, donor_id, language, state, received_on, actor, masked_by, maskers,
            checked_by, ended_by, ended_on, agreed_until)
        VALUES ('{LETTER}', 'to_sponsor', '{SPONSORED}', '{ACTIVE}', 'ko', 'delivered', '2006-11-01', 'anna', 'anna',
            '{{anna}}', 'boris', 'cho', '2006-11-03', '2006-11-30');
    INSERT INTO letter_text VALUES ('{LETTER}', 'as it came', 'as it goes');
    INSERT INTO photo VALUES ('{LETTER}', '{LETTER}', 'photo', 1, 1, '', '');
    INSERT INTO letter_check (id, letter_id, round, on_day, actor)
        VALUES ('{LETTER}', '{LETTER}', 1, '2006-11-02', 'boris');
    INSERT INTO finding (id, letter_id, found_in, kind, starts, ends, answer, answered_by)
        VALUES ('{LETTER}', '{LETTER}', 'original', 'town', 0, 4, 'removed', 'anna');
    INSERT INTO incident (id, child_id, donor_id, kind, happened_on, on_day, actor)
        VALUES ('{LETTER}', '{SPONSORED}', '{ACTIVE}', 'called', '2006-11-01', '2006-11-01', 'x');
    INSERT INTO incident_end VALUES ('{LETTER}', 'settled', '2006-11-02', 'x');
    INSERT INTO helper_need (id, letter_id, open, found, status) VALUES ('{LETTER}', '{LETTER}', true, 1, 'done');
"""  # noqa: S608, the ids are ours

NOT_LISTED = "each child of school age who is helped is listed"
NOT_OF_AGE = "only children of school age who are helped are listed"
GROWN_UP = "nobody who has grown up is shown to sponsors"
ONE_MAIN = "each child has one main sponsor or hold at most"
GIFT_OVER = "children who are held or sponsored have a gift that is not over"
AS_MANY = "each gift has as many children as were said, and no more than it is for"
PAST_END = "nobody is held past the end of the hold"
TIMED = "each hold has a timer for its end"
CONVERTED = "each hold that was converted has a sponsorship"
STANDS = "each child stands as its holds and sponsorships say"
GONE = "no child who left is held or sponsored"
BEGAN = "a gift began on the first day that a payment covered"
COVERS = "payments cover days only while they count"
TWO_PLACES = "nobody has two places in lessons"
PLACES = "no course has more learners than places"
WANTED = "each place in lessons is still wanted"
ATTENDED = "nobody attended more than a lesson had"
CERTIFIED = "certificates are of who finished, and no number is left out"
BY_OTHERS = "each letter was checked by another person than who masked it"
WORDS = "each letter has its words, unless it was forgotten"
PICTURES = "no picture is kept of a letter that was forgotten"
TOO_LONG = "no letter is kept longer than it may be"
ONE_INCIDENT = "of an incident and those that correct it one counts"
STOPPED = "no letter was passed on while an incident of its sponsor was open"
TRANSLATED = "no translator is looked for when the letter is over"
COVERED_MONTHS = "what gifts cover of a month of school follows from their payments"
UNCOVERED = "how many months a gift covers no longer follows from its payments"
ONCE = "no more is asked for a month of school than gifts leave of its fee"
SCHOOL_HELPED = "school is asked for only where a child is helped now"
SCHOOL_ASKED = "each month of school that is due is covered or was asked for"

FAILING = "a gift is at risk since the first of the facts that say so"
GIVEN_AT_RISK = "no gift was given a child while it was at risk"
TOO_EARLY = "no month of school before the child was listed is asked for"
TOGETHER = "no gift and child came together when they might not"
PLACE_KEPT = "no place that is kept for a child was given to another"
ONE_REPORT = "of each term's report cards one counts"

BROKEN = {
    "DELETE FROM child WHERE status = 'listed'": {NOT_LISTED},
    "UPDATE child SET status = 'left' WHERE status = 'listed'": {NOT_LISTED},
    "UPDATE presence SET band = 'infant' WHERE member_id = (SELECT id FROM child WHERE status = 'listed')": {
        NOT_OF_AGE
    },
    "DELETE FROM presence WHERE member_id = (SELECT id FROM child WHERE status = 'listed')": {NOT_OF_AGE},
    "UPDATE child SET version = version + 1": {"the newest state of each child was said"},
    # One main sponsor or hold, in one table or in both.
    "UPDATE hold SET child_id = (SELECT id FROM child WHERE status = 'sponsored') WHERE state = 'held'": {
        ONE_MAIN,
        STANDS,
    },
    "UPDATE sponsorship SET child_id = (SELECT id FROM child WHERE status = 'held')": {
        ONE_MAIN,
        STANDS,
        COVERED_MONTHS,
    },
    "UPDATE gift SET status = 'lapsed' WHERE status = 'starting'": {GIFT_OVER},
    "UPDATE gift SET status = 'ended' WHERE status = 'active'": {GIFT_OVER},
    "UPDATE gift SET purpose = 'food' WHERE status = 'active'": {GIFT_OVER},
    "UPDATE gift SET placed = 0 WHERE status = 'active'": {AS_MANY},
    "UPDATE gift SET placed = 1 WHERE placed = 0": {AS_MANY},
    "UPDATE gift SET wanted = 0": {AS_MANY},
    "UPDATE hold SET until_on = '2006-10-31' WHERE state = 'held'": {PAST_END},
    """UPDATE hold SET until_on = NULL, until_at = clock_timestamp() - interval '6 minutes'
        WHERE state = 'held'""": {PAST_END},
    "DELETE FROM timer": {TIMED},
    "UPDATE sponsorship SET hold_id = id": {CONVERTED},
    "UPDATE hold SET state = 'let_go' WHERE state = 'converted'": {CONVERTED},
    "UPDATE child SET status = 'listed' WHERE status = 'sponsored'": {STANDS},
    "UPDATE child SET status = 'sponsored' WHERE status = 'listed'": {STANDS},
    "UPDATE child SET status = 'listed' WHERE status = 'held'": {STANDS},
    "UPDATE child SET status = 'held' WHERE status = 'listed'": {STANDS},
    "UPDATE child SET status = 'left' WHERE status = 'sponsored'": {GONE, STANDS, NOT_LISTED},
    "UPDATE child SET status = 'left' WHERE status = 'held'": {GONE, STANDS, NOT_LISTED, SCHOOL_HELPED},
    "UPDATE gift SET begun_on = begun_on + 1": {BEGAN},
    "UPDATE gift SET begun_on = '2006-11-01'": {BEGAN},
    "UPDATE payment SET covers_until = covers_until + 1": {COVERS},
    "UPDATE payment SET covers_from = covers_from - 1": {COVERS},
    "UPDATE payment SET covers_until = covers_from": {COVERS, UNCOVERED},
    "UPDATE payment SET counts = 0": {COVERS, UNCOVERED},
    "UPDATE sponsorship SET share = 10000": {
        "the shares of co-sponsors leave something for the main sponsor"
    },
    "UPDATE hold SET agreed_until = NULL WHERE state = 'held'": {TOGETHER},
    "UPDATE sponsorship SET agreed_until = joined_on - 1": {TOGETHER},
    """UPDATE incident_end SET on_day = '2006-11-04'; UPDATE sponsorship SET joined_on = '2006-11-03'""": {
        STOPPED,
        TOGETHER,
    },
    """UPDATE incident_end SET on_day = '2006-11-04'; UPDATE sponsorship SET joined_on = '2006-11-03';
        UPDATE incident SET child_id = id, donor_id = (SELECT donor_id FROM gift WHERE status = 'active');
        UPDATE gift SET donor_id = gen_random_uuid()""": {TOGETHER},
    "UPDATE sponsor SET declined = true": {TOGETHER},
    "UPDATE hold SET spare = -1": {PLACE_KEPT},
    "UPDATE sponsorship SET spare = -1": {PLACE_KEPT},
    "UPDATE gift SET said = said + 1": {"the newest state of each gift was said"},
    """UPDATE lesson_place SET member_id = (SELECT member_id FROM lesson_place WHERE state = 'placed')
        WHERE state = 'waiting'""": {TWO_PLACES},
    "UPDATE course SET taken = taken - 1": {PLACES},
    "UPDATE course SET places = taken - 1": {PLACES},
    "UPDATE settlement SET wished = false": {WANTED},
    "UPDATE settlement SET member_ids = member_ids[:1]": {WANTED},
    "INSERT INTO closed_household SELECT household_id, household_version + 1 FROM settlement": {WANTED},
    "UPDATE learner SET version = version + 1": {"the newest place of each learner was said"},
    "UPDATE lesson SET makes_up = NULL": {"each lesson that was missed is made up for"},
    "UPDATE attendance SET minutes = 121": {ATTENDED},
    "UPDATE lesson SET state = 'planned' WHERE state = 'held'": {ATTENDED},
    "UPDATE certificate SET number = 2": {CERTIFIED},
    "UPDATE certificate SET place_id = (SELECT id FROM lesson_place WHERE state = 'placed')": {CERTIFIED},
    "UPDATE finding SET answer = ''": {"no letter was passed on with a finding that nobody answered"},
    "UPDATE letter SET maskers = maskers || checked_by": {BY_OTHERS},
    "UPDATE letter SET checked_by = '', state = 'checked'": {BY_OTHERS},
    "UPDATE letter_check SET actor = 'dora'": {BY_OTHERS},
    "UPDATE letter_check SET doubts = '{money}'": {BY_OTHERS},
    "UPDATE letter SET agreed_until = ended_on - 1": {"no letter was passed on after its consent had ended"},
    "DELETE FROM letter_text": {WORDS},
    "UPDATE letter_text SET masked = NULL": {WORDS},
    "UPDATE letter SET forgotten_on = '2006-11-04'": {WORDS, PICTURES},
    "UPDATE letter SET ended_on = '2004-10-30'": {TOO_LONG},
    "UPDATE course SET state = 'cancelled'": {"no teacher is looked for when the course is cancelled"},
    "UPDATE incident_end SET state = 'corrected'": {ONE_INCIDENT},
    "UPDATE incident SET replaces = id": {ONE_INCIDENT},
    "DELETE FROM incident_end": {STOPPED},
    "UPDATE incident_end SET on_day = '2006-11-04'": {STOPPED},
    "UPDATE helper_need SET found = 0 WHERE letter_id IS NOT NULL": {TRANSLATED},
    "UPDATE letter SET state = 'returned'; UPDATE helper_need SET status = 'accepted'": {TRANSLATED},
    "UPDATE school_payment SET amount = amount + 1": {ONCE},
    "UPDATE school_payment SET household_id = id": {SCHOOL_HELPED},
    "UPDATE gift SET failing_since = '2006-11-01' WHERE status = 'active'": {FAILING},
    "UPDATE gift SET failing_since = '2006-10-31' WHERE status = 'active'": {FAILING, GIVEN_AT_RISK},
    "UPDATE child SET waiting_since = '2006-11-02' WHERE status = 'held'": {TOO_EARLY},
    "INSERT INTO report_card (id, term_id) SELECT gen_random_uuid(), id FROM school_term, generate_series(1, 2)": {
        ONE_REPORT
    },
    """DELETE FROM school_payment; UPDATE child SET waiting_since = '2006-10-31' WHERE status = 'held';
        UPDATE school_month SET due_on = '2006-10-31' WHERE due_on = '2006-11-01'""": {SCHOOL_ASKED},
    "UPDATE school_month SET covered = 10000 WHERE due_on = '2006-11-01'": {COVERED_MONTHS, ONCE},
    "UPDATE gift SET uncovered = 1 WHERE status = 'active'": {UNCOVERED},
    "UPDATE school_payment SET said = said + 1": {"the newest state of each school payment was said"},
}


def family(child: UUID) -> tuple[Contract, Contract]:
    """A household with this child of school age, and its guardian's consent."""
    home = UUID(int=child.int << 8)
    members = (MemberFacts(member_id=child, age_band=AgeBand.SCHOOL, size="122"),)
    state = said(HouseholdRegistered, household_id=home, members=members, on=FIRST, registered_on=FIRST)
    return state, consent({"child_id": str(child), "household_id": str(home)})


async def prepare(room: SponsorRoom) -> None:
    """A child who is listed, one who is held and goes to school, one who is sponsored; lessons; a letter."""
    for child in (LISTED, HELD, SPONSORED):
        await room.hears(*family(child))
    await room.hears(gift(STARTING), gift(ACTIVE, "active"), gift(UNPLACED), paid(ACTIVE, FIRST, NEXT))
    await room.hold(STARTING, HELD, HOLD_ENDS)
    await room.hold(ACTIVE, SPONSORED, HOLD_ENDS)
    rules = room.settings.rules
    term = school.NewTerm(HELD, Level.PRIMARY, FIRST, date(2007, 1, 31), 30_000, "JPY")
    assert isinstance(await room.do(lambda unit: school.plan(unit, rules, term)), school.Planned)
    weekdays = frozenset(range(5))
    course = Plan("japanese", "a1", 1, 1, NEXT, 1, 60, weekdays, frozenset(), 120, "tokyo", online=False)
    await room.do(lambda unit: courses.plan(unit, 7, course))
    await room.hears(asked(LEARNS, WAITS))
    # A place for who has finished before.
    await room.rows("UPDATE course SET places = 2")
    for statements in (LESSONS_GIVEN, LETTER_PASSED_ON):
        for each in statements.split(";")[:-1]:
            await room.rows(each)


async def test_each_check_finds_what_it_is_there_for(
    sponsors_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with SponsorRoom.open(sponsors_url, FIRST, places_by_itself=False) as room:
        await prepare(room)
        found, names = await found_of(room.engine, check(room.settings), [*BROKEN])
        assert found == BROKEN
        # What may be shown is a rule of the service, which no row can break.
        monkeypatch.setattr(placing, "ADULTS", ())
        grown = "INSERT INTO presence SELECT id, id, 'adult' FROM child WHERE status = 'sponsored'"
        (shown,) = (await found_of(room.engine, check(room.settings), [grown]))[0].values()
        assert shown == {GROWN_UP}
    assert set().union(shown, *BROKEN.values()) == names


MORE_MONTHS = """
    INSERT INTO child (id, alias, waiting_since, seen_household, household_id, since)
        SELECT gen_random_uuid(), '#' || number, '2006-11-01', gen_random_uuid(), gen_random_uuid(), '2006-11-01'
        FROM generate_series(1, 50) number;
    INSERT INTO school_month (id, term_id, child_id, due_on)
        SELECT gen_random_uuid(), school_term.id, child.id, DATE '2006-11-01' - CAST(substr(alias, 2) AS integer)
        FROM child, school_term WHERE alias LIKE '#%';
    INSERT INTO sponsorship (id, hold_id, child_id, gift_id, role, starts_on)
        SELECT gen_random_uuid(), gen_random_uuid(), id, gen_random_uuid(), 'main', '2006-01-01' FROM child
        WHERE alias LIKE '#%';
"""


async def test_what_the_checks_ask_takes_no_more_values_the_more_there_is(sponsors_url: str) -> None:
    """A statement takes 32,767 values at most: with ids as values the doctor would fail where there are many."""
    asked: list[int] = []
    async with SponsorRoom.open(sponsors_url, FIRST, places_by_itself=False) as room:

        @event.listens_for(room.engine.sync_engine, "before_cursor_execute")
        def ask(_c: object, _cursor: object, _statement: str, values: Sized, *_: object) -> None:
            asked.append(len(values))

        await prepare(room)
        found = []
        for statements in ("", MORE_MONTHS):
            for each in statements.split(";")[:-1]:
                await room.rows(each)
            asked.clear()
            await room.breaches()
            found.append([*asked])
        assert len(found[0]) > 20
        assert found[0] == found[1]
