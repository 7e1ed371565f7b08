"""Children, and what was said of them."""

from sqlalchemy import exists, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.sponsorship.domain.children import ADULTS
from services.sponsorship.repository.placing import may_be_shown
from services.sponsorship.tables import CHILD, PRESENCE
from shared.contracts.sponsorship import ChildChanged
from shared.messaging.day import today_of
from shared.service.parts import Count
from shared.service.said import newest_said

_LISTED = """
    SELECT count(*), count(*) FILTER (WHERE child.id IS NULL OR child.status = 'left')
    FROM presence JOIN household ON household.id = presence.household_id AND household.helped
    LEFT JOIN child ON child.id = presence.member_id
    WHERE presence.band = 'school' AND NOT EXISTS (
        SELECT FROM presence other JOIN household elsewhere ON elsewhere.id = other.household_id AND elsewhere.helped
        WHERE other.member_id = presence.member_id AND other.household_id > presence.household_id)
"""
_GONE = """
    SELECT count(*), count(*) FILTER (WHERE NOT EXISTS (
        SELECT FROM presence JOIN household ON household.id = presence.household_id AND household.helped
        WHERE presence.member_id = child.id AND presence.household_id = child.household_id
        AND presence.band = 'school'))
    FROM child WHERE status <> 'left'
"""
_SAID = newest_said("child", ChildChanged)
CHECKS = {
    "each child of school age who is helped is listed": _LISTED,
    "only children of school age who are helped are listed": _GONE,
    "the newest state of each child was said": _SAID,
}
"""By what is counted: each query gives how many there are and how many break the rule."""


async def shown(session: AsyncSession) -> Count:
    """Whoever sponsors may be shown today by what a guardian agreed to, by the rule that the service itself asks."""
    adult = exists().where(PRESENCE.c.member_id == CHILD.c.id, PRESENCE.c.band.in_(ADULTS))
    query = select(func.count(), func.count().filter(adult)).where(may_be_shown(await today_of(session)))
    counted, breaches = (await session.execute(query.select_from(CHILD))).one()
    return Count("nobody who has grown up is shown to sponsors", counted, breaches)
