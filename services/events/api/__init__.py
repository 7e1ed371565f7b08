"""Events' routes. They parse, call and map."""

from collections.abc import Sequence

from fastapi import APIRouter

from services.events.api import (
    asking,
    assignments,
    calendars,
    changes,
    contacts,
    gatherings,
    guests,
    imports,
    letters,
    lists,
    needs,
    news,
    papers,
    seats,
    slots,
    speakers,
    volunteers,
)
from services.events.settings import Settings


def routers(settings: Settings) -> Sequence[APIRouter]:
    """All routes of this service."""
    of_gatherings = (gatherings, changes, seats, imports, lists, letters, papers, guests, contacts, calendars)
    of_people = (news, speakers, slots, volunteers, needs, assignments)
    fixed = [each.router for each in (*of_gatherings, *of_people)]
    return [asking.router(settings.seat_rules), *fixed]
