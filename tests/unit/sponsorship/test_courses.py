"""Terms, the days of lessons, make-up lessons and certificates."""

from datetime import date
from uuid import UUID

import pytest

from services.sponsorship.domain.attendance import Attended, Held, attended
from services.sponsorship.domain.courses import Term, lesson_days, make_up_day, terms

WEEKDAYS = range(5)


def test_two_terms_of_sixty_days_follow_each_other() -> None:
    first, second = terms(date(2007, 1, 1), 2, 60)
    assert (first.ends_on, second.starts_on, second.ends_on) == (
        date(2007, 3, 1),
        date(2007, 3, 2),
        date(2007, 4, 30),
    )
    assert (len(first.days), len(second.days)) == (60, 60)


def test_a_lesson_is_on_each_weekday_of_the_course_but_days_off() -> None:
    week = Term(1, date(2007, 1, 1), date(2007, 1, 9))
    assert [each.day for each in lesson_days(week, WEEKDAYS, {date(2007, 1, 8)})] == [1, 2, 3, 4, 5, 9]


@pytest.mark.parametrize(
    ("missed", "lessons", "ends_on", "found"),
    [
        (3, [1, 3, 8], 8, 10),
        (1, [1, 3, 8], 8, 10),
        (8, [1, 3, 8], 8, 10),
        (8, list(range(1, 32)), 17, None),
    ],
)
def test_a_lesson_is_made_up_for_on_the_next_free_weekday_of_the_course(
    missed: int, lessons: list[int], ends_on: int, found: int | None
) -> None:
    """Mondays and Wednesdays of January 2007; the 10th is the first that is free."""
    days = [date(2007, 1, each) for each in lessons]
    day = make_up_day(date(2007, 1, missed), days, date(2007, 1, ends_on))
    assert day == (date(2007, 1, found) if found else None)


@pytest.mark.parametrize(
    ("minutes", "held", "right"), [(799, 1000, False), (800, 1000, True), (0, 0, False), (5, 6, True)]
)
def test_a_certificate_needs_eighty_percent_of_what_was_held(minutes: int, held: int, right: bool) -> None:
    assert Attended(minutes, held).certified(80) == right


def test_what_was_held_before_somebody_came_does_not_count() -> None:
    mine, other = UUID(int=1), UUID(int=2)
    held = [
        Held(date(2007, 1, 1), 100, {other: 100}),
        Held(date(2007, 1, 2), 100, {mine: 70, other: 100}),
        Held(date(2007, 1, 3), 100, {other: 10}),
    ]
    assert attended(mine, date(2007, 1, 2), held) == Attended(70, 200)
    assert attended(other, date(2007, 1, 1), held) == Attended(210, 300)
