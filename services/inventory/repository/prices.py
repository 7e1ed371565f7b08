"""What items cost: what somebody set, what was paid last, and what the others were told of it."""

from sqlalchemy import func, select, tuple_
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.inventory.domain.purchases import Price, PriceSet, Purchase, price_fact, price_now
from services.inventory.repository.catalogue import unit_of
from services.inventory.repository.purchases import purchase_in
from services.inventory.tables import PRICE, PRICE_SET, PURCHASE
from shared.messaging.unit import Unit


async def price_of(session: AsyncSession, item: str) -> Price | None:
    """What an item costs; None if nobody has said and nothing was bought."""
    row = PRICE.c
    found = await session.execute(select(row.minor, row.currency, row.per).where(row.item == item))
    price = found.one_or_none()
    return Price(*price) if price else None


async def set_price(unit: Unit, item: str, price: Price) -> None:
    """Keep what somebody says an item costs from now on."""
    await _lock(unit, item)
    values = {**vars(price), "on_day": unit.today, "at": unit.now, "actor": unit.actor.id}
    adding = insert(PRICE_SET).values(item=item, **values)
    await unit.session.execute(adding.on_conflict_do_update(index_elements=["item"], set_=values))
    await _follow(unit, item)


async def learn(unit: Unit, before: Purchase, after: Purchase) -> None:
    """A purchase, which is written, says another price than before, or none any more."""
    if before.paid != after.paid:
        await _lock(unit, after.item)
        await _follow(unit, after.item)


async def _lock(unit: Unit, item: str) -> None:
    """Whoever changes what an item costs waits for who does."""
    await unit.session.execute(select(func.pg_advisory_xact_lock(func.hashtext("price " + item))))


async def _follow(unit: Unit, item: str) -> None:
    """Keep what an item costs now, and tell of it if it is another price. What is known once stays known."""
    now = await price_that_follows(unit.session, item)
    if now is None or now == await price_of(unit.session, item):
        return
    values = {**vars(now), "on_day": unit.today, "actor": unit.actor.id}
    adding = insert(PRICE).values(item=item, version=1, **values)
    changed = adding.on_conflict_do_update(
        index_elements=["item"], set_={**values, "version": PRICE.c.version + 1}
    )
    version = (await unit.session.execute(changed.returning(PRICE.c.version))).scalar_one()
    unit.say(price_fact(item, await unit_of(unit, item), now, version, unit.today))


async def price_that_follows(session: AsyncSession, item: str) -> Price | None:
    """What an item costs by what was set and bought; None if nothing was, or not any more."""
    row = PRICE_SET.c
    columns = (row.minor, row.currency, row.per, row.on_day, row.at)
    found = (await session.execute(select(*columns).where(row.item == item))).one_or_none()
    by_staff = PriceSet(Price(*found[:3]), *found[3:]) if found else None
    bought = select(PURCHASE).where(PURCHASE.c.item == item, PURCHASE.c.ordered_on.is_not(None))
    if by_staff:
        later = tuple_(PURCHASE.c.ordered_on, PURCHASE.c.ordered_at) >= tuple_(*by_staff.when)
        bought = bought.where(later)
    rows = (await session.execute(bought)).mappings()
    return price_now(by_staff, [purchase_in(each) for each in rows])
