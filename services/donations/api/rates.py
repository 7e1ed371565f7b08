"""Exchange rates of days: entered, never fetched."""

from datetime import date
from decimal import Decimal
from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, Field

from services.donations.api.models import LOOKING, TREASURER, Currency
from services.donations.commands import funds as commands
from services.donations.queries import lists
from shared.messaging.day import today_of
from shared.messaging.unit import Unit
from shared.web.models import Body, Day
from shared.web.work import Reading, Work

router = APIRouter(tags=["funds"])


class RateBody(Body):
    """So much of `quote` was worth one of `currency` on a day."""

    currency: Currency
    quote: Currency
    on_day: Day
    rate: Annotated[str, Field(max_length=21, pattern=r"^[0-9]{1,10}(\.[0-9]{1,10})?$", examples=["117.25"])]


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


@router.post("/rates", dependencies=[TREASURER])
async def keep_rates(body: NewRates, work: Work) -> RatesKept:
    """Write down exchange rates of days; for reports, the ledger never converts by itself.

    The good rates of a list are kept, and each bad one is told.
    """
    rates = [commands.Rate(each.currency, each.quote, each.on_day, Decimal(each.rate)) for each in body.rates]

    async def do(unit: Unit) -> RatesKept:
        kept = await commands.keep_rates(unit, rates)
        return RatesKept(rates=kept.rates, bad=[BadRate(**vars(each)) for each in kept.bad])

    return await work.once(RatesKept, do)


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
    return [RateOut(on_day=row["on_day"], rate=f"{row['rate'].normalize():f}") for row in found]
