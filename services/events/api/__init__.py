"""Events' routes. They parse, call and map."""

from collections.abc import Sequence

from fastapi import APIRouter

from services.events.api import (
    calendars,
    gatherings,
    guests,
    imports,
    lists,
    needs,
    papers,
    seats,
    slots,
    speakers,
    volunteers,
)
from services.events.settings import Settings


def routers(_: Settings) -> Sequence[APIRouter]:
    """All routes of this service."""
    of_gatherings = (gatherings, seats, imports, lists, papers, guests, calendars)
    return [each.router for each in (*of_gatherings, speakers, slots, volunteers, needs)]
