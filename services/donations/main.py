"""Wires the donations service. It has no rules yet: it answers health and metrics, and says nothing."""

from fastapi import FastAPI

from services.donations.settings import Settings
from shared.service.app import application
from shared.service.parts import Parts, Service


def build(settings: Settings) -> FastAPI:
    """The service as an application."""
    return application(Service("donations", settings, Parts()))
