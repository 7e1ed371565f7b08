"""Wires the intake service."""

from fastapi import FastAPI

from services.intake import api, checks, figures, handlers
from services.intake.settings import Settings
from shared.service.app import application
from shared.service.parts import Parts, Service

DESCRIPTION = "Who is helped: households and their members. The only service that knows names."


def build(settings: Settings) -> FastAPI:
    """The service as an application."""
    parts = Parts(
        description=DESCRIPTION,
        routers=api.ROUTERS,
        hears=handlers.HANDLERS,
        observe=figures.observe,
        actuals=figures.actuals,
        check=checks.check,
        standings=checks.standings,
    )
    return application(Service("intake", settings, parts))
