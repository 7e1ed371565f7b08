"""Inventory's JSON routes: the catalogue, the storekeeper's desk, households' supplies, figures, and checks."""

from fastapi import APIRouter

from services.inventory.api import catalogue, checks, desk, figures, supplies

router = APIRouter()
for part in (catalogue.router, desk.router, supplies.router, figures.router, checks.router):
    router.include_router(part)
