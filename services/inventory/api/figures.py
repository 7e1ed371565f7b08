"""Figures: stock, ledger, forecast, unmet need, totals."""

from datetime import date, datetime, timedelta
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.inventory import figures, forecasting
from services.inventory.api.models import Body, Code, place
from services.inventory.domain.items import Kind
from services.inventory.repository import ITEM, SHELF
from services.inventory.settings import Settings
from services.inventory.tables import Item, Movement, PlannedDelivery, Shelf
from shared.database.rows import columns
from shared.messaging.day import today_of
from shared.messaging.unit import Unit
from shared.principals import Role
from shared.web.paging import After, Limit, Page
from shared.web.problems import invalid, not_found
from shared.web.roles import allows
from shared.web.work import AppSettings, Reading, Work

router = APIRouter(tags=["figures"], dependencies=[allows(*Role)])
Filter = Annotated[str | None, Query(max_length=40)]
LONGEST_FORECAST_DAYS = 732


class ShelfOut(BaseModel):
    """What one depot holds of one item, in base units."""

    depot: str
    item: str
    kind: Kind
    unit: str
    on_hand: int
    reserved: int
    free: int


@router.get("/stock")
async def stock(
    session: Reading,
    depot: Filter = None,
    item: Filter = None,
    kind: Kind | None = None,
    limit: Limit = 100,
    after: After = None,
) -> Page[ShelfOut]:
    """Shelves by item and depot."""
    key = func.concat(SHELF.item, "|", SHELF.depot).collate("C")
    wanted: list[Any] = [
        None if depot is None else SHELF.depot == depot,
        None if item is None else SHELF.item == item,
        None if kind is None else ITEM.kind == kind,
        None if after is None else key > after,
    ]
    query = select(Shelf, ITEM.kind, ITEM.unit).join(Item, ITEM.code == SHELF.item)
    found = await session.execute(
        query.where(*(each for each in wanted if each is not None)).order_by(key).limit(limit)
    )
    items = [
        ShelfOut(**shelf.model_dump(), kind=Kind(kind), unit=unit, free=shelf.on_hand - shelf.reserved)
        for shelf, kind, unit in found
    ]
    return Page(items=items, next=f"{items[-1].item}|{items[-1].depot}" if len(items) == limit else None)


class MovementOut(BaseModel):
    """One line of the ledger; `on_hand` and `reserved` are differences in base units."""

    id: UUID
    at: datetime = Field(description="when it was written down, UTC")
    on_day: date
    depot: str
    item: str
    kind: str
    on_hand: int
    reserved: int
    household_id: UUID | None
    document_id: UUID | None
    reverses: UUID | None
    reason: str


@router.get("/movements")
async def movements(  # noqa: PLR0913, PLR0917, each is a filter
    session: Reading,
    depot: Filter = None,
    item: Filter = None,
    kind: Filter = None,
    household_id: UUID | None = None,
    first: Annotated[date | None, Query(alias="from")] = None,
    last: Annotated[date | None, Query(alias="to")] = None,
    limit: Limit = 100,
    after: After = None,
) -> Page[MovementOut]:
    """The ledger, the oldest line first."""
    row = columns(Movement)
    wanted = [
        None if depot is None else row.depot == depot,
        None if item is None else row.item == item,
        None if kind is None else row.kind == kind,
        None if household_id is None else row.household_id == household_id,
        None if first is None else row.on_day >= first,
        None if last is None else row.on_day <= last,
        None if after is None else row.id > place(after),
    ]
    query = (
        select(Movement).where(*(each for each in wanted if each is not None)).order_by(row.id).limit(limit)
    )
    items = [MovementOut.model_validate(each.model_dump()) for each in await session.scalars(query)]
    return Page(items=items, next=str(items[-1].id) if len(items) == limit else None)


