"""What the store promises and reports, held against what its ledger says."""

from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from services.inventory.domain.forecast import forecast
from services.inventory.queries import figures, forecasting
from services.inventory.queries.outlook import outlook_of
from services.inventory.settings import Settings
from services.inventory.tables import MARKED_SHELF, RENEWAL
from shared.messaging.day import today_of
from shared.service.parts import Count

PROMISES = "the forecast of today is what is missing today"
PLAN_FIGURES = "plan figures are those of the ledger"

# As the plan's figures are, but summed from the ledger: what was undone takes away from what it undid.
_LEDGER = text("""
    SELECT CASE WHEN item.kind = 'food' THEN 'food_grams_year' WHEN item.kind = 'kit' THEN 'first_aid_kits_delivered'
                ELSE 'clothing_sets' END AS measure, -sum(line.on_hand) AS actual
    FROM movement line JOIN item ON item.code = line.item
    WHERE line.kind = 'delivered' AND item.kind IN ('food', 'kit', 'clothing') GROUP BY 1
    UNION ALL
    SELECT 'first_aid_kits_assembled', sum(line.on_hand) FROM movement line
    LEFT JOIN movement undone ON undone.id = line.reverses
    WHERE coalesce(undone.kind, line.kind) = 'assembled'
""")


async def promises(session: AsyncSession, settings: Settings) -> Count:
    """Of each food: what the forecast says is missing today is what the shelves, once they are dealt, do not give.

    While a shelf is to be dealt, or rations are being made, nothing is compared.
    """
    pending = [
        await session.scalar(select(func.count()).select_from(each)) for each in (MARKED_SHELF, RENEWAL)
    ]
    if any(pending):
        return Count(PROMISES, 0, 0)
    today = await today_of(session)
    items = await forecasting.food_items(session)
    breaches = 0
    for item in items:
        outlook = await outlook_of(session, settings.rules, item, today, planned=False)
        missing = await figures.unmet_by_day(session, item, today, today)
        breaches += forecast(outlook, today).short_grams != missing[today]
    return Count(PROMISES, len(items), breaches)


async def plan_figures(session: AsyncSession) -> Count:
    """The plan's figures that are kept as totals."""
    shown = await figures.reached(session)
    summed = {measure: int(actual or 0) for measure, actual in await session.execute(_LEDGER)}
    kept = ("food_grams_year", "first_aid_kits_delivered", "clothing_sets", "first_aid_kits_assembled")
    breaches = sum(shown[measure] != summed.get(measure, 0) for measure in kept)
    return Count(PLAN_FIGURES, len(kept), breaches)
