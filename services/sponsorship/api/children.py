"""Children who wait for a school place, and those who have a sponsor."""

from datetime import date
from typing import Annotated, Self
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field
from sqlalchemy import RowMapping

from services.sponsorship.api.models import LOOKING
from services.sponsorship.queries import children as lists
from shared.contracts.sponsorship import ChildStatus
from shared.web.paging import After, Limit, Page, page_of, place_of
from shared.web.work import Reading

router = APIRouter(prefix="/children", tags=["children"])

Region = Annotated[str | None, Query(max_length=40)]


class ChildOut(BaseModel):
    """A child as staff see it."""

    child_id: UUID
    alias: str
    household_id: UUID
    region: str
    status: str
    since: date
    waiting_since: date
    reasons: list[str] = Field(description="why it is more urgent than others")
    left_reason: str | None = Field(description="for staff alone; no sponsor is told it")

    @classmethod
    def of(cls, row: RowMapping) -> Self:
        return cls(child_id=row["id"], **{name: row[name] for name in cls.model_fields if name != "child_id"})


@router.get("", dependencies=[LOOKING])
async def children(
    session: Reading,
    status: ChildStatus | None = None,
    region: Region = None,
    limit: Limit = 100,
    after: After = None,
) -> Page[ChildOut]:
    """Children in the order in which they are to be served: the most urgent first, then who waits longest."""
    found = await lists.children(session, lists.Wanted(status, region), limit + 1, place_of(after))
    return page_of(found, limit, ChildOut.of, lambda row: row["id"])
