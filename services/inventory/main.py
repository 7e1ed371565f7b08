"""Wires the inventory service."""

from fastapi import FastAPI

from services.inventory import api, checks, day, handlers, queries
from services.inventory.settings import Settings
from shared.service.app import application
from shared.service.parts import Parts, Service

DESCRIPTION = "Stock, reservations, deliveries and forecasts. It knows ids, sizes and counts, never a name."


def build(settings: Settings) -> FastAPI:
    """The service as an application."""
    parts = Parts(
        description=DESCRIPTION,
        routers=api.routers(settings),
        hears=handlers.hears(settings),
        on_day=day.on_day(settings),
        ahead=day.ahead(settings),
        timers=day.timers(settings),
        observe=queries.observe(settings),
        actuals=queries.actuals(settings),
        put_off=queries.put_off(settings),
        check=checks.check(settings),
        kept=checks.KEPT,
        standings=checks.standings(settings),
    )
    return application(Service("inventory", settings, parts))
