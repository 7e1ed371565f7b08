"""Sponsorship's JSON routes: parse, call and map."""

from collections.abc import Sequence

from fastapi import APIRouter

from services.sponsorship.api import (
    certificates,
    children,
    courses,
    gifts,
    holds,
    incidents,
    learners,
    letter_checks,
    letter_contents,
    letters,
    reports,
    school,
    sponsors,
    sponsorships,
    translators,
)
from services.sponsorship.settings import Settings

LESSONS = (courses, learners, certificates)
SCHOOL = (school, reports)
LETTERS = (letter_contents, letter_checks, translators, letters, incidents)


def routers(_: Settings) -> Sequence[APIRouter]:
    """All routes of this service."""
    return [
        each.router for each in (children, sponsorships, holds, gifts, sponsors, *LESSONS, *SCHOOL, *LETTERS)
    ]
