"""Who is asked for what, and what is said of those who are not."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from random import Random
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.events.domain.helping import (
    Need,
    Rules,
    Volunteer,
    VolunteerState,
    lacks_always,
    lacks_now,
    words_of,
)
from services.events.domain.lacks import NEVER_OVERLOOKED, WORDS, Lack
from services.events.domain.languages import Skill, Wanted
from services.events.domain.matching import FOUND, NOBODY, TOO_FEW, match
from services.events.domain.teams import Span, TeamRules, team_size, tired

TODAY = date(2007, 3, 1)
NINE = datetime(2007, 3, 15, 9, tzinfo=UTC)
RULES = Rules(checks={"interpret": ("confidentiality",), "accompany": ("safeguarding",)})
KOREAN = Wanted("ko", "b2", into="ja")


def hours(start: float, end: float) -> Span:
    """From so many hours after nine up to so many."""
    return Span(NINE + timedelta(hours=start), NINE + timedelta(hours=end))


def volunteer(number: int = 1, *skills: Skill, **more: object) -> Volunteer:
    """Somebody who interprets between Korean and Japanese and lacks nothing."""
    known = Volunteer(
        UUID(int=number),
        VolunteerState.ACTIVE,
        True,
        skills or (Skill("ko", "ja", "c1", modes=frozenset({"consecutive", "simultaneous"})),),
        frozenset({"interpret", "accompany"}),
        checks={"confidentiality": None, "safeguarding": date(2007, 6, 30)},
        served=1,
    )
    return replace(known, **more)  # type: ignore[arg-type]


def need(number: int = 100, *languages: Wanted, **more: object) -> Need:
    """Somebody is wanted who interprets from Korean into Japanese on one day."""
    known = Need(
        UUID(int=number), "interpret", languages or (KOREAN,), 1, date(2007, 3, 15), date(2007, 3, 15)
    )
    return replace(known, **more)  # type: ignore[arg-type]


TESTED = Skill("ko", "ja", "c1")


@pytest.mark.parametrize(
    ("checks", "words"),
    [
        (
            {},
            'has no check "police record", and has no check "safeguarding", and has no check "confidentiality"',
        ),
        (
            {"police_record": None, "safeguarding": date(2007, 3, 14), "confidentiality": date(2007, 3, 15)},
            'has a check "safeguarding" that counts until 2007-03-14 alone; it is needed until 2007-03-15',
        ),
    ],
)
def test_which_check_is_lacking_is_said_and_until_when_it_counts(
    checks: dict[str, date | None], words: str
) -> None:
    who, wanted = volunteer(checks=checks), need(task="teach")
    assert words_of([Lack.NOT_ACTIVE, Lack.CHECK], who, wanted, RULES, TODAY) == ["is not active", words]


@pytest.mark.parametrize(
    ("who", "wanted", "lack"),
    [
        ({"state": VolunteerState.PAUSED}, {}, Lack.NOT_ACTIVE),
        ({"adult": False}, {}, Lack.NOT_ADULT),
        ({"tasks": frozenset({"teach"})}, {}, Lack.TASK),
        ({"checks": {}}, {}, Lack.CHECK),
        ({"checks": {"confidentiality": date(2007, 3, 14)}}, {}, Lack.CHECK),
        ({"skills": (replace(TESTED, language="zh"),)}, {}, Lack.LANGUAGE),
        ({"skills": (Skill("ja", "ko", "c1"),)}, {}, Lack.LANGUAGE),
        ({"skills": (Skill("ko", "en", "c1"),)}, {}, Lack.DIRECTION),
        ({"skills": (replace(TESTED, level="b1"),)}, {}, Lack.LEVEL),
        ({"skills": (replace(TESTED, level=None),)}, {}, Lack.LEVEL_UNKNOWN),
        ({"skills": (replace(TESTED, level="fluent"),)}, {}, Lack.LEVEL_UNKNOWN),
        ({}, {"languages": (replace(KOREAN, variety="hamgyong"),)}, Lack.VARIETY),
        ({}, {"languages": (replace(KOREAN, topic="legal"),)}, Lack.TOPIC),
        ({}, {"languages": (replace(KOREAN, mode="phone"),)}, Lack.MODE),
        ({}, {"languages": ()}, Lack.NO_LANGUAGE_NAMED),
        ({}, {"gender": "female"}, Lack.GENDER),
        ({}, {"region": "tokyo"}, Lack.REGION),
        ({"regions": frozenset({"tokyo"})}, {"region": "tokyo", "online": True}, Lack.REGION),
        ({"weekdays": frozenset({"mon", "tue", "wed"})}, {}, Lack.AWAY),
        ({"available_from": date(2007, 3, 16)}, {}, Lack.AWAY),
        ({"available_until": date(2007, 3, 14)}, {}, Lack.AWAY),
        ({"known": frozenset({UUID(int=7)})}, {"household_id": UUID(int=7)}, Lack.KNOWS_THEM),
        ({"booked": (hours(1, 2),)}, {"time": hours(0, 2)}, Lack.BUSY),
        ({"open": 5}, {}, Lack.ENOUGH),
        ({"served": 0}, {}, Lack.ALONE),
        ({}, {"declined": frozenset({UUID(int=1)})}, Lack.DECLINED),
    ],
)
def test_who_lacks_anything_is_not_asked_and_the_lack_is_named(
    who: dict[str, object], wanted: dict[str, object], lack: Lack
) -> None:
    (proposal,) = match([need(**wanted)], [volunteer(**who)], RULES, TODAY)  # type: ignore[arg-type]
    assert (proposal.asked, proposal.missing, proposal.reason) == ((), 1, lack.value)
    assert [(each.volunteer_id, each.lacking) for each in proposal.next_best] == [(UUID(int=1), (lack,))]
    assert proposal.counted == ((lack, 1),)
    assert proposal.next_best[0].may_be_overlooked == (lack not in NEVER_OVERLOOKED)


OPEN = {"starts_on": TODAY, "ends_on": None}


@pytest.mark.parametrize(
    ("who", "wanted", "first", "last"),
    [
        ({"checks": {"confidentiality": date(2007, 4, 9)}}, OPEN, 0, 39),
        ({"available_until": date(2007, 4, 9)}, OPEN, 0, 39),
        ({"available_from": date(2007, 3, 11)}, OPEN, 10, 99),
        ({"available_from": date(2007, 3, 20)}, {"starts_on": TODAY, "ends_on": date(2007, 6, 30)}, 19, 99),
        ({"checks": {"confidentiality": date(2007, 4, 9)}}, {"ends_on": date(2007, 4, 9)}, 0, 99),
    ],
)
def test_what_ends_or_begins_while_a_task_goes_on_counts_on_its_day(
    who: dict[str, object], wanted: dict[str, object], first: int, last: int
) -> None:
    fits = [
        day
        for day in range(100)
        if not [*lacks_always(volunteer(**who), need(**wanted), RULES, TODAY + timedelta(days=day))]  # type: ignore[arg-type]
    ]
    assert fits == list(range(first, last + 1))


def test_each_lack_has_words() -> None:
    assert set(WORDS) == set(Lack)


def test_one_language_of_several_is_enough_where_that_is_said() -> None:
    wanted = (Wanted("ko", "b1"), Wanted("zh", "b1"))
    speaker = volunteer(1, Skill("zh", level="b2"))
    both, one = (match([need(1, *wanted, any_of=each)], [speaker], RULES, TODAY)[0] for each in (False, True))
    assert (both.asked, both.reason) == ((), "language")
    assert (one.asked, one.reason) == ((UUID(int=1),), FOUND)


def test_the_nearest_who_may_be_taken_comes_before_who_may_not() -> None:
    inactive = volunteer(1, state=VolunteerState.LEFT)
    two_lacks = volunteer(2, Skill("ko", "en", "b1"))
    weak = volunteer(3, Skill("ko", "ja", "a2"))
    (proposal,) = match([need()], [inactive, two_lacks, weak], RULES, TODAY)
    assert [each.volunteer_id.int for each in proposal.next_best] == [3, 2, 1]
    assert proposal.reason == "level"


def test_without_volunteers_the_reason_says_so() -> None:
    assert match([need()], [], RULES, TODAY)[0].reason == NOBODY


@pytest.mark.parametrize(
    ("mode", "minutes", "people"),
    [
        ("simultaneous", 40, 1),
        ("simultaneous", 41, 2),
        ("whispered", 240, 2),
        ("simultaneous", 241, 3),
        ("simultaneous", 361, 4),
        ("consecutive", 300, 1),
        ("consecutive", 480, 2),
        ("written", 900, 1),
        (None, 900, 1),
    ],
)
def test_a_team_grows_with_the_hours(mode: str | None, minutes: int, people: int) -> None:
    assert team_size(mode, Span(NINE, NINE + timedelta(minutes=minutes)), TeamRules()) == people


def test_a_first_timer_is_in_a_team_with_somebody_who_has_helped_before() -> None:
    whole_day = need(mode="simultaneous", time=hours(0, 3))
    new, newer, old = volunteer(1, served=0), volunteer(2, served=0), volunteer(3, minutes=900)
    (proposal,) = match([whole_day], [new, newer, old], RULES, TODAY)
    assert (proposal.asked, proposal.missing) == ((UUID(int=1), UUID(int=3)), 0)
    (proposal,) = match([whole_day], [new, newer], RULES, TODAY)
    assert (proposal.asked, proposal.missing, proposal.reason) == ((), 2, "first_time_alone")


def test_who_fits_is_asked_although_the_team_is_not_whole() -> None:
    (proposal,) = match([need(mode="simultaneous", time=hours(0, 3))], [volunteer()], RULES, TODAY)
    assert (proposal.asked, proposal.missing, proposal.reason) == ((UUID(int=1),), 1, TOO_FEW)


@pytest.mark.parametrize(
    ("booked", "time", "why"),
    [
        ([(0, 4)], (4, 8), None),
        ([(0, 4)], (3, 5), Lack.BUSY),
        ([(0, 6)], (7, 11), None),
        ([(0, 6)], (7, 12), Lack.HOURS),
        ([(0, 2)], (11, 13), None),
        ([(0, 2)], (12, 14), Lack.REST),
        ([(0, 5)], (16, 21), None),
        ([(8, 13)], (23, 27), Lack.REST),
        ([(0, 8)], (21, 25), Lack.HOURS),
        ([(0, 8)], (24, 32), None),
    ],
)
def test_hours_and_rest(booked: Sequence[tuple[int, int]], time: tuple[int, int], why: Lack | None) -> None:
    assert tired([hours(*each) for each in booked], hours(*time), TeamRules()) is why


LANGUAGES = st.sampled_from(["ko", "zh", "ja"])
LEVELS = st.sampled_from(["a2", "b2", "c2", None])
VOLUNTEERS = st.builds(
    lambda skills, tasks, active, adult, served, known, hour: volunteer(
        1,
        *skills,
        tasks=tasks,
        state=VolunteerState.ACTIVE if active else VolunteerState.LEFT,
        adult=adult,
        served=served,
        known=frozenset({UUID(int=7)}) if known else frozenset(),
        booked=(hours(hour, hour + 2),),
    ),
    st.lists(st.builds(Skill, LANGUAGES, LANGUAGES, LEVELS), max_size=3).map(tuple),
    st.sets(st.sampled_from(["interpret", "accompany"])).map(frozenset),
    st.booleans(),
    st.sampled_from([True, True, True, False]),
    st.integers(0, 1),
    st.booleans(),
    st.integers(0, 30),
)
NEEDS = st.builds(
    lambda languages, people, any_of, day, hour, ours: need(
        1,
        *languages,
        people=people,
        any_of=any_of,
        starts_on=TODAY + timedelta(days=day),
        ends_on=None,
        time=None if hour is None else hours(hour, hour + 3),
        household_id=UUID(int=7) if ours else None,
    ),
    st.lists(
        st.builds(Wanted, LANGUAGES, st.sampled_from(["a2", "b2", "c2"]), LANGUAGES), min_size=1, max_size=2
    ),
    st.integers(1, 3),
    st.booleans(),
    st.integers(0, 40),
    st.integers(0, 30) | st.none(),
    st.booleans(),
)


@given(st.lists(NEEDS, max_size=6), st.lists(VOLUNTEERS, max_size=8), st.randoms(use_true_random=False))
def test_only_who_lacks_nothing_is_asked_and_the_order_of_what_is_given_changes_nothing(
    needs: list[Need], volunteers: list[Volunteer], random: Random
) -> None:
    wanted = {UUID(int=1000 + n): replace(each, id=UUID(int=1000 + n)) for n, each in enumerate(needs)}
    known = {UUID(int=n): replace(each, id=UUID(int=n)) for n, each in enumerate(volunteers)}
    found = match(wanted.values(), known.values(), RULES, TODAY)
    mixed_needs, mixed = list(wanted.values()), list(known.values())
    random.shuffle(mixed_needs)
    random.shuffle(mixed)
    assert match(mixed_needs, mixed, RULES, TODAY) == found

    for proposal in found:
        asking = wanted[proposal.need_id]
        assert len(set(proposal.asked)) == len(proposal.asked)
        assert len(proposal.asked) + proposal.missing == asking.people
        assert not proposal.asked or any(known[each].served for each in proposal.asked)
        for each in proposal.asked:
            assert (
                *lacks_always(known[each], asking, RULES, TODAY),
                *lacks_now(known[each], asking, RULES),
            ) == ()
            booked = known[each].booked
            known[each] = replace(
                known[each],
                open=known[each].open + 1,
                booked=(*booked, asking.time) if asking.time else booked,
            )
        if proposal.missing:
            able = [
                each
                for each in known.values()
                if each.id not in proposal.asked
                and not (*lacks_always(each, asking, RULES, TODAY), *lacks_now(each, asking, RULES))
            ]
            assert able == [] or proposal.reason == Lack.ALONE
            assert proposal.reason == NOBODY or proposal.next_best
