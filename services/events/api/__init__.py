"""Events' routes. They parse, call and map."""

from collections.abc import Sequence

from fastapi import APIRouter

from services.events.api import gatherings, guests, imports, needs, seats, slots, speakers, volunteers
from services.events.settings import Settings


def routers(_: Settings) -> Sequence[APIRouter]:
    """All routes of this service."""
    shown = (gatherings, seats, imports, guests, speakers, slots, volunteers, needs)
    return [each.router for each in shown]
