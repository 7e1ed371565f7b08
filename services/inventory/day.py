"""What falls due in the store when a day begins, and the forecast."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import date, timedelta
from functools import partial
from typing import Any
from uuid import UUID, uuid5

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert

from services.inventory.domain.food import lapse
from services.inventory.domain.forecast import Forecast, days_left
from services.inventory.domain.movements import Cause
from services.inventory.domain.reasons import Because, InStore
from services.inventory.domain.reservations import Reservation, expire
from services.inventory.domain.rules import Rules
from services.inventory.domain.shortages import Said, fact_of, is_news, told
from services.inventory.domain.stock import Lot, ShelfKey
from services.inventory.ledger import DEAL, FORECAST, RENEW, StockLedger, forecast_now, renewal
from services.inventory.queries import forecasting
from services.inventory.repository import marks, receipts, renewals, reservations, shortages, stock
from services.inventory.repository.reservations import Some
from services.inventory.settings import Settings
from services.inventory.tables import FORECAST_SAID
from shared.contracts.inventory import DayShort, ShortfallForecast
from shared.messaging.timers import OnTimer
from shared.messaging.turning import Ahead, OnDay
from shared.messaging.unit import Unit

PART = 500
"""So many reservations a part of what is done ahead takes, and so many receipts are told at once."""

TELL_RECEIPTS = "tell_receipts"
"""The timer that tells of receipts of which nobody was told."""

FORECASTS = UUID("0b1f1c1e-6f0a-5d3c-9a77-2f0f5b6c7d10")
"""Namespace: the forecast of one item always has the same id."""


def on_day(settings: Settings) -> OnDay:
    """What is done when a day begins."""
    return partial(_day_begins, settings.rules)


def ahead(settings: Settings) -> Sequence[Ahead]:
    """What is done ahead of the turn, for very many households: first all is written off, then the rest is put back.

    What is put back is dealt soon, and yesterday's hunger must not get any of it.
    """
    return tuple(partial(part, settings.rules) for part in (_deal_ahead, _write_off_ahead, _put_back_ahead))


def timers(settings: Settings) -> Mapping[str, OnTimer]:
    """What is done later, by name."""
    return {
        FORECAST: partial(_look_ahead, settings),
        DEAL: partial(_deal, settings.rules),
        RENEW: partial(_renew, settings.rules),
        TELL_RECEIPTS: _tell_receipts,
    }


async def _deal_ahead(rules: Rules, day: date, unit: Unit) -> bool:
    await _deal_marked(rules, day - timedelta(days=1), unit)
    return False


async def _write_off_ahead(rules: Rules, day: date, unit: Unit) -> bool:
    return await _write_off(rules, day, unit, PART) == PART


async def _put_back_ahead(rules: Rules, day: date, unit: Unit) -> bool:
    """Put rations back; of other things few are late on the same day."""
    async with StockLedger.open(unit, rules, puts_off=True, today=day) as ledger:
        ledger.forecast_may_wait = True
        load = partial(reservations.rations_not_fetched_by, unit.session, day)
        late = await _locked(ledger, load, PART)
        await ledger.fill(_put_back(ledger, late, day))
    return len(late) == PART


async def _day_begins(rules: Rules, day: date, unit: Unit) -> None:
    """Deal what is marked, write off yesterday's missing food, put back what was not fetched, throw out what expired,
    begin to renew the rations. The forecast waits until all is done, the renewal too.

    Nobody else has a unit open while the day turns, so what is loaded before the shelves are locked stays true.
    """
    await _deal_marked(rules, day - timedelta(days=1), unit)
    await _write_off(rules, day, unit)
    late = await reservations.not_fetched_by(unit.session, day)
    spoiled = await stock.expired_lots(unit.session, day)
    items = {each.item for each in late} | {item for (_, item), _ in spoiled}
    async with StockLedger.open(unit, rules, items, puts_off=True) as ledger:
        ledger.forecast_may_wait = True
        freed = _put_back(ledger, late, day)
        await _throw_out(ledger, spoiled)
        await ledger.fill(freed)
    await reservations.forget_taken_along(unit.session, day)
    if not await renewal.begin(unit, rules):
        await forecast_now(unit)


async def _deal_marked(rules: Rules, yesterday: date, unit: Unit) -> None:
    """Deal all that was put off, as of the day that ends."""
    put_off = set(await marks.marked_items(unit.session))
    if await renewals.under_way(unit.session):
        put_off.add(rules.ration_item)
    if put_off:
        async with StockLedger.open(unit, rules, today=yesterday) as ledger:
            ledger.forecast_may_wait = True
            await ledger.lock(put_off)


async def _write_off(rules: Rules, day: date, unit: Unit, limit: int | None = None) -> int:
    """Write off the food that was missing before `day`, of at most so many rations; returns of how many."""
    yesterday = day - timedelta(days=1)
    async with StockLedger.open(unit, rules, puts_off=True, today=day) as ledger:
        ledger.forecast_may_wait = True
        short = await _locked(ledger, partial(reservations.past_short, unit.session, yesterday), limit)
        for ration in short:
            lapsed = lapse(ration, yesterday)
            ledger.lapse(lapsed.ration, ration, lapsed.grams)
    return len(short)


async def _locked(
    ledger: StockLedger, load: Callable[[Some], Awaitable[list[Reservation]]], limit: int | None
) -> list[Reservation]:
    """Some reservations with their shelves locked."""
    found = await load(Some(limit))
    if not found:
        return []
    await ledger.lock({each.item for each in found})
    # Others may have changed them while this unit waited for the shelves.
    return await load(Some(ids=[each.id for each in found]))


def _put_back(ledger: StockLedger, late: list[Reservation], day: date) -> set[ShelfKey]:
    """Give up what was not fetched in time; returns the shelves it goes back to."""
    freed = set()
    for each in late:
        if over := expire(each, day):
            ledger.record(over, each)
            freed.add(each.key)
    return {key for key in freed if key}


async def _throw_out(ledger: StockLedger, spoiled: list[tuple[ShelfKey, Lot]]) -> None:
    for key, lot in spoiled:
        ledger.take_lot(key, lot, "expired", Cause(Because(InStore.EXPIRED, on=lot.expires)))
    for key in {key for key, _ in spoiled}:
        await ledger.cut_back(key)


async def _renew(rules: Rules, _: Mapping[str, Any], unit: Unit) -> None:
    """Make some more rations of a new period."""
    await renewal.part(unit, rules)


async def _deal(rules: Rules, payload: Mapping[str, Any], unit: Unit) -> None:
    """Deal the marked shelves of an item whose time has come, and say what came out.

    The forecast may wait: who set the mark has asked for one, and it knows already how the shelf will be dealt.
    """
    async with StockLedger.open(unit, rules, {payload["item"]}, puts_off=True) as ledger:
        ledger.forecast_may_wait = True
        await ledger.deal_due()


async def _tell_receipts(_: Mapping[str, Any], unit: Unit) -> None:
    """Tell of some receipts from before the others were told of any; the rest follows."""
    ids = await receipts.lock_untold(unit.session, PART)
    if ids:
        await receipts.tell(unit, ids)
        unit.remind(TELL_RECEIPTS)


async def _look_ahead(settings: Settings, _: Mapping[str, object], unit: Unit) -> None:
    """The store has changed, or a day has begun: say what is missing now and what will be, if that is news."""
    # One at a time, and each looks after the one before has committed: else the one that looked first could have the
    # last word. What is committed after the look asks for a forecast of its own, which then looks again.
    await unit.session.execute(select(func.pg_advisory_xact_lock(func.hashtext("shortfall"))))
    await _tell_shortages(unit)
    await _tell_shortfall(settings, unit)


async def _tell_shortages(unit: Unit) -> None:
    """Say what is missing now of things that are given whole: from the day on which it begins to the one it is over."""
    known, news = await shortages.said(unit.session), {}
    for each in await shortages.missing_now(unit.session):
        before = known.get(each.item, Said())
        if is_news(each, before, unit.today):
            news[each.item] = told(each, before, unit.today)
            unit.say(fact_of(each, news[each.item]))
    shortages.save(unit.writes, news)


async def _tell_shortfall(settings: Settings, unit: Unit) -> None:
    """Reckon how long the food lasts, and say what will be missing within the horizon."""
    until = unit.today + timedelta(days=settings.forecast_days)
    for item in await forecasting.food_items(unit.session):
        found = await forecasting.make(unit.session, settings.rules, item, unit.today, until)
        made, after = found.forecast, found.proposal.after
        if await _is_news(unit, item, made, after):
            unit.say(
                ShortfallForecast(
                    forecast_id=uuid5(FORECASTS, item),
                    item=item,
                    made_on=unit.today,
                    until=until,
                    runs_out_on=made.run_out_on,
                    short_days=_short_days(made),
                    short_days_after_transfers=_short_days(after),
                )
            )


def _short_days(made: Forecast) -> tuple[DayShort, ...]:
    return tuple(DayShort(on=each.day, grams=each.short) for each in made.short_days)


async def _is_news(unit: Unit, item: str, made: Forecast, after: Forecast) -> bool:
    """Remember a forecast; False if its short days were said before, or if there are none and never were."""
    row = FORECAST_SAID.c
    short, rest = ([[each.day.isoformat(), each.short] for each in of.short_days] for of in (made, after))
    query = select(row.short_days, row.after_transfers).where(row.item == item)
    said = (await unit.session.execute(query)).one_or_none()
    kept = {"short_days": short, "after_transfers": rest, "days_left": days_left(made)}
    adding = insert(FORECAST_SAID).values(item=item, **kept)
    await unit.session.execute(adding.on_conflict_do_update(index_elements=["item"], set_=kept))
    return (short, rest) != (tuple(said) if said else ([], []))
