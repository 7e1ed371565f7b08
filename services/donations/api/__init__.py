"""Donations' routes: donors, gifts, letters, notices, grants, funds and their books. They parse, call and map."""

from collections.abc import Sequence

from fastapi import APIRouter

from services.donations.api import (
    appeals,
    books,
    donors,
    funds,
    gifts,
    grants,
    letters,
    monthly,
    notices,
    rates,
    receipts,
    reconciling,
    statements,
)
from services.donations.settings import Settings


def routers(_: Settings) -> Sequence[APIRouter]:
    """All routes of this service."""
    rooms = (
        donors,
        gifts,
        receipts,
        statements,
        letters,
        monthly,
        notices,
        reconciling,
        appeals,
        grants,
        funds,
        books,
        rates,
    )
    return [each.router for each in rooms]
