"""Figures for the plan, from what is kept."""

from collections.abc import Mapping

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from services.events.queries import people
from services.events.repository import gatherings
from services.events.settings import Settings
from shared.service.parts import Actuals, PutOff

_HELD = text("""
    SELECT count(*) FILTER (WHERE kind = 'hearing' AND status = 'held') AS hearings_attended,
           count(*) FILTER (WHERE kind = 'hearing' AND status <> 'cancelled') AS hearings_planned,
           count(*) FILTER (WHERE kind <> 'hearing' AND status = 'held') AS gatherings_held,
           count(*) FILTER (WHERE kind <> 'hearing' AND status <> 'cancelled') AS gatherings_planned
    FROM gathering
""")
# Of whom nobody said whether they came, all who had a seat are counted. Who came without one counts too, and nobody
# counts twice at a gathering, however often they asked for a seat there.
_GUESTS = text("""
    SELECT count(*) FILTER (WHERE NOT member) AS non_members_invited,
           count(*) FILTER (WHERE member) AS members_invited
    FROM (
        SELECT DISTINCT ON (seat.gathering_id, seat.guest_id) seat.member
        FROM seat JOIN gathering ON gathering.id = seat.gathering_id
        WHERE gathering.status = 'held' AND seat.role = 'guest'
            AND (seat.came OR seat.state = 'seated' AND seat.came IS NULL)
        ORDER BY seat.gathering_id, seat.guest_id, seat.state = 'seated' DESC
    ) guests
""")


def actuals(_: Settings) -> Actuals:
    """What was reached of the plan's measures."""
    return reached


async def reached(session: AsyncSession) -> Mapping[str, int]:
    """The plan's measures. Planned are all that were not cancelled, the held ones among them; guests are counted at
    each gathering that was held.
    """
    return {
        **(await session.execute(_HELD)).mappings().one(),
        **(await session.execute(_GUESTS)).mappings().one(),
        **await people.reached(session),
    }


def put_off(_: Settings) -> PutOff:
    """What is done in a moment without anybody asking."""

    async def waiting(session: AsyncSession) -> Mapping[str, int]:
        return {"gatherings whose seats have changed": await gatherings.untold(session)}

    return waiting
