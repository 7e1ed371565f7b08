"""What several routes share: codes, quantities, reasons, the settings, and showing what a command did."""

from typing import Annotated

from fastapi import Depends, Query
from pydantic import Field

from services.inventory.ledger import renewal
from services.inventory.settings import Settings
from shared.principals import Role
from shared.web.models import Body, Day
from shared.web.roles import allows
from shared.web.work import OpenUnits, app_settings

Code = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$", max_length=40, examples=["rice"])]
Quantity = Annotated[
    int, Field(strict=True, ge=1, le=10**12, description="base units: grams, sets, kits, places, pieces")
]
Difference = Annotated[
    int, Field(strict=True, ge=-(10**12), le=10**12, description="base units; below 0 takes off")
]
Reason = Annotated[
    str,
    Field(
        min_length=3,
        max_length=200,
        description="in your own words; they stay with this decision and no other service is told them",
        examples=["bag torn in transport"],
    ),
]
Note = Annotated[str | None, Field(description="what the person who decided wrote about it")]
Reference = Annotated[str, Field(min_length=1, max_length=100, examples=["waybill 2006-11-01"])]
Filter = Annotated[str | None, Query(max_length=40)]
LOOKING = allows(Role.STOREKEEPER, Role.CASEWORKER, Role.AUDITOR)
"""Who may see shelters: their codes and names, and who sleeps where, are told to no one else."""
StoreSettings = Annotated[Settings, Depends(app_settings)]


async def _renewed(units: OpenUnits, settings: StoreSettings) -> None:
    await renewal.finish(units, settings.rules)


RENEWED = Depends(_renewed)
"""Whoever changes the store at the beginning of a ration period comes after the rations of it."""


class Goods(Body):
    """So much of an item."""

    item: Code
    quantity: Quantity
    expires_on: Day | None = Field(default=None, description="none if it keeps")


class WithReason(Body):
    """Why."""

    reason: Reason
