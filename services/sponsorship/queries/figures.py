"""What was reached of the plan, and gauges."""

from collections.abc import Callable, Mapping

from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from services.sponsorship.queries import lessons
from services.sponsorship.repository.placing import FREE, may_be_shown
from services.sponsorship.settings import Settings
from services.sponsorship.tables import CHILD
from shared.contracts.sponsorship import ChildStatus
from shared.messaging.day import today_of
from shared.observability import Metrics
from shared.service.parts import Actuals, Observe

_BY_STATUS = text("SELECT status, count(*) FROM child GROUP BY 1")
_EVER = text("SELECT count(DISTINCT child_id) FROM sponsorship")
_SCHOOL = text("SELECT count(*) FROM school_payment WHERE status = 'paid'")
_LONGEST = text("""
    SELECT coalesce(max(day.processed - waiting_since), 0) FROM child, day
    WHERE status IN ('listed', 'offered_again', 'held')
""")


def actuals(_: Settings) -> Actuals:
    """What was reached of the plan, by measure."""
    return reached


async def reached(session: AsyncSession) -> Mapping[str, int]:
    """The plan's measures. Children without a sponsor whose guardian does not agree that sponsors are shown them count
    apart: the education fund pays for them."""
    found = {status: int(many) for status, many in await session.execute(_BY_STATUS)}
    free = sum(found.get(each, 0) for each in FREE)
    shown = select(func.count()).where(CHILD.c.status.in_(FREE), may_be_shown(await today_of(session)))
    may = int(await session.scalar(shown) or 0)
    return {
        "children_waiting": free,
        "children_without_sponsor": may,
        "children_not_shown": free - may,
        "children_held": found.get(ChildStatus.HELD.value, 0),
        "children_sponsored": found.get(ChildStatus.SPONSORED.value, 0),
        "children_at_risk": found.get(ChildStatus.AT_RISK.value, 0),
        "children_sponsored_ever": int(await session.scalar(_EVER) or 0),
        "school_months_paid": int(await session.scalar(_SCHOOL) or 0),
        "longest_wait_days": int(await session.scalar(_LONGEST) or 0),
        **await lessons.figures(session),
    }


def observe(_: Settings) -> Callable[[Metrics], Observe]:
    """Gauges of how many children stand how."""

    def gauges(metrics: Metrics) -> Observe:
        children = metrics.gauge("sponsorship_children", "Children, by how they stand", "status")
        longest = metrics.gauge(
            "sponsorship_longest_wait_days", "The longest that a child without a sponsor waits"
        )

        async def observing(session: AsyncSession) -> None:
            for status in ChildStatus:
                children.labels(status.value).set(0)
            for status, many in await session.execute(_BY_STATUS):
                children.labels(status).set(int(many))
            longest.set(int(await session.scalar(_LONGEST) or 0))

        return observing

    return gauges
