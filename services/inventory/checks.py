"""The invariants of the store, for `./relief doctor`, and each household as it compares it with intake's."""

from collections.abc import AsyncIterator, Awaitable, Callable

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from services.inventory.repository import HOUSEHOLD
from services.inventory.settings import Settings
from shared.service.parts import Count, Standing

_SHELVES = """
    SELECT count(*), count(*) FILTER (WHERE shelf.{column} <> coalesce(other.total, 0))
    FROM shelf LEFT JOIN (SELECT depot, item, sum({column}) AS total FROM {table} GROUP BY depot, item) other
    USING (depot, item)
"""
_WITHIN = "SELECT count(*), count(*) FILTER (WHERE reserved > on_hand OR reserved < 0) FROM shelf"
_WHOLE = """
    SELECT count(*), count(*) FILTER (WHERE wanted < reserved + delivered + released + lapsed) FROM reservation
"""
_HANDED_OUT = """
    SELECT count(*), count(*) FILTER (WHERE asked.delivered <> coalesce(ledger.delivered, 0))
    FROM (SELECT household_id, item, sum(delivered) AS delivered FROM reservation GROUP BY 1, 2) asked
    LEFT JOIN (SELECT household_id, item, -sum(on_hand) AS delivered FROM movement
               WHERE kind = 'delivered' GROUP BY 1, 2) ledger USING (household_id, item)
"""
# A ration that was given up whole, and a set or kit that was not fetched in time, is no longer asked for.
_NEEDS = """
    SELECT count(*), count(*) FILTER (WHERE
           ('food' = ANY(needs) AND arrived_on <= day.processed AND coalesce(mine.eaters, 0) > people)
        OR ('food' = ANY(needs) AND arrived_on <= day.processed AND NOT mine.ever_given_up
            AND coalesce(mine.eaters, 0) <> people)
        OR ('clothing' = ANY(needs) AND coalesce(mine.dressed, 0) < people)
        OR ('kit' = ANY(needs) AND people > 0 AND coalesce(mine.kits, 0) = 0)
        OR coalesce(mine.open_kits, 0) > 1
        OR coalesce(mine.beds, 0) > people
        OR ('shelter' = ANY(needs) AND NOT mine.ever_given_up AND coalesce(mine.beds, 0) <> people))
    FROM day CROSS JOIN household LEFT JOIN LATERAL (
        SELECT sum(per_day) FILTER (WHERE kind = 'food' AND released < wanted
                   AND day.processed BETWEEN first_day AND last_day) / CAST(:grams AS bigint) AS eaters,
               count(DISTINCT member_id) FILTER (WHERE kind = 'clothing') AS dressed,
               count(*) FILTER (WHERE kind = 'kit') AS kits,
               count(*) FILTER (WHERE kind = 'kit' AND released = 0) AS open_kits,
               count(*) FILTER (WHERE kind = 'bed' AND released = 0) AS beds,
               coalesce(bool_or(released > 0), false) AS ever_given_up
        FROM reservation WHERE household_id = household.id) mine ON true
    WHERE active AND version > 0
"""
_CLOSED = """
    SELECT count(*), count(*) FILTER (WHERE coalesce(mine.reserved, 0) <> 0)
    FROM household LEFT JOIN (SELECT household_id AS id, sum(reserved) AS reserved FROM reservation GROUP BY 1) mine
    USING (id) WHERE NOT active AND version > 0
"""
CHECKS = {
    "reserved never exceeds on hand": _WITHIN,
    "the ledger adds up to stock on hand": _SHELVES.format(column="on_hand", table="movement"),
    "the ledger adds up to what is set aside": _SHELVES.format(column="reserved", table="movement"),
    "the lots add up to stock on hand": _SHELVES.format(column="on_hand", table="lot"),
    "reservations add up to what is set aside": _SHELVES.format(column="reserved", table="reservation"),
    "no reservation has more than was wanted": _WHOLE,
    "what the ledger handed out, reservations have": _HANDED_OUT,
    "each active household has its needs written down once": _NEEDS,
    "closed households have nothing set aside": _CLOSED,
}


def check(settings: Settings) -> Callable[[AsyncSession], Awaitable[list[Count]]]:
    """Counts each invariant and its breaches, in the snapshot of the caller."""

    async def counted(session: AsyncSession) -> list[Count]:
        counts = []
        for name, query in CHECKS.items():
            values = {"grams": settings.grams_per_person_day} if ":grams" in query else {}
            total, breaches = (await session.execute(text(query), values)).one()
            counts.append(Count(name, total, breaches))
        return counts

    return counted


async def standings(session: AsyncSession) -> AsyncIterator[Standing]:
    """Every household that intake has told of, by id, streamed; one that is no longer helped has no people here."""
    columns = (HOUSEHOLD.id, HOUSEHOLD.version, HOUSEHOLD.active, HOUSEHOLD.people)
    query = select(*columns).where(HOUSEHOLD.version > 0).order_by(HOUSEHOLD.id)
    async for household_id, version, active, people in await session.stream(query):
        yield Standing(
            household_id=str(household_id), version=version, active=active, people=people if active else 0
        )
