"""Inventory's JSON routes: the catalogue, the storekeeper's desk, households' supplies, figures."""

from fastapi import APIRouter

from services.inventory.api import catalogue, desk, figures, supplies

router = APIRouter()
for part in (catalogue.router, desk.router, supplies.router, figures.router):
    router.include_router(part)
