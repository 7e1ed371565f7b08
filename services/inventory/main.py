"""Wires the inventory service."""

from functools import partial

from fastapi import FastAPI

from services.inventory import api, checks, day, figures, handlers
from services.inventory.books import FORECAST
from services.inventory.settings import Settings
from shared.service import Service


def build(settings: Settings) -> FastAPI:
    """The service as an application."""
    return Service(
        "inventory",
        settings,
        routers=[api.router],
        handlers=handlers.hears(settings.rules),
        on_day=partial(day.on_day, settings.rules),
        reminders={FORECAST: partial(day.tell_shortfall, settings)},
        observe=figures.observe(settings),
        check=checks.check(settings),
        actuals=figures.actuals,
        description="Stock, reservations, deliveries and forecasts. It knows ids, sizes and counts, never a name.",
    ).app()
