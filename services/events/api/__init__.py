"""Events' routes. They parse, call and map."""

from collections.abc import Sequence

from fastapi import APIRouter

from services.events.api import calendars, gatherings, guests, imports, lists, papers, seats
from services.events.settings import Settings


def routers(_: Settings) -> Sequence[APIRouter]:
    """All routes of this service."""
    return [each.router for each in (gatherings, seats, imports, lists, papers, guests, calendars)]
