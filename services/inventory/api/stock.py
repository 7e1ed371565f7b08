"""What lies on the shelves, and the ledger: looking at it."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field
from sqlalchemy import RowMapping

from services.inventory.api.models import LOOKING, Filter, Note
from services.inventory.domain.items import Kind
from services.inventory.domain.movements import MovementKind
from services.inventory.domain.reasons import because_of
from services.inventory.domain.wording import words_of
from services.inventory.queries import lists
from shared.web.models import Day
from shared.web.paging import After, Limit, Page, page_of, place_of
from shared.web.work import Reading

router = APIRouter(tags=["stock"])


class ShelfOut(BaseModel):
    """What one depot holds of one item, in base units."""

    depot: str
    item: str
    kind: Kind
    unit: str
    on_hand: int
    reserved: int
    free: int


@router.get("/stock", dependencies=[LOOKING])
async def stock(
    session: Reading,
    depot: Filter = None,
    item: Filter = None,
    kind: Kind | None = None,
    limit: Limit = 100,
    after: After = None,
) -> Page[ShelfOut]:
    """Shelves by item and depot."""
    found = await lists.stock(session, limit + 1, after, depot, item, kind)
    return page_of(
        found,
        limit,
        lambda row: ShelfOut(**row, free=row["on_hand"] - row["reserved"]),
        lambda row: row["place"],
    )


class MovementOut(BaseModel):
    """One line of the ledger; `on_hand` and `reserved` are differences in base units."""

    id: UUID
    at: datetime = Field(description="when it was written down, UTC")
    on_day: date
    depot: str
    item: str
    kind: MovementKind
    on_hand: int
    reserved: int
    household_id: UUID | None
    document_id: UUID | None
    lot_id: UUID | None
    expires_on: date | None = Field(description="of the lot")
    reverses: UUID | None
    actor: str = Field(description="who decided: a principal's id")
    reason: str
    note: Note

    @classmethod
    def of(cls, row: RowMapping) -> "MovementOut":
        values = {name: row[name] for name in cls.model_fields if name != "reason"}
        return cls(**values, reason=words_of(because_of(row["reason"], row["numbers"])))


@router.get("/movements", dependencies=[LOOKING])
async def movements(  # noqa: PLR0913, PLR0917, each is a filter
    session: Reading,
    depot: Filter = None,
    item: Filter = None,
    kind: MovementKind | None = None,
    household_id: UUID | None = None,
    first: Annotated[Day | None, Query(alias="from")] = None,
    last: Annotated[Day | None, Query(alias="to")] = None,
    limit: Limit = 100,
    after: After = None,
) -> Page[MovementOut]:
    """The ledger, the oldest line first."""
    which = lists.MovementFilter(depot, item, kind, household_id, first, last)
    found = await lists.movements(session, which, limit + 1, place_of(after))
    return page_of(found, limit, MovementOut.of, lambda row: row["id"])
