"""Events' routes. They parse, call and map."""

from collections.abc import Sequence

from fastapi import APIRouter

from services.events.api import gatherings, needs, slots, speakers, volunteers
from services.events.settings import Settings


def routers(_: Settings) -> Sequence[APIRouter]:
    """All routes of this service."""
    return [each.router for each in (gatherings, speakers, slots, volunteers, needs)]
