"""Donations' routes: donors, gifts, letters, notices, grants, funds and their books. They parse, call and map."""

from collections.abc import Sequence

from fastapi import APIRouter

from services.donations.api import (
    advances,
    appeals,
    books,
    charges,
    conversions,
    disputes,
    donors,
    funds,
    gifts,
    grants,
    imports,
    in_kind,
    letters,
    monthly,
    notices,
    pledges,
    rates,
    receipts,
    reconciling,
    statements,
    transfers,
)
from services.donations.settings import Settings


def routers(_: Settings) -> Sequence[APIRouter]:
    """All routes of this service."""
    giving = (donors, imports, gifts, in_kind, pledges, monthly, notices, reconciling, disputes, appeals)
    letters_of = (receipts, statements, letters)
    money = (grants, advances, funds, conversions, charges, transfers, books, rates)
    return [each.router for each in (*giving, *letters_of, *money)]
