"""Lists of guests: take one in, and list those that were."""

from datetime import datetime
from functools import partial
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, Field

from services.events.api.models import EVENTS, LOOKING, EventsSettings
from services.events.importing.columns import GUESTS
from services.events.importing.report import Report
from services.events.importing.run import take_in
from services.events.queries import guests as queries
from services.events.repository.gatherings import find as find_one
from shared.outcomes import missing
from shared.spreadsheets.apart import open_apart
from shared.web.paging import After, Limit, Page, page_of, place_of
from shared.web.sheets import SHEET_FORM, sheet_of
from shared.web.work import Asking, OpenUnits, Reading, accepted

router = APIRouter(prefix="/gatherings/{gathering_id}/imports", tags=["seats"])
DryRun = Annotated[bool, Query(description="say what would happen and change nothing")]


# No Idempotency-Key: a guest has one seat or place at a gathering, so a file may be sent as often as one likes.
@router.post("", dependencies=[EVENTS], openapi_extra=SHEET_FORM)
async def take(
    gathering_id: UUID,
    request: Request,
    units: OpenUnits,
    actor: Asking,
    settings: EventsSettings,
    dry_run: DryRun = False,
) -> Report:
    """Ask for seats for a list of guests, in the order of its rows. Good rows are taken, each bad row is reported.

    Columns: name, mail or phone, language (like ja), member (yes or no), and party: rows with the same word there ask
    together.
    """
    async with sheet_of(request, GUESTS.what, partial(open_apart, columns=GUESTS)) as sheet:
        rules = settings.seat_rules
        return accepted(await take_in(units, actor, rules, gathering_id, sheet, dry_run=dry_run))


class ImportOut(BaseModel):
    """A list of guests that was taken in."""

    import_id: UUID
    at: datetime = Field(description="UTC")
    actor: str = Field(description="who sent it: a principal's id")
    rows: int
    seated: int
    waiting: int
    already_there: int
    bad_rows: int


@router.get("", dependencies=[LOOKING])
async def imports(
    gathering_id: UUID, session: Reading, after: After = None, limit: Limit = 50
) -> Page[ImportOut]:
    """Lists of guests that were taken in for a gathering, the oldest first."""
    accepted(await find_one(session, gathering_id) or missing("such gathering"))
    found = await queries.imports(session, gathering_id, limit + 1, place_of(after))
    return page_of(found, limit, lambda row: ImportOut(import_id=row["id"], **row), lambda row: row["id"])
