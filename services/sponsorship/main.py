"""Wires the sponsorship service."""

from fastapi import FastAPI

from services.sponsorship import api, checks, day, handlers, queries
from services.sponsorship.settings import Settings
from shared.service.app import application
from shared.service.parts import Parts, Service

DESCRIPTION = (
    "Children at school, their sponsors and letters; lessons. It knows ids and aliases, of children no name."
)


def build(settings: Settings) -> FastAPI:
    """The service as an application."""
    parts = Parts(
        description=DESCRIPTION,
        routers=api.routers(settings),
        hears=handlers.hears(settings),
        on_day=day.on_day(settings),
        timers=day.timers(settings),
        observe=queries.observe(settings),
        actuals=queries.actuals(settings),
        check=checks.check(settings),
        kept=checks.KEPT,
    )
    return application(Service("sponsorship", settings, parts))
