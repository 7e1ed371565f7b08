"""Inventory's JSON routes: the catalogue, goods, stock, households' supplies, figures. They parse, call and map."""

from collections.abc import Sequence

from fastapi import APIRouter

from services.inventory.api import catalogue, figures, goods, planning, stock, supplies, undoing
from services.inventory.settings import Settings


def routers(_: Settings) -> Sequence[APIRouter]:
    """All routes of this service."""
    routes = (catalogue, goods, planning, stock, undoing, supplies, figures)
    return [each.router for each in routes]
