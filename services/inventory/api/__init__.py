"""Inventory's JSON routes: catalogue, goods, stock, purchases, households' supplies, figures: parse, call, map."""

from collections.abc import Sequence

from fastapi import APIRouter

from services.inventory.api import (
    buying,
    catalogue,
    correcting,
    figures,
    goods,
    lots,
    moving,
    planning,
    stock,
    supplies,
    undoing,
)
from services.inventory.settings import Settings


def routers(_: Settings) -> Sequence[APIRouter]:
    """All routes of this service."""
    routes = (catalogue, goods, planning, stock, correcting, moving, lots, undoing, buying, supplies, figures)
    return [each.router for each in routes]
