"""What items cost is what was set or paid for them last."""

from sqlalchemy import select, union
from sqlalchemy.ext.asyncio import AsyncSession

from services.inventory.repository.prices import price_of, price_that_follows
from services.inventory.tables import PRICE, PRICE_SET, PURCHASE
from shared.service.parts import Count

PRICES = "what each item costs is what was set or paid for it last"


async def prices(session: AsyncSession) -> Count:
    """Of each item of which a price is known, or should be. Once nothing says a price any more, the last one stays."""
    bought = select(PURCHASE.c.item).where(PURCHASE.c.ordered_on.is_not(None))
    items = list(await session.scalars(union(select(PRICE.c.item), select(PRICE_SET.c.item), bought)))
    breaches = 0
    for item in items:
        follows = await price_that_follows(session, item)
        breaches += follows is not None and follows != await price_of(session, item)
    return Count(PRICES, len(items), breaches)
