"""Figures for the plan, from what is kept."""

from collections.abc import Mapping

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from services.events.queries import people
from services.events.settings import Settings
from shared.service.parts import Actuals

_HELD = text("""
    SELECT count(*) FILTER (WHERE kind = 'hearing' AND status = 'held') AS hearings_attended,
           count(*) FILTER (WHERE kind = 'hearing' AND status <> 'cancelled') AS hearings_planned,
           count(*) FILTER (WHERE kind <> 'hearing' AND status = 'held') AS gatherings_held,
           count(*) FILTER (WHERE kind <> 'hearing' AND status <> 'cancelled') AS gatherings_planned
    FROM gathering
""")


def actuals(_: Settings) -> Actuals:
    """What was reached of the plan's measures."""
    return reached


async def reached(session: AsyncSession) -> Mapping[str, int]:
    """The plan's measures. Planned are all that were not cancelled, the held ones among them."""
    held = (await session.execute(_HELD)).mappings().one()
    return {**held, **await people.reached(session)}
