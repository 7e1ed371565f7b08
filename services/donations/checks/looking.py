"""What a treasurer has to look at, and has not for too long: money without a purpose, notices of money that could not
be booked as they are, loans between funds, and gifts in kind that are not what inventory received.
"""

from datetime import timedelta

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from services.donations.domain.notices import kept_from
from services.donations.repository.in_kind import WAITS
from services.donations.settings import Settings
from shared.messaging.day import today_of
from shared.service.parts import Count

# What waits beyond the months of a larger payment has no purpose either.
_UNASSIGNED = text("""
    SELECT count(*), count(*) FILTER (WHERE happened_on < :before) FROM payment
    WHERE version > 0 AND refunded < gross
        AND (purpose = 'unassigned' OR apart > 0 AND apart_in = 'unassigned')
""")
_LOANS = text("""
    SELECT count(*), count(*) FILTER (WHERE pay_back_on < :today AND amount > (
        SELECT coalesce(sum(back.amount), 0) FROM decision back WHERE back.pays_back = loan.id AND NOT back.undone))
    FROM decision loan WHERE pay_back_on IS NOT NULL AND NOT undone
""")
# The day on which what differs could be seen: that of the acknowledgement, or of what inventory told last.
_GOODS = text(f"""
    SELECT count(*), count(*) FILTER (WHERE {WAITS}
        AND greatest(acknowledged_on, goods_told.on_day) < :before)
    FROM gift_in_kind LEFT JOIN goods_told ON goods_told.id = gift_in_kind.receipt_id WHERE NOT undone
""")  # noqa: S608, the condition is ours
_UNSEEN = text("""
    SELECT count(*), count(*) FILTER (WHERE received_at < :before) FROM notice
    WHERE outcome = 'look'
""")


async def looked_at(session: AsyncSession, settings: Settings) -> list[Count]:
    """How much waits for somebody to look, and how much of it has waited for more than `look_days` days."""
    today = await today_of(session)
    late = today - timedelta(days=settings.look_days)
    unassigned = await session.execute(_UNASSIGNED, {"before": late})
    moment = kept_from(today, settings.zone, settings.look_days)
    unseen = await session.execute(_UNSEEN, {"before": moment})
    goods = await session.execute(_GOODS, {"before": late})
    loans = await session.execute(_LOANS, {"today": today})
    return [
        Count("money that came without a purpose is given one in time", *unassigned.one()),
        Count("notices of money that could not be booked are looked at in time", *unseen.one()),
        Count("loans between funds are paid back in time", *loans.one()),
        Count("goods that were acknowledged are those that inventory received", *goods.one()),
    ]
