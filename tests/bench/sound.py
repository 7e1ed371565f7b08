"""The check after every run: whoever breaks one of these was not fast but wrong."""

from collections.abc import Mapping

from services.inventory.checks import CHECKS
from tests.bench.ground import Site

# What each household that was registered must have, whatever the order and however often it came.
_RUN = {
    "every message was handled once": "SELECT count(*) - {before} - {sent} FROM inbox",
    "every household has one reservation": """
        SELECT count(*) FILTER (WHERE n <> 1) + abs(count(*) - {sent}) FROM (
            SELECT count(r.id) AS n FROM household h LEFT JOIN reservation r ON r.household_id = h.id
            WHERE h.code LIKE 'LF-06-%' GROUP BY h.id) each
    """,
    "all the stock is given while somebody waits": """
        SELECT abs(least({sent}, {kits}) - count(*)) FROM reservation r JOIN household h ON h.id = r.household_id
        WHERE h.code LIKE 'LF-06-%' AND r.reserved = 1
    """,
    "every outcome was said once": """
        SELECT count(*) FILTER (WHERE n <> 1) + abs(count(*) - {sent}) FROM (
            SELECT count(*) AS n FROM journal WHERE contract LIKE 'inventory.supplies\\_%' GROUP BY subject) each
    """,
}
_GRAMS = "500"


async def breaches(site: Site, kits: int, sent: int, before: int) -> Mapping[str, int]:
    """What is broken in inventory's database after a run that is over, with how often; empty when all is right."""
    values = {"kits": kits, "sent": sent, "before": before}
    found: dict[str, int] = {}
    async with site.connect("inventory") as connection:
        for name, query in CHECKS.items():
            row = await connection.fetchrow(query.replace(":grams", _GRAMS))
            found[name] = int(row[1]) if row else 1
        for name, query in _RUN.items():
            found[name] = abs(int(await connection.fetchval(query.format(**values))))
    return {name: count for name, count in found.items() if count}
