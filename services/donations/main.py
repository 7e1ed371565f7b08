"""Wires the donations service. It has no rules yet: it answers health and metrics, and says nothing."""

from fastapi import FastAPI

from services.donations.settings import Settings
from shared.service import Service


def build(settings: Settings) -> FastAPI:
    """The service as an application."""
    return Service("donations", settings).app()