class PlannedOut(BaseModel):
    """A delivery that is to come, or has come."""

    id: UUID
    depot: str
    item: str
    quantity: int
    due_on: date
    reference: str
    received_on: date | None


@router.get("/planned-deliveries")
async def planned_deliveries(
    session: Reading,
    received: bool | None = None,
    due_until: date | None = None,
    limit: Limit = 100,
    after: After = None,
) -> Page[PlannedOut]:
    """Planned deliveries, in the order in which they were written down."""
    row = columns(PlannedDelivery)
    wanted = [
        None if received is None else row.received_on.is_not(None) == received,
        None if due_until is None else row.due_on <= due_until,
        None if after is None else row.id > place(after),
    ]
    query = (
        select(PlannedDelivery)
        .where(*(each for each in wanted if each is not None))
        .order_by(row.id)
        .limit(limit)
    )
    items = [PlannedOut.model_validate(each.model_dump()) for each in await session.scalars(query)]
    return Page(items=items, next=str(items[-1].id) if len(items) == limit else None)


class DayOut(BaseModel):
    """One day, in grams; `left` is what store and households have in the evening."""

    day: date
    need: int
    eaten: int
    short: int
    left: int


class ShortDay(BaseModel):
    """A day on which not everybody can eat, or could."""

    date: date
    grams: int


class ForecastOut(BaseModel):
    """How long a food lasts. Unmet need is not carried forward, but for the last figure."""

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


@router.get("/forecast")
async def forecast(
    item: Code, session: Reading, settings: AppSettings, until: date | None = None
) -> ForecastOut:
    """Run-out date and shortfall a day, from headcount, stock and planned deliveries."""
    return await _forecast(session, settings, item, await today_of(session), until)


class WantedForecast(Body):
    """A forecast to be made now and kept under its key."""

    item: Code
    until: date | None = Field(default=None, description="as far ahead as the settings say if left out")


@router.post("/forecasts", status_code=201)
async def keep_forecast(body: WantedForecast, work: Work, settings: AppSettings) -> ForecastOut:
    """A forecast to hold against what comes to pass: the same key gives the same forecast again on later days."""

    async def do(unit: Unit) -> ForecastOut:
        return await _forecast(unit.session, settings, body.item, unit.today, body.until)

    return await work.once(ForecastOut, do)


async def _forecast(
    session: AsyncSession, settings: Settings, item: str, today: date, until: date | None
) -> ForecastOut:
    if item not in await forecasting.food_items(session):
        raise not_found(f"food with the code {item}; only food is forecast")
    until = until or today + timedelta(days=settings.forecast_days)
    if not today <= until <= today + timedelta(days=LONGEST_FORECAST_DAYS):
        raise invalid(f"A forecast ends between today, {today}, and {LONGEST_FORECAST_DAYS} days from now.")
    made = await forecasting.make(session, settings.rules, item, today, until)
    return ForecastOut(
        item=item,
        from_day=today,
        until=until,
        eaters=made.days[0].need // settings.grams_per_person_day,
        days=[DayOut(**vars(each)) for each in made.days],
        short_days=[ShortDay(date=each.day, grams=each.short) for each in made.short_days],
        first_short_day=made.first_short_day,
        runs_out_on=made.run_out_on,
        left_grams=made.left_grams,
        missing_carried_forward=made.missing_carried_forward_grams,
    )


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
    settings: AppSettings,
    first: Annotated[date, Query(alias="from")],
    last: Annotated[date, Query(alias="to")],
) -> UnmetOut:
    """Food that was missing, by day."""
    days = await figures.unmet_by_day(session, item, first, last)
    left = await forecasting.left_tonight(session, settings.rules, item, await today_of(session))
    return UnmetOut(
        days=[ShortDay(date=day, grams=grams) for day, grams in sorted(days.items())],
        left_grams=left,
    )


class ItemFigures(BaseModel):
    """Totals of one item asked for, in base units; `reserved` is set aside now and not fetched yet."""

    item: str
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
