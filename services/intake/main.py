"""Wires the intake service."""

from fastapi import FastAPI

from services.intake import checks, figures
from services.intake.api import ROUTERS
from services.intake.handlers import HANDLERS
from services.intake.settings import Settings
from shared.service import Service

DESCRIPTION = "Who is helped: households and their members. The only service that knows names."


def build(settings: Settings) -> FastAPI:
    """The service as an application."""
    service = Service(
        "intake",
        settings,
        routers=ROUTERS,
        handlers=HANDLERS,
        observe=figures.observe,
        check=checks.check,
        actuals=figures.actuals,
        description=DESCRIPTION,
    )
    return service.app()
