"""Learners and places in courses."""

from shared.contracts.sponsorship import LessonPlaceChanged
from shared.service.said import newest_said

_ONCE = """
    SELECT count(*), count(*) FILTER (WHERE places > 1) FROM (
        SELECT count(*) AS places FROM lesson_place WHERE state IN ('waiting', 'placed') GROUP BY member_id) learners
"""
_PLACES = """
    SELECT count(*), count(*) FILTER (WHERE coalesce(counted.taken, 0) > course.places
        OR coalesce(counted.taken, 0) <> course.taken)
    FROM course LEFT JOIN (
        SELECT course_id, count(*) AS taken FROM lesson_place WHERE state IN ('placed', 'finished') GROUP BY 1
    ) counted ON counted.course_id = course.id
"""
_WANTED = """
    SELECT count(*), count(*) FILTER (WHERE NOT settlement.wished
        OR NOT lesson_place.member_id = ANY(settlement.member_ids)
        OR coalesce(closed.version, 0) > settlement.household_version)
    FROM lesson_place JOIN settlement ON settlement.id = lesson_place.request_id
    LEFT JOIN closed_household closed ON closed.id = settlement.household_id
    WHERE lesson_place.state IN ('waiting', 'placed')
"""
_SAID = newest_said("learner", LessonPlaceChanged)
_MADE_UP = """
    SELECT count(*), count(*) FILTER (WHERE instead.id IS NULL)
    FROM lesson LEFT JOIN lesson instead ON instead.makes_up = lesson.id WHERE lesson.state = 'missed'
"""
_ATTENDED = """
    SELECT count(*), count(*) FILTER (WHERE attendance.minutes > lesson.minutes OR lesson.state <> 'held')
    FROM attendance JOIN lesson ON lesson.id = attendance.lesson_id
"""
_CERTIFIED = """
    SELECT count(*), count(*) FILTER (WHERE place.state <> 'finished' OR number <> place_in_year)
    FROM (SELECT *, row_number() OVER (PARTITION BY year ORDER BY number) AS place_in_year FROM certificate) numbered
    JOIN lesson_place place ON place.id = numbered.place_id
"""
_TEACHERS = """
    SELECT count(*), count(*) FILTER (WHERE need.open AND course.state = 'cancelled')
    FROM helper_need need JOIN course ON course.id = need.course_id
"""
CHECKS = {
    "nobody has two places in lessons": _ONCE,
    "no course has more learners than places": _PLACES,
    "each place in lessons is still wanted": _WANTED,
    "the newest place of each learner was said": _SAID,
    "no teacher is looked for when the course is cancelled": _TEACHERS,
    "each lesson that was missed is made up for": _MADE_UP,
    "nobody attended more than a lesson had": _ATTENDED,
    "certificates are of who finished, and no number is left out": _CERTIFIED,
}
"""By what is counted: each query gives how many there are and how many break the rule."""
