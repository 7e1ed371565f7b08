"""Fields that several requests share: codes, quantities, reasons, the place in a list."""

from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from shared.web.problems import invalid

Code = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$", max_length=40, examples=["rice"])]
Quantity = Annotated[
    int, Field(strict=True, ge=1, le=10**12, description="base units: grams, sets, kits, places, pieces")
]
Difference = Annotated[
    int, Field(strict=True, ge=-(10**12), le=10**12, description="base units; below 0 takes off")
]
Reason = Annotated[str, Field(min_length=3, max_length=200, examples=["bag torn in transport"])]
Reference = Annotated[str, Field(min_length=1, max_length=100, examples=["waybill 2006-11-01"])]


class Body(BaseModel):
    """A request: a field that is not known is an error, not a surprise."""

    model_config = ConfigDict(extra="forbid")


def place(after: str | None) -> UUID | None:
    """Where the page before ended. Problem 422 for what no page gave."""
    try:
        return UUID(after) if after else None
    except ValueError:
        raise invalid(
            "This page cannot be found.", [("after", "must be the `next` of the page before")]
        ) from None
