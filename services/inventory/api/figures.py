"""Figures: forecast, unmet need, totals."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from services.inventory.api.models import Code, StoreSettings
from services.inventory.domain.evening_out import Transfer
from services.inventory.domain.forecast import Forecast
from services.inventory.domain.items import Kind
from services.inventory.queries import figures, forecasting
from shared.messaging.day import today_of
from shared.messaging.unit import Unit
from shared.outcomes import Refused, invalid
from shared.principals import Role
from shared.web.models import Body, Day, shown
from shared.web.roles import allows
from shared.web.work import Reading, Work, accepted

router = APIRouter(tags=["figures"], dependencies=[allows(*Role)])


class DayOut(BaseModel):
    """One day, in grams; `left` is what store and households have in the evening."""

    day: date
    need: int
    eaten: int
    short: int
    left: int
    spoiled: int = Field(default=0, description="was past its date in the morning")


class ShortDay(BaseModel):
    """A day on which not everybody can eat, or could."""

    date: date
    grams: int


class DepotForecast(BaseModel):
    """How long a food lasts in one depot; all shelters together have no name."""

    depot: str | None
    short_days: list[ShortDay]
    first_short_day: date | None
    left_grams: int

    @classmethod
    def of(cls, depot: str | None, made: Forecast) -> "DepotForecast":
        return cls(
            depot=depot,
            short_days=_short_days(made),
            first_short_day=made.first_short_day,
            left_grams=made.left_grams,
        )


class ProposedTransfer(BaseModel):
    """So much to be moved today from one depot to another, because the other one will go short."""

    from_depot: str
    to_depot: str
    item: str
    quantity: int
    words: str


class ForecastOut(BaseModel):
    """How long a food lasts: by depot, and in total as the sum of what is missing in each depot. Unmet need is not
    carried forward, but for the last figure.
    """

    item: str
    from_day: date
    until: date
    eaters: int
    days: list[DayOut]
    short_days: list[ShortDay]
    first_short_day: date | None
    runs_out_on: date | None
    left_grams: int
    missing_carried_forward: int
    depots: list[DepotForecast] = Field(default_factory=list)
    transfers: list[ProposedTransfer] = Field(default_factory=list)
    short_days_after_transfers: list[ShortDay] = Field(default_factory=list)

    @classmethod
    def of(cls, item: str, found: forecasting.Made) -> "ForecastOut":
        made, proposal = found.forecast, found.proposal
        return cls(
            item=item,
            from_day=made.days[0].day,
            until=made.days[-1].day,
            eaters=found.eaters,
            days=[DayOut(**vars(each)) for each in made.days],
            short_days=_short_days(made),
            first_short_day=made.first_short_day,
            runs_out_on=made.run_out_on,
            left_grams=made.left_grams,
            missing_carried_forward=made.missing_carried_forward_grams,
            depots=[DepotForecast.of(depot, each) for depot, each in found.named.items()],
            transfers=[_proposed(item, each) for each in proposal.transfers],
            short_days_after_transfers=_short_days(proposal.after),
        )


def _short_days(made: Forecast) -> list[ShortDay]:
    return [ShortDay(date=each.day, grams=each.short) for each in made.short_days]


def _proposed(item: str, each: Transfer) -> ProposedTransfer:
    words = f"Move {each.grams:,} of {item} from {each.source}, which can spare them, to {each.target}."
    return ProposedTransfer(
        from_depot=each.source, to_depot=each.target, item=item, quantity=each.grams, words=words
    )


@router.get("/forecast")
async def forecast(
    item: Code, session: Reading, settings: StoreSettings, until: Day | None = None
) -> ForecastOut:
    """Run-out date and shortfall per day, from headcount, stock and planned deliveries."""
    made = await forecasting.forecast_for(session, settings, item, await today_of(session), until)
    return ForecastOut.of(item, accepted(made))


class WantedForecast(Body):
    """A forecast to be made now and kept under its key."""

    item: Code
    until: Day | None = Field(default=None, description="as far ahead as the settings say if left out")
    planned: bool = Field(default=True, description="whether what is to come is counted")


@router.post("/forecasts", status_code=201)
async def keep_forecast(body: WantedForecast, work: Work, settings: StoreSettings) -> ForecastOut:
    """A forecast to hold against what comes to pass: the same key gives the same forecast again on later days."""

    def show(made: forecasting.Made) -> ForecastOut:
        return ForecastOut.of(body.item, made)

    async def do(unit: Unit) -> ForecastOut | Refused:
        made = await forecasting.forecast_for(
            unit.session, settings, body.item, unit.today, body.until, planned=body.planned
        )
        return shown(made, show)

    return await work.once(ForecastOut, do)


class UnmetOut(BaseModel):
    """What came to pass: days on which food was missing, today's so far included, and what store and households have
    left when today is eaten.
    """

    days: list[ShortDay]
    left_grams: int


@router.get("/unmet")
async def unmet(
    item: Code,
    session: Reading,
    settings: StoreSettings,
    first: Annotated[Day, Query(alias="from")],
    last: Annotated[Day, Query(alias="to")],
) -> UnmetOut:
    """Food that was missing, by day."""
    accepted(await forecasting.only_food(session, item))
    if last < first:
        accepted(invalid("The days end before they begin.", ("to", f"{last} lies before {first}")))
    days = await figures.unmet_by_day(session, item, first, last)
    left = await forecasting.left_tonight(session, settings.rules, item, await today_of(session))
    return UnmetOut(
        days=[ShortDay(date=day, grams=grams) for day, grams in sorted(days.items())],
        left_grams=left,
    )


class ItemFigures(BaseModel):
    """Totals of one item asked for, in base units; `reserved` is set aside now and not fetched yet."""

    item: str
    kind: Kind
    unit: str
    wanted: int
    reserved: int
    backordered: int
    delivered: int
    unmet: int
    released: int
    on_hand: int


class Summary(BaseModel):
    """Everything at a glance."""

    today: date
    households: int
    people: int
    items: list[ItemFigures]


@router.get("/summary")
async def summary(session: Reading) -> Summary:
    """Active households and people, and the totals of each item since the beginning."""
    households, people = await figures.helped_now(session)
    items = [ItemFigures(**each) for each in await figures.item_totals(session)]
    return Summary(today=await today_of(session), households=households, people=people, items=items)
