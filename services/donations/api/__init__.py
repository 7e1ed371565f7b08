"""Donations' JSON routes: donors, gifts, grants, funds and their books. They parse, call and map."""

from collections.abc import Sequence

from fastapi import APIRouter

from services.donations.api import appeals, books, donors, funds, gifts, grants, rates
from services.donations.settings import Settings


def routers(_: Settings) -> Sequence[APIRouter]:
    """All routes of this service."""
    return [each.router for each in (donors, gifts, appeals, grants, funds, books, rates)]
