"""Wires the donations service."""

from fastapi import FastAPI

from services.donations import api, checks, day, handlers, queries
from services.donations.settings import Settings
from shared.service.app import application
from shared.service.parts import Parts, Service

DESCRIPTION = "Gifts, funds, grants and the ledger. It knows donors, and of those who are helped no name."


def build(settings: Settings) -> FastAPI:
    """The service as an application."""
    parts = Parts(
        description=DESCRIPTION,
        routers=api.routers(settings),
        hears=handlers.hears(settings),
        timers=day.timers(settings),
        observe=queries.observe(settings),
        actuals=queries.actuals(settings),
        check=checks.check(settings),
    )
    return application(Service("donations", settings, parts))
