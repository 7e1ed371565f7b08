"""Wires the intake service."""

from fastapi import FastAPI

from services.intake import api, checks, day, handlers, queries
from services.intake.settings import Settings
from shared.service.app import application
from shared.service.parts import Parts, Service

DESCRIPTION = "Who is helped: households and their members. The only service that knows names."


def build(settings: Settings) -> FastAPI:
    """The service as an application."""
    parts = Parts(
        description=DESCRIPTION,
        routers=api.routers(settings),
        hears=handlers.hears(settings),
        on_day=day.on_day(settings),
        observe=queries.observe(settings),
        actuals=queries.actuals(settings),
        check=checks.check(settings),
        kept=checks.KEPT,
        standings=checks.standings(settings),
    )
    return application(Service("intake", settings, parts))
