"""Wires the inventory service."""

from functools import partial

from fastapi import FastAPI

from services.inventory import api, checks, day, figures, handlers
from services.inventory.books import FORECAST
from services.inventory.settings import Settings
from shared.service.app import application
from shared.service.parts import Parts, Service

DESCRIPTION = "Stock, reservations, deliveries and forecasts. It knows ids, sizes and counts, never a name."


def build(settings: Settings) -> FastAPI:
    """The service as an application."""
    parts = Parts(
        description=DESCRIPTION,
        routers=[api.router],
        hears=handlers.hears(settings.rules),
        on_day=partial(day.on_day, settings.rules),
        timers={FORECAST: partial(day.tell_shortfall, settings)},
        observe=figures.observe(settings),
        actuals=figures.actuals,
        check=checks.check(settings),
        standings=checks.standings,
    )
    return application(Service("inventory", settings, parts))
