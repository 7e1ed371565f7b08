"""What falls due in the store when a day begins, and the forecast."""

from collections.abc import Mapping
from datetime import date, timedelta
from uuid import UUID, uuid5

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert

from services.inventory import forecasting, repository
from services.inventory.books import Books
from services.inventory.domain.food import lapse
from services.inventory.domain.needs import ration_need
from services.inventory.domain.reservations import expire
from services.inventory.domain.rules import Rules, period_of
from services.inventory.settings import Settings
from services.inventory.tables import ForecastSaid
from shared.contracts.inventory import DayShort, ShortfallForecast
from shared.database.rows import columns
from shared.messaging.unit import Unit

FORECASTS = UUID("0b1f1c1e-6f0a-5d3c-9a77-2f0f5b6c7d10")
"""Namespace: the forecast of one item always has the same id."""


async def on_day(rules: Rules, day: date, unit: Unit) -> None:
    """Write off yesterday's missing food, put back what was not fetched, throw out what expired, renew the rations."""
    books = await Books.open(unit, rules)
    yesterday = day - timedelta(days=1)
    late = await repository.not_fetched_by(unit.session, day)
    short = await repository.past_short(unit.session, yesterday)
    spoiled = await repository.expired_lots(unit.session, day)
    await books.lock(
        {each.item for each in (*late, *short)} | {item for (_, item), _ in spoiled} | {rules.ration_item}
    )
    for ration in short:
        lapsed = lapse(ration, yesterday)
        if lapsed.grams:
            books.lapse(lapsed.ration, ration, lapsed.grams)
    freed = set()
    for each in late:
        if over := expire(books.current(each), day):
            books.put(over, each)
            freed.add(each.key)
    for key, lot in spoiled:
        books.take_lot(key, lot, "expired", f"Expired on {lot.expires}")
    for key in {key for key, _ in spoiled}:
        await books.cut_back(key)
    await _renew(books, day)
    await books.fill({key for key in freed if key})
    await books.close()


async def _renew(books: Books, day: date) -> None:
    """On the first day of a ration period, every active household gets its ration for the whole of it."""
    if period_of(day, books.rules.ration_period)[0] != day:
        return
    households = await repository.households_with_food(books.unit.session)
    needs = [need for each in households if (need := ration_need(each, day, books.rules))]
    await books.deal(books.ask(needs))


async def tell_shortfall(settings: Settings, _: Mapping[str, object], unit: Unit) -> None:
    """Say what will be missing within the horizon, if that is not what was said last."""
    # Two at a time: the one that looked first could have the last word.
    await unit.session.execute(select(func.pg_advisory_xact_lock(func.hashtext("shortfall"))))
    until = unit.today + timedelta(days=settings.forecast_days)
    for item in await forecasting.food_items(unit.session):
        made = await forecasting.make(unit.session, settings.rules, item, unit.today, until)
        short = [[each.day.isoformat(), each.short] for each in made.short_days]
        if await _is_news(unit, item, short):
            unit.say(
                ShortfallForecast(
                    forecast_id=uuid5(FORECASTS, item),
                    item=item,
                    made_on=unit.today,
                    until=until,
                    runs_out_on=made.run_out_on,
                    short_days=tuple(DayShort(on=each.day, grams=each.short) for each in made.short_days),
                )
            )


async def _is_news(unit: Unit, item: str, short: list[list[object]]) -> bool:
    """Remember what is said; False if it was said before, or if there is nothing to say and never was."""
    table = columns(ForecastSaid)
    adding = insert(ForecastSaid).values(item=item, short_days=short)
    told = adding.on_conflict_do_update(
        index_elements=["item"],
        set_={"short_days": short},
        where=table.short_days != adding.excluded.short_days,
    ).returning(table.item)
    first = await unit.session.get(ForecastSaid, item) is None
    changed = await unit.session.scalar(told) is not None
    return changed and not (first and not short)
