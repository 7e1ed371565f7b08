"""Wires the events service."""

from fastapi import FastAPI

from services.events import api, checks, day, handlers, queries
from services.events.settings import Settings
from shared.service.app import application
from shared.service.parts import Parts, Service

DESCRIPTION = (
    "Gatherings, guests, seats, speakers and helpers. It knows guests, and no name of those who are helped."
)


def build(settings: Settings) -> FastAPI:
    """The service as an application."""
    parts = Parts(
        description=DESCRIPTION,
        routers=api.routers(settings),
        hears=handlers.hears(settings),
        on_day=day.on_day(settings),
        timers=day.timers(settings),
        actuals=queries.actuals(settings),
        put_off=queries.put_off(settings),
        check=checks.check(settings),
        kept=checks.KEPT,
    )
    return application(Service("events", settings, parts))
