"""Lists of gifts by bank and in cash: take one in, and list those that were."""

from datetime import date, datetime
from functools import partial
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, Field

from services.donations.api.models import LOOKING, TREASURER
from services.donations.domain.funds import Purpose
from services.donations.importing.columns import Given
from services.donations.importing.report import Report
from services.donations.importing.run import take_in
from services.donations.queries import imports as lists
from shared.spreadsheets.apart import open_apart
from shared.web.models import Currency
from shared.web.paging import After, Limit, Page, page_of, place_of
from shared.web.sheets import SHEET_FORM, sheet_of
from shared.web.work import Asking, OpenUnits, Reading, accepted

router = APIRouter(prefix="/gifts/imports", tags=["gifts"])
DryRun = Annotated[bool, Query(description="say what would happen and change nothing")]
Otherwise = Query(description="for rows that do not say it")


# No Idempotency-Key: each gift is booked once by its reference, so a file may be sent as often as one likes.
@router.post("", dependencies=[TREASURER], openapi_extra=SHEET_FORM)
async def take(
    request: Request,
    units: OpenUnits,
    actor: Asking,
    way: Annotated[Literal["bank", "cash"], Otherwise] = "bank",
    currency: Annotated[Currency | None, Otherwise] = None,
    purpose: Annotated[Purpose | None, Otherwise] = None,
    dry_run: DryRun = False,
) -> Report:
    """Book a list of gifts: a spreadsheet with one row per gift. Good rows are booked, each bad row is reported.

    Columns: reference (the bank's, new for each gift), received_on (like 2006-11-01), amount (like 1,000), currency,
    purpose, way (bank or cash), and whose it is: donor (an id, or `new`), or name with mail or phone.
    """
    given = Given(way, currency, purpose.value if purpose else None)
    async with sheet_of(request, given.columns.what, partial(open_apart, columns=given.columns)) as sheet:
        return accepted(await take_in(units, actor, sheet, given, dry_run=dry_run))


class ImportOut(BaseModel):
    """A list of gifts that was taken in."""

    import_id: UUID
    at: datetime = Field(description="UTC")
    on_day: date
    actor: str = Field(description="who sent it: a principal's id")
    rows: int
    gifts: int
    new_donors: int
    already_there: int
    bad_rows: int


@router.get("", dependencies=[LOOKING])
async def imports(session: Reading, after: After = None, limit: Limit = 50) -> Page[ImportOut]:
    """Lists of gifts that were taken in, the newest first."""
    found = await lists.gift_imports(session, limit + 1, place_of(after))
    return page_of(found, limit, lambda row: ImportOut(import_id=row["id"], **row), lambda row: row["id"])
