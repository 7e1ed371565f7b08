"""Wires the inventory service."""

from functools import partial

from fastapi import FastAPI

from services.inventory import api, day, figures, handlers
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
        reminders={day.FORECAST: partial(day.tell_shortfall, settings)},
        observe=figures.observe(settings),
        check=figures.check(settings),
        actuals=figures.actuals,
        description="Stock, reservations, deliveries and forecasts. It knows ids, sizes and counts, never a name.",
    ).app()
