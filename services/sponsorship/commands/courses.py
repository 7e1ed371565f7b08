"""Courses: planned in terms, with teachers who are asked of events; lessons held, missed and made up for."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import RowMapping, select
from uuid_utils.compat import uuid7

from services.sponsorship.commands.helpers import ask_for_teachers, change_teachers
from services.sponsorship.commands.seen import stale
from services.sponsorship.domain import courses as rules
from services.sponsorship.domain.courses import CourseState, LessonState, Term
from services.sponsorship.ledger import LessonBook
from services.sponsorship.repository import lessons
from services.sponsorship.tables import COURSE, LESSON
from shared.messaging.unit import Unit
from shared.outcomes import Refused, conflict, invalid, missing

PLANNED_AHEAD = timedelta(days=400)
LATE_BY = timedelta(days=60)
"""Learners keep their place until the course has ended, so it does not go on for ever by one day that was mistyped."""


@dataclass(frozen=True)
class Plan:
    """A course to come, in terms that follow each other. Lessons are on the `weekdays` (Monday is 0) but `days_off`."""

    code: str
    level: str
    places: int
    teachers: int
    first_day: date
    terms: int
    term_days: int
    weekdays: frozenset[int]
    days_off: frozenset[date]
    minutes: int
    region: str | None
    online: bool


async def plan(unit: Unit, late_days: int, wanted: Plan) -> list[UUID] | Refused:
    """Plan a course with all its lessons, ask for its teachers, and give its places to those who wait.

    Refused for a code that is known, a first day that is over, or a term in which no day has a lesson.
    """
    if wanted.first_day < unit.today:
        return invalid("A course begins today or later.", ("first_day", "is over"))
    if wanted.first_day > unit.today + PLANNED_AHEAD:
        words = f"A course is planned at most {PLANNED_AHEAD.days} days ahead: who waits would be given a place in it."
        return invalid(words, ("first_day", "lies too far ahead"))
    terms = rules.terms(wanted.first_day, wanted.terms, wanted.term_days)
    days = {each: rules.lesson_days(each, wanted.weekdays, wanted.days_off) for each in terms}
    if empty := [each.number for each in terms if not days[each]]:
        return invalid(f"Term {empty[0]} has no lesson.", ("weekdays", "no day of the term is one of these"))
    async with LessonBook.open(unit, late_days):
        if await unit.session.scalar(select(COURSE.c.id).where(COURSE.c.code == wanted.code).limit(1)):
            return conflict("There is a course with this code. Give this one another.")
        return [await _open(unit, wanted, term, days[term]) for term in terms]


async def _open(unit: Unit, wanted: Plan, term: Term, days: Collection[date]) -> UUID:
    course_id = uuid7()
    same = {name: getattr(wanted, name) for name in ("code", "level", "places", "region", "online")}
    row = {**same, "id": course_id, "term": term.number, "actor": unit.actor.id}
    unit.writes.insert(COURSE, [{**row, "starts_on": term.starts_on, "ends_on": term.ends_on}])
    lesson = {"course_id": course_id, "minutes": wanted.minutes}
    unit.writes.insert(LESSON, [{**lesson, "id": uuid7(), "on_day": each} for each in days])
    await ask_for_teachers(unit, course_id, wanted.teachers)
    return course_id


async def _going_on(unit: Unit, course_id: UUID) -> RowMapping | Refused:
    course = await lessons.course(unit.session, course_id)
    if course is None:
        return missing(f"course {course_id}")
    return course if course["state"] == CourseState.OPEN else conflict("This course is over.")


async def set_places(
    unit: Unit, late_days: int, course_id: UUID, version: int, places: int
) -> UUID | Refused:
    """The course has more or fewer places. Refused below what is taken: nobody is sent away by a number."""
    async with LessonBook.open(unit, late_days):
        course = await _going_on(unit, course_id)
        if isinstance(course, Refused):
            return course
        if refused := stale("course", course["version"], version):
            return refused
        if places < course["taken"]:
            words = f"{course['taken']} places are taken. Take somebody out first."
            return invalid(words, ("places", "is less than what is taken"))
        await lessons.set_course(unit.session, course_id, places=places, version=version + 1)
        return course_id


async def cancel(unit: Unit, late_days: int, course_id: UUID) -> UUID | Refused:
    """There is no such course after all. Its learners wait again, with the time they had waited, and may get a place in
    another one at once.
    """
    async with LessonBook.open(unit, late_days) as book:
        course = await _going_on(unit, course_id)
        if isinstance(course, Refused):
            return course
        placed = await lessons.places_in(unit.session, course_id)
        book.decide(*(each.waits_again() for each in placed))
        await lessons.set_course(unit.session, course_id, state=CourseState.CANCELLED.value)
        await change_teachers(unit, course_id, withdrawn=True)
        return course_id


async def teacher_absent(
    unit: Unit, late_days: int, lesson_id: UUID, make_up_on: date | None
) -> UUID | Refused:
    """The teacher misses a lesson, which then counts for nobody; it is made up for on a day, whose lesson this gives.

    Without a day it is the first one that fits. A course that would end before it ends with it.
    """
    async with LessonBook.open(unit, late_days):
        lesson = await lessons.lesson_of(unit.session, lesson_id)
        if lesson is None:
            return missing(f"lesson {lesson_id}")
        course = await _going_on(unit, lesson["course_id"])
        if isinstance(course, Refused):
            return course
        if lesson["state"] != LessonState.PLANNED:
            return conflict("This lesson was held or missed already.")
        known = [each["on_day"] for each in await lessons.lessons_of(unit.session, course["id"])]
        after = max(lesson["on_day"], unit.today - rules.ONE_DAY)
        on_day = make_up_on or rules.make_up_day(after, known, course["ends_on"])
        if on_day is None:
            return conflict("No day is free for a make-up lesson soon. Say one.")
        return _not_then(course, after, on_day) or await _make_up(unit, course, lesson, on_day)


def _not_then(course: RowMapping, after: date, on_day: date) -> Refused | None:
    """Why a lesson is not made up for on this day; None if it may be."""
    if on_day <= after:
        words = "A lesson is made up for after it was missed, today or later."
        return invalid(words, ("make_up_on", "is too early"))
    if on_day > course["ends_on"] + LATE_BY:
        words = f"A course that ends on {course['ends_on']} goes on for at most {LATE_BY.days} days more."
        return invalid(words, ("make_up_on", "lies too far ahead"))
    return None


async def _make_up(unit: Unit, course: RowMapping, lesson: RowMapping, on_day: date) -> UUID:
    made = {"id": uuid7(), "course_id": course["id"], "minutes": lesson["minutes"], "makes_up": lesson["id"]}
    unit.writes.insert(LESSON, [{**made, "on_day": on_day}])
    unit.writes.change(LESSON, [{"id": lesson["id"], "state": LessonState.MISSED.value}])
    if on_day > course["ends_on"]:
        await lessons.set_course(unit.session, course["id"], ends_on=on_day)
        await change_teachers(unit, course["id"])
    return UUID(str(made["id"]))


async def attend(
    unit: Unit, late_days: int, lesson_id: UUID, version: int, came: Mapping[UUID, int]
) -> int | Refused:
    """A lesson was held; `came` has the minutes of those who came, by member. Who has a place and is not named was
    absent. Said again, it replaces what was said before. Gives how many were there for at least a minute.
    """
    async with LessonBook.open(unit, late_days):
        lesson = await lessons.lesson_of(unit.session, lesson_id)
        if lesson is None:
            return missing(f"lesson {lesson_id}")
        if lesson["state"] == LessonState.MISSED or lesson["on_day"] > unit.today:
            return conflict("This lesson was missed, or has not been held yet.")
        if refused := stale("lesson", lesson["version"], version):
            return refused
        if max(came.values(), default=0) > lesson["minutes"]:
            return invalid(f"The lesson had {lesson['minutes']} minutes.", ("minutes", "is more than that"))
        places = await lessons.places_on(unit.session, lesson)
        if strangers := came.keys() - places.keys():
            words = f"Member {min(strangers)} had no place in this course on that day."
            return invalid(words, ("attended", "names somebody without a place"))
        minutes = {place_id: came.get(member_id, 0) for member_id, place_id in places.items()}
        await lessons.save_attendance(unit.session, lesson_id, minutes, unit.actor.id)
        held = {"state": LessonState.HELD.value, "version": version + 1}
        unit.writes.change(LESSON, [{"id": lesson_id, **held}])
        return sum(each > 0 for each in minutes.values())
