"""The HTTP interface of intake (JSON): routes parse, call a command or a query, and map what comes back."""

from fastapi import APIRouter

from services.intake.api import (
    cases,
    consents,
    figures,
    grants,
    households,
    imports,
    readings,
    renewals,
    settling,
)
from services.intake.settings import Settings


def routers(_: Settings) -> tuple[APIRouter, ...]:
    """Every route of this service."""
    people = (households.router, consents.router, renewals.router, cases.router)
    return *people, grants.router, settling.router, imports.router, figures.router, readings.router
