"""Monthly gifts for children, as donations told of them."""

from datetime import date
from typing import Self
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, Field
from sqlalchemy import RowMapping

from services.sponsorship.api.models import LOOKING
from services.sponsorship.queries import holds as lists
from shared.web.paging import After, Limit, Page, page_of, place_of
from shared.web.work import Reading

router = APIRouter(prefix="/gifts", tags=["gifts"])


class GiftOut(BaseModel):
    """A monthly gift for children: how it stands, and how many children it has of those it is for."""

    gift_id: UUID
    donor_id: UUID | None
    status: str
    children: int = Field(description="for how many children it is")
    placed: int = Field(description="how many it keeps or supports")
    begun_on: date | None
    covered_until: date | None
    grace_until: date | None
    uncovered: int = Field(description="months that were covered once and are no longer")
    failing_since: date | None = Field(
        description="at risk since then: it gets no new child until it is paid"
    )

    @classmethod
    def of(cls, row: RowMapping) -> Self:
        return cls(gift_id=row["id"], **{name: row[name] for name in cls.model_fields if name != "gift_id"})


@router.get("", dependencies=[LOOKING])
async def gifts(session: Reading, limit: Limit = 100, after: After = None) -> Page[GiftOut]:
    """Monthly gifts for children, in the order in which they were registered."""
    found = await lists.gifts(session, limit + 1, place_of(after))
    return page_of(found, limit, GiftOut.of, lambda row: row["id"])
