"""Sponsorship's JSON routes: parse, call and map."""

from collections.abc import Sequence

from fastapi import APIRouter

from services.sponsorship.api import children, gifts, holds, sponsors
from services.sponsorship.settings import Settings


def routers(_: Settings) -> Sequence[APIRouter]:
    """All routes of this service."""
    return [each.router for each in (children, holds, gifts, sponsors)]
