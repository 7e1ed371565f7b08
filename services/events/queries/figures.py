"""Figures for the plan, from what is kept."""

from collections.abc import Mapping

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from services.events.domain.gatherings import Kind
from services.events.queries import people
from services.events.repository import gatherings
from services.events.settings import Settings
from shared.service.parts import Actuals, PutOff

_OF_KINDS = text("""
    SELECT kind, count(*) FILTER (WHERE status <> 'cancelled') AS planned,
           count(*) FILTER (WHERE status = 'held') AS held
    FROM gathering GROUP BY kind
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
    """The plan's measures. Planned are all that were not cancelled, the held ones among them, each kind by itself;
    guests are counted at each gathering that was held.
    """
    return {
        **await _of_kinds(session),
        **(await session.execute(_GUESTS)).mappings().one(),
        **await people.reached(session),
    }


async def _of_kinds(session: AsyncSession) -> Mapping[str, int]:
    """Planned and held, a measure for each kind: seminars_planned, seminars_held. A hearing is attended."""
    found = {row.kind: (row.planned, row.held) for row in await session.execute(_OF_KINDS)}
    measures: dict[str, int] = {}
    for kind in Kind:
        planned, held = found.get(kind.value, (0, 0))
        became = "attended" if kind is Kind.HEARING else "held"
        measures |= {f"{kind.value}s_planned": planned, f"{kind.value}s_{became}": held}
    return measures


def put_off(_: Settings) -> PutOff:
    """What is done in a moment without anybody asking."""

    async def waiting(session: AsyncSession) -> Mapping[str, int]:
        return {"gatherings whose seats have changed": await gatherings.untold(session)}

    return waiting
