"""Lots: what is left of them, when they expire, who was given some; blocking them."""

from datetime import date, timedelta
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel
from sqlalchemy import RowMapping

from services.inventory.api.correcting import STOREKEEPER, ShelvesChanged, changed
from services.inventory.api.models import LOOKING, RENEWED, Filter, StoreSettings, WithReason
from services.inventory.commands import recalling
from services.inventory.domain.items import Kind
from services.inventory.queries import lists
from shared.messaging.day import today_of
from shared.messaging.unit import Unit
from shared.outcomes import Refused, missing
from shared.web.models import shown
from shared.web.paging import After, Limit, Page, page_of, place_of
from shared.web.work import Reading, Work, accepted

router = APIRouter(tags=["stock"])


class LotOut(BaseModel):
    """What is left of goods that came together, with their date; `days_left` counts today. Of a `recalled` lot nothing
    comes back to the shelf; `blocked` is what was taken off it.
    """

    id: UUID
    depot: str
    item: str
    kind: Kind
    unit: str
    expires_on: date | None
    days_left: int | None
    on_hand: int
    blocked: int
    recalled: bool

    @classmethod
    def of(cls, row: RowMapping, today: date) -> "LotOut":
        until = row["expires_on"]
        return cls(**row, days_left=until and (until - today).days + 1)


@router.get("/lots", dependencies=[LOOKING])
async def lots(
    session: Reading,
    depot: Filter = None,
    item: Filter = None,
    expiring_within: Annotated[
        int | None, Query(ge=0, le=3660, description="so many days after today")
    ] = None,
    limit: Limit = 100,
    after: After = None,
) -> Page[LotOut]:
    """Lots with something left, or blocked, in the order in which they came."""
    today = await today_of(session)
    until = None if expiring_within is None else today + timedelta(days=expiring_within)
    found = await lists.lots(session, limit + 1, place_of(after), depot, item, until)
    return page_of(found, limit, lambda row: LotOut.of(row, today), lambda row: row["id"])


class GivenOut(BaseModel):
    """What a household was given of a lot, or of kits that were put together with some of it."""

    household_id: UUID
    item: str
    lot_id: UUID
    quantity: int


@router.get("/lots/{lot_id}/given", dependencies=[LOOKING])
async def given(lot_id: UUID, session: Reading) -> list[GivenOut]:
    """Who was given something of a lot, so that they can be told."""
    accepted(await lists.lot_known(session, lot_id) or missing("such lot"))
    return [GivenOut(**row) for row in await lists.given_of(session, lot_id)]


@router.post("/lots/{lot_id}/block", dependencies=[STOREKEEPER, RENEWED])
async def block(lot_id: UUID, body: WithReason, work: Work, settings: StoreSettings) -> ShelvesChanged:
    """Nothing that is left of a lot, or came of it, is given out; reservations on it are dealt again from other lots.
    Nothing of it comes back, even if all was handed out.
    """

    async def do(unit: Unit) -> ShelvesChanged | Refused:
        return shown(await recalling.block(unit, settings.rules, lot_id, body.reason), changed)

    return await work.once(ShelvesChanged, do)


@router.post("/lots/{lot_id}/unblock", dependencies=[STOREKEEPER, RENEWED])
async def unblock(lot_id: UUID, body: WithReason, work: Work, settings: StoreSettings) -> ShelvesChanged:
    """What was blocked of a lot is given out again."""

    async def do(unit: Unit) -> ShelvesChanged | Refused:
        return shown(await recalling.unblock(unit, settings.rules, lot_id, body.reason), changed)

    return await work.once(ShelvesChanged, do)
