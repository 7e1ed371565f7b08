"""Donations' JSON routes: donors, gifts, notices, grants, funds and their books. They parse, call and map."""

from collections.abc import Sequence

from fastapi import APIRouter

from services.donations.api import (
    advances,
    appeals,
    books,
    donors,
    funds,
    gifts,
    grants,
    imports,
    in_kind,
    monthly,
    notices,
    pledges,
    rates,
    reconciling,
)
from services.donations.settings import Settings


def routers(_: Settings) -> Sequence[APIRouter]:
    """All routes of this service."""
    giving = (donors, imports, gifts, in_kind, pledges, monthly, notices, reconciling, appeals)
    money = (grants, advances, funds, books, rates)
    return [each.router for each in (*giving, *money)]
