"""Fields that several requests share: codes, quantities, reasons."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

Code = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$", max_length=40, examples=["rice"])]
Quantity = Annotated[int, Field(ge=1, le=10**12, description="base units: grams, sets, kits, places, pieces")]
Difference = Annotated[int, Field(ge=-(10**12), le=10**12, description="base units; below 0 takes off")]
Reason = Annotated[str, Field(min_length=3, max_length=200, examples=["bag torn in transport"])]
Reference = Annotated[str, Field(min_length=1, max_length=100, examples=["waybill 2006-11-01"])]


class Body(BaseModel):
    """A request: a field that is not known is an error, not a surprise."""

    model_config = ConfigDict(extra="forbid")
