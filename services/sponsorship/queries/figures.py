"""What was reached of the plan."""

from collections.abc import Mapping

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from services.sponsorship.queries import lessons
from services.sponsorship.settings import Settings
from shared.contracts.sponsorship import ChildStatus
from shared.service.parts import Actuals

_BY_STATUS = text("SELECT status, count(*) FROM child GROUP BY 1")


def actuals(_: Settings) -> Actuals:
    """What was reached of the plan, by measure."""

    async def reached(session: AsyncSession) -> Mapping[str, int]:
        found = {status: int(many) for status, many in await session.execute(_BY_STATUS)}
        waiting = found.get(ChildStatus.LISTED.value, 0) + found.get(ChildStatus.OFFERED_AGAIN.value, 0)
        return {"children_waiting": waiting, **await lessons.figures(session)}

    return reached
