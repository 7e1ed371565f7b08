"""No clothing, kit or bed lies free while somebody waits who could have it."""

from services.inventory.domain.items import SIZES, next_size_up

_LARGER = ", ".join(f"('{size}', '{up}')" for size in SIZES if (up := next_size_up(size)))
# Who waits for an item can have it from every depot, or one size up of the same season: `domain/whole.py` gives by that
# rule. Of what is met in part the rest comes from the same shelf.
WHOLE_IDLE = f"""
    SELECT count(*), count(*) FILTER (WHERE on_hand > reserved AND EXISTS (
        SELECT FROM (
            SELECT shelf.item AS code UNION ALL
            SELECT smaller.code FROM item mine
            JOIN (VALUES {_LARGER}) sizes (size, up) ON sizes.up = mine.size
            JOIN item smaller ON smaller.size = sizes.size AND smaller.season = mine.season
            WHERE mine.code = shelf.item) asked
        JOIN reservation waits ON waits.requested_item = asked.code
        WHERE waits.kind <> 'food' AND waits.wanted > waits.reserved + waits.delivered + waits.released + waits.lapsed
        AND waits.wanted - waits.reserved - waits.delivered - waits.released - waits.lapsed
            <= shelf.on_hand - shelf.reserved
        AND (waits.reserved + waits.delivered = 0 OR (waits.depot = shelf.depot AND waits.item = shelf.item))))
    FROM shelf
"""  # noqa: S608, nothing in it comes from outside
