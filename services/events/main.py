"""Wires the events service. It has no rules yet: it answers health and metrics, and says nothing."""

from fastapi import FastAPI

from services.events.settings import Settings
from shared.service import Service


def build(settings: Settings) -> FastAPI:
    """The service as an application."""
    return Service("events", settings).app()
