"""What several routes share: codes, quantities, reasons, the settings, and showing what a command did."""

import re
from collections.abc import Callable
from datetime import date
from typing import Annotated, TypeVar

from fastapi import Depends, Query
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from services.inventory.ledger import renewal
from services.inventory.settings import Settings
from shared.outcomes import Refused
from shared.principals import Role
from shared.web.roles import allows
from shared.web.work import OpenUnits, app_settings

T = TypeVar("T")
M = TypeVar("M")

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


def _only_written(value: object) -> object:
    """A number is no date, though it could be read as seconds since 1970."""
    if isinstance(value, date) or (isinstance(value, str) and _WRITTEN.fullmatch(value)):
        return value
    raise ValueError("a date is written like 2006-11-01")


_WRITTEN = re.compile(r"\d{4}-\d{2}-\d{2}")
Day = Annotated[date, BeforeValidator(_only_written)]


class Body(BaseModel):
    """A request: a field that is not known is an error, not a surprise."""

    model_config = ConfigDict(extra="forbid")


class Goods(Body):
    """So much of an item."""

    item: Code
    quantity: Quantity
    expires_on: Day | None = Field(default=None, description="none if it keeps")


class WithReason(Body):
    """Why."""

    reason: Reason


def shown(outcome: T | Refused, show: Callable[[T], M]) -> M | Refused:
    """What a command did as the answer shows it; what it refused as it is."""
    return outcome if isinstance(outcome, Refused) else show(outcome)
