"""Learners: tested, taken out, taken in again; and courses that are over."""

from dataclasses import replace
from datetime import date
from uuid import UUID

from sqlalchemy import RowMapping, update
from uuid_utils.compat import uuid7

from services.sponsorship.commands.seen import stale
from services.sponsorship.domain.lessons import Place
from services.sponsorship.ledger import LessonBook
from services.sponsorship.repository import lessons
from services.sponsorship.tables import LEARNER
from shared.contracts.sponsorship import LessonStatus
from shared.messaging.unit import Unit
from shared.outcomes import Refused, conflict, missing


async def _learner(unit: Unit, member_id: UUID) -> tuple[RowMapping, list[Place]] | Refused:
    known = (await lessons.learners(unit.session, [member_id])).get(member_id)
    places = await lessons.places_of(unit.session, [member_id])
    return (known, places) if known else missing(f"learner {member_id}")


async def test(
    unit: Unit, late_days: int, member_id: UUID, version: int, level: str, childcare: bool
) -> UUID | Refused:
    """The placement test found this level; a place in a course of another level that has not begun is given back.

    In one that goes on the learner stays: whoever wants that otherwise takes the learner out and in again.
    """
    async with LessonBook.open(unit, late_days) as book:
        found = await _learner(unit, member_id)
        if isinstance(found, Refused):
            return found
        if refused := stale("learner's test", found[0]["test_version"], version):
            return refused
        values = {
            "test_version": version + 1,
            "level": level,
            "tested_on": unit.today,
            "childcare": childcare,
        }
        await unit.session.execute(update(LEARNER).where(LEARNER.c.id == member_id).values(**values))
        now = next((each for each in found[1] if each.open), None)
        if now and now.course_id:
            course = await lessons.course(unit.session, now.course_id)
            if course and course["level"] != level and course["starts_on"] > unit.today:
                book.decide(now.waits_again())
        return member_id


async def leave(unit: Unit, late_days: int, member_id: UUID, reason: str) -> UUID | Refused:
    """The learner stops, or waits no longer; the place goes to who waits."""
    async with LessonBook.open(unit, late_days) as book:
        found = await _learner(unit, member_id)
        if isinstance(found, Refused):
            return found
        now = next((each for each in found[1] if each.open), None)
        if now is None:
            return conflict("This learner has no place and does not wait.")
        book.decide(now.left(reason, unit.today))
        return member_id


async def enrol_again(unit: Unit, late_days: int, member_id: UUID) -> UUID | Refused:
    """Somebody who left or finished wants lessons again: a new place, which waits from today.

    What ended before never blocks it. Refused if the request is withdrawn or the household closed since.
    """
    async with LessonBook.open(unit, late_days) as book:
        found = await _learner(unit, member_id)
        if isinstance(found, Refused):
            return found
        places = found[1]
        if any(each.open for each in places):
            return conflict("This learner has a place or waits already.")
        requests = await lessons.requests_of(unit.session, [member_id])
        closed = await lessons.closed_in(unit.session, (each.household_id for each in requests))
        live = [each for each in requests if each.lives(closed.get(each.household_id, 0))]
        if not live:
            return conflict("No request asks for lessons for this learner now. Intake has to ask first.")
        request = max(live, key=lambda each: (each.asked_on, each.id))
        state, today = LessonStatus.WAITING, unit.today
        book.decide(Place(uuid7(), member_id, request.household_id, request.id, state, today, again=True))
        return member_id


async def end_courses(unit: Unit, late_days: int, day: date) -> None:
    """Courses whose last day is over have ended: those who had a place have finished."""
    async with LessonBook.open(unit, late_days) as book:
        for course_id in await lessons.end_before(unit.session, day):
            placed = await lessons.places_in(unit.session, course_id)
            book.decide(*(replace(each, state=LessonStatus.FINISHED, ended_on=day) for each in placed))
