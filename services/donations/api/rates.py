"""Exchange rates of days: entered, never fetched."""

from datetime import date
from decimal import Decimal
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field

from services.donations.api.models import LOOKING, TREASURER
from services.donations.commands import rates as commands
from services.donations.domain.conversions import plain
from services.donations.importing.rates import RATES, RatesReport, take_in
from services.donations.queries import lists
from shared.messaging.day import today_of
from shared.messaging.unit import Unit
from shared.outcomes import Refused
from shared.spreadsheets.apart import open_apart
from shared.web.models import Body, Currency, Day, shown
from shared.web.sheets import SHEET_FORM, sheet_of
from shared.web.work import Asking, OpenUnits, Reading, Work, accepted

router = APIRouter(tags=["funds"])
RateText = Annotated[str, Field(max_length=21, pattern=r"^[0-9]{1,10}(\.[0-9]{1,10})?$", examples=["117.25"])]


class RateBody(Body):
    """So much of `quote` was worth one of `currency` on a day."""

    currency: Currency
    quote: Currency
    on_day: Day
    rate: RateText
    replaces: RateText | None = Field(
        default=None, description="the rate that is written down for this day and pair, if that one is wrong"
    )

    def new(self) -> commands.NewRate:
        replaces = Decimal(self.replaces) if self.replaces else None
        return commands.NewRate(self.currency, self.quote, self.on_day, Decimal(self.rate), replaces)


class NewRates(Body):
    """Rates to be written down."""

    rates: Annotated[list[RateBody], Field(min_length=1, max_length=1000)]


class BadRate(BaseModel):
    """A rate that was not taken."""

    number: int = Field(description="its place in the list, from 1")
    part: str
    reason: str


class RatesKept(BaseModel):
    """How many rates were taken, and those that were not."""

    rates: int
    bad: list[BadRate] = []


def _kept(kept: commands.Kept) -> RatesKept:
    return RatesKept(rates=kept.rates, bad=[BadRate(**vars(each)) for each in kept.bad])


@router.post("/rates", dependencies=[TREASURER])
async def keep_rates(body: NewRates, work: Work) -> RatesKept:
    """Write down exchange rates of days; for reports, the ledger never converts by itself.

    The good rates of a list are kept, and each bad one is told. All are refused (409) if another rate of such a day is
    written down that is not said to be replaced.
    """
    rates = [each.new() for each in body.rates]

    async def do(unit: Unit) -> RatesKept | Refused:
        return shown(await commands.keep_rates(unit, rates), _kept)

    return await work.once(RatesKept, do)


# No Idempotency-Key: a rate that is written down stays, so a file may be sent as often as one likes.
@router.post("/rates/imports", dependencies=[TREASURER], openapi_extra=SHEET_FORM)
async def take(request: Request, units: OpenUnits, actor: Asking) -> RatesReport:
    """Write down a list of rates: a spreadsheet (CSV or XLSX) with one row per day and pair.

    Columns: currency, quote, on_day (like 2006-11-01), rate (like 117.25), and replaces, if a known rate was wrong.
    """
    async with sheet_of(request, RATES.what, partial(open_apart, columns=RATES)) as sheet:
        return accepted(await take_in(units, actor, sheet))


class RateOut(BaseModel):
    """The rate of a day, as it was written down."""

    on_day: date
    rate: str


@router.get("/rates", dependencies=[LOOKING])
async def rates(
    session: Reading, currency: Currency, quote: Currency, until: Day | None = None
) -> list[RateOut]:
    """The rates of a pair, the newest first: the first one counts for the day `until`."""
    found = await lists.rates(session, currency, quote, until or await today_of(session))
    return [RateOut(on_day=row["on_day"], rate=plain(row["rate"])) for row in found]
