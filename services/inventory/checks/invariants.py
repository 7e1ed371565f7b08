"""The invariants, each a query that gives two numbers: how many were counted, and how many of them break the rule."""

from collections.abc import AsyncIterator, Awaitable, Callable

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from services.inventory.checks.needs import NEEDS
from services.inventory.checks.prices import prices
from services.inventory.checks.promises import plan_figures, promises
from services.inventory.checks.whole import WHOLE_IDLE
from services.inventory.settings import Settings
from services.inventory.tables import HOUSEHOLD
from shared.contracts.inventory import BED, GoodsReceived, PurchaseChanged
from shared.service.parts import Count, Standing, Standings
from shared.service.said import newest_said

# Each shelf beside the sum of what {table} has for it; a shelf without any line must be at 0.
_SHELVES = """
    SELECT count(*), count(*) FILTER (WHERE shelf.{column} <> coalesce(other.total, 0))
    FROM shelf LEFT JOIN (SELECT depot, item, sum({column}) AS total FROM {table} GROUP BY depot, item) other
    USING (depot, item)
"""
# The constraints of the tables say the same; these two find a database whose constraints were dropped.
_WITHIN = "SELECT count(*), count(*) FILTER (WHERE reserved > on_hand OR reserved < 0) FROM shelf"
_WHOLE = """
    SELECT count(*), count(*) FILTER (WHERE wanted < reserved + delivered + released + lapsed) FROM reservation
"""
# By household and item given: what the reservations say was fetched is what the ledger took off the shelves for it.
_HANDED_OUT = """
    SELECT count(*), count(*) FILTER (WHERE given.delivered <> coalesce(ledger.delivered, 0))
    FROM (SELECT household_id, item, sum(delivered) AS delivered FROM reservation GROUP BY 1, 2) given
    LEFT JOIN (SELECT household_id, item, -sum(on_hand) AS delivered FROM movement
               WHERE kind = 'delivered' GROUP BY 1, 2) ledger USING (household_id, item)
"""
_CLOSED = """
    SELECT count(*), count(*) FILTER (WHERE EXISTS (
        SELECT FROM reservation WHERE household_id = household.id AND wanted > delivered + released + lapsed))
    FROM household WHERE NOT active AND version > 0
"""
# A full join, so that a total without history and history without a total are breaches too, unless they are 0.
_TOTALS = """
    SELECT count(*), count(*) FILTER (WHERE
           (coalesce(kept.wanted, 0), coalesce(kept.reserved, 0), coalesce(kept.delivered, 0),
            coalesce(kept.released, 0), coalesce(kept.lapsed, 0))
        <> (coalesce(sums.wanted, 0), coalesce(sums.reserved, 0), coalesce(sums.delivered, 0),
            coalesce(sums.released, 0), coalesce(sums.lapsed, 0)))
    FROM total kept FULL JOIN (
        SELECT requested_item AS item, kind, sum(wanted) AS wanted, sum(reserved) AS reserved,
               sum(delivered) AS delivered, sum(released) AS released, sum(lapsed) AS lapsed
        FROM reservation GROUP BY 1, 2) sums USING (item, kind)
"""
# A line that undoes another one counts as its kind and in its month, so that plan figures follow what was undone.
_MONTHS = """
    SELECT count(*), count(*) FILTER (WHERE coalesce(kept.on_hand, 0) <> coalesce(sums.on_hand, 0))
    FROM month_total kept FULL JOIN (
        SELECT line.item, coalesce(undone.kind, line.kind) AS kind,
               CAST(date_trunc('month', coalesce(undone.on_day, line.on_day)) AS date) AS month,
               sum(line.on_hand) AS on_hand
        FROM movement line LEFT JOIN movement undone ON undone.id = line.reverses
        GROUP BY 1, 2, 3) sums USING (item, kind, month)
"""
_PAST_DATE = """
    SELECT count(*), count(*) FILTER (WHERE expires_on < day.processed) FROM lot CROSS JOIN day WHERE on_hand > 0
"""
_RECALLED = """
    SELECT count(*), count(*) FILTER (WHERE on_hand > 0 OR NOT recalled) FROM lot WHERE recalled OR blocked > 0
"""
# The lots that went into a lot of kits by the same paper: the first of them to expire says when the first kits do.
_KITS = """
    SELECT count(*), count(*) FILTER (WHERE part.until < kit.until)
    FROM (SELECT line.document_id, min(coalesce(lot.expires_on, 'infinity')) AS until
          FROM movement line JOIN lot ON lot.id = line.lot_id WHERE line.kind = 'assembled' GROUP BY 1) kit
    JOIN (SELECT line.document_id, min(coalesce(lot.expires_on, 'infinity')) AS until
          FROM movement line JOIN lot ON lot.id = line.lot_id WHERE line.kind = 'used' GROUP BY 1) part
    USING (document_id)
"""
# What came of a planned delivery is what the receipts that name it have in the ledger, less what was undone.
_PLANNED = """
    SELECT count(*), count(*) FILTER (WHERE plan.received <> coalesce(came.quantity, 0)
        OR (received_on IS NOT NULL) <> (received >= plan.quantity))
    FROM planned_delivery plan LEFT JOIN (
        SELECT receipt.planned_id, line.item, sum(line.on_hand) AS quantity
        FROM receipt JOIN movement line ON line.document_id = receipt.id AND line.kind = 'received'
        WHERE NOT EXISTS (SELECT FROM movement undone WHERE undone.reverses = line.id)
        GROUP BY 1, 2) came ON came.planned_id = plan.id AND came.item = plan.item
"""
# A purchase that is ordered is what its planned delivery says; a proposal and what was withdrawn have none.
_PURCHASES = """
    SELECT count(*), count(*) FILTER (WHERE CASE
        WHEN plan.id IS NULL THEN purchase.status NOT IN ('proposed', 'cancelled')
        ELSE (purchase.quantity, purchase.arrived, purchase.due_on, purchase.item)
            <> (plan.quantity, plan.received, plan.due_on, plan.item)
            OR purchase.status <> CASE
                WHEN received > 0 AND coalesce(received_on, closed_on) IS NOT NULL THEN 'arrived'
                WHEN received > 0 THEN 'arrived_part' WHEN closed_on IS NOT NULL THEN 'cancelled' ELSE 'ordered' END
        END)
    FROM purchase LEFT JOIN planned_delivery plan ON plan.id = purchase.planned_id
"""
# The unique index says that there is no more than one; of a proposal, that the money for it is there.
_BOUGHT = """
    SELECT count(*), count(*) FILTER (WHERE live > 1 OR status = 'funded' AND live = 0
        OR status NOT IN ('funded', 'ordered') AND proposed > 0)
    FROM (SELECT appeal.id, appeal.status,
                 count(purchase.id) FILTER (WHERE purchase.status <> 'cancelled') AS live,
                 count(purchase.id) FILTER (WHERE purchase.status = 'proposed') AS proposed
          FROM appeal LEFT JOIN purchase ON purchase.appeal_id = appeal.id
          WHERE appeal.version > 0 AND least(appeal.quantity, appeal.target) > 0 AND appeal.item <> ''
          GROUP BY 1) appeals
"""
_PURCHASES_SAID = newest_said("purchase", PurchaseChanged)
_RECEIPTS_SAID = newest_said("receipt", GoodsReceived)
_MARKS = "SELECT count(*), count(*) FILTER (WHERE due_at < clock_timestamp() - interval '1 minute') FROM marked_shelf"
# A ration that is not dealt would wait for ever on a shelf without a mark.
_UNDEALT = """
    SELECT count(*), count(*) FILTER (WHERE mark.item IS NULL)
    FROM reservation LEFT JOIN marked_shelf mark USING (depot, item) WHERE NOT dealt AND wanted > released
"""
# Food that is thrown out before the first day on which somebody goes short is nothing to wait for.
_IDLE = """
    SELECT count(*), count(*) FILTER (WHERE on_hand > reserved AND mark.item IS NULL AND EXISTS (
        SELECT FROM reservation WHERE reservation.item = shelf.item AND reservation.depot = shelf.depot
        AND reservation.kind = 'food' AND wanted > reservation.reserved + delivered + released + lapsed
        AND shelf.reserved < on_hand - (SELECT coalesce(sum(lot.on_hand), 0) FROM lot
            WHERE lot.item = shelf.item AND lot.depot = shelf.depot AND lot.expires_on < greatest(day.processed,
                first_day + CAST((reservation.reserved + delivered + released + lapsed) / per_day AS integer)))))
    FROM day CROSS JOIN shelf LEFT JOIN marked_shelf mark USING (depot, item)
"""
# The first depot that keeps a food feeds all who had none: a ration left behind would be given nothing of what comes.
_NOWHERE = """
    SELECT count(*), count(*) FILTER (WHERE reserved + delivered = 0
        AND EXISTS (SELECT FROM shelf WHERE shelf.item = reservation.item)
        AND NOT EXISTS (SELECT FROM shelf WHERE shelf.item = reservation.item AND shelf.depot = reservation.depot))
    FROM reservation WHERE kind = 'food' AND wanted > reserved + delivered + released + lapsed
"""
_RENEWALS = "SELECT count(*), count(*) FILTER (WHERE first_day < processed) FROM renewal CROSS JOIN day"
# A bed's item may name its shelter, and what an item is that nobody knows, nobody can say.
_SHELTERS = f"""
    SELECT count(*), count(*) FILTER (WHERE EXISTS (
        SELECT FROM jsonb_array_elements(CAST(data AS jsonb) -> 'lines') line
        LEFT JOIN depot ON depot.code = line ->> 'depot' LEFT JOIN item ON item.code = line ->> 'item'
        WHERE depot.kind = 'shelter' OR contract = '{GoodsReceived.wire}' AND line ->> 'item' <> '{BED}'
            AND coalesce(item.kind, 'bed') = 'bed'))
    FROM journal WHERE contract LIKE 'inventory.supplies%' OR contract = '{GoodsReceived.wire}'
"""  # noqa: S608, the words are ours
CHECKS = {
    "reserved never exceeds on hand": _WITHIN,
    "the ledger adds up to stock on hand": _SHELVES.format(column="on_hand", table="movement"),
    "the ledger adds up to what is set aside": _SHELVES.format(column="reserved", table="movement"),
    "the lots add up to stock on hand": _SHELVES.format(column="on_hand", table="lot"),
    "no reservation has more than was wanted": _WHOLE,
    "what the ledger handed out, reservations have": _HANDED_OUT,
    "each active household has its needs written down once": NEEDS,
    "closed households have nothing set aside and wait for nothing": _CLOSED,
    "marked shelves are dealt within a minute of their time": _MARKS,
    "rations that are not dealt yet are on a marked shelf": _UNDEALT,
    "no food lies free where somebody waits for it": _IDLE,
    "rations wait at a depot that keeps their food, if there is one": _NOWHERE,
    "no whole thing lies free that somebody waits for": WHOLE_IDLE,
    "rations of a new period are made on its first day": _RENEWALS,
    "the totals by item equal the sums of all reservations": _TOTALS,
    "the totals by month equal the sums of the ledger": _MONTHS,
    "no lot past its date has anything left": _PAST_DATE,
    "nothing of a blocked lot is on a shelf": _RECALLED,
    "no kit outlives its parts": _KITS,
    "what came of planned deliveries is what the ledger received for them": _PLANNED,
    "purchases are as their planned deliveries say": _PURCHASES,
    "a funded appeal has one purchase, and nobody proposes one without the money": _BOUGHT,
    "the newest state of each purchase was said": _PURCHASES_SAID,
    "the newest state of each receipt was said": _RECEIPTS_SAID,
    "nothing that was said names a shelter": _SHELTERS,
}


def check(settings: Settings) -> Callable[[AsyncSession], Awaitable[list[Count]]]:
    """Counts each invariant and its breaches, in the snapshot of the caller."""

    async def counted(session: AsyncSession) -> list[Count]:
        counts = []
        for name, query in CHECKS.items():
            values = {"grams": settings.grams_per_person_day} if ":grams" in query else {}
            total, breaches = (await session.execute(text(query), values)).one()
            counts.append(Count(name, total, breaches))
        figures = (await promises(session, settings), await plan_figures(session), await prices(session))
        return [*counts, *figures]

    return counted


def standings(_: Settings) -> Standings:
    """Every household that intake has told of, by id, streamed; one that is no longer helped has no people here."""

    async def streamed(session: AsyncSession) -> AsyncIterator[Standing]:
        row = HOUSEHOLD.c
        query = (
            select(row.id, row.version, row.active, row.people, row.code)
            .where(row.version > 0)
            .order_by(row.id)
        )
        async for household_id, version, active, people, code in await session.stream(query):
            yield Standing(str(household_id), version, active, people if active else 0, code)

    return streamed
