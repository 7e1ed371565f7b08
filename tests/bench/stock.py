"""What the databases hold before a run: a catalogue, shelves and a history that keeps every invariant."""

import asyncpg

from tests.bench.facts import FIRST_DAY, REGION

OPEN = 10
"""Of the history one reservation in so many is not fetched yet."""

_HISTORY = """
    CREATE TEMP TABLE past AS
        SELECT gen_random_uuid() AS household, gen_random_uuid() AS reservation, n, n % {open} = 0 AS waits
        FROM generate_series(1, {rows}) n;
    INSERT INTO household (id, code, version, region, registered_on, active, needs, members, people)
        SELECT household, 'LF-05-' || n, 1, '{region}', date '{day}' - 365, true, '{{kit}}',
               jsonb_build_array(jsonb_build_object('id', gen_random_uuid(), 'size', 'M')), 1 FROM past;
    INSERT INTO reservation (id, household_id, kind, requested_item, item, depot, region, wanted, reserved, delivered,
                             rank, registered_on, reason)
        SELECT reservation, household, 'kit', 'kit', 'kit', 'depot', '{region}', 1, waits::int, (NOT waits)::int, 9,
               date '{day}' - 365, 'set_aside' FROM past;
    INSERT INTO movement (id, at, on_day, depot, item, kind, actor, on_hand, reserved, household_id)
        SELECT gen_random_uuid(), now(), date '{day}', 'depot', 'kit', 'reserved', 'bench', 0, 1, household FROM past
        UNION ALL
        SELECT gen_random_uuid(), now(), date '{day}', 'depot', 'kit', 'delivered', 'bench', -1, -1, household FROM past
        WHERE NOT waits;
    INSERT INTO movement (id, at, on_day, depot, item, kind, actor, on_hand)
        VALUES (gen_random_uuid(), now(), '{day}', 'depot', 'kit', 'received', 'bench', {rows});
    INSERT INTO total (item, kind, wanted, reserved, delivered)
        SELECT 'kit', 'kit', count(*), count(*) FILTER (WHERE waits), count(*) FILTER (WHERE NOT waits) FROM past;
    INSERT INTO month_total (item, kind, month, on_hand)
        SELECT item, kind, date_trunc('month', on_day), sum(on_hand) FROM movement GROUP BY 1, 2, 3;
    INSERT INTO inbox (message_id, contract, digest)
        SELECT gen_random_uuid(), 'intake.household_registered.v1', decode(md5(n::text), 'hex') FROM past;
    UPDATE shelf SET (on_hand, reserved) = (SELECT count(*), count(*) FROM past WHERE waits) WHERE item = 'kit';
    UPDATE lot SET on_hand = (SELECT count(*) FROM past WHERE waits) WHERE item = 'kit';
    DROP TABLE past;
"""


SUBSCRIPTIONS = 1_000
"""Monthly gifts that PayPal collects, each under `subscription(number)`."""
_GIFTS = """
    INSERT INTO gift (id, kind, purpose, provider, subscription_id, on_day, actor)
    SELECT gen_random_uuid(), 'monthly', 'education', 'paypal', each, date '{day}', 'bench' FROM unnest($1::text[]) each
"""
LINES = 3
"""Of each entry of the history: what came, its fee, and the fund's income."""
# The trigger would look at each of a million lines by itself. What is written here balances, and every run is checked.
_BOOKS = """
    ALTER TABLE posting DISABLE TRIGGER posting_balanced;
    CREATE TEMP TABLE past AS
        SELECT gen_random_uuid() AS entry, gen_random_uuid() AS payment, n FROM generate_series(1, {entries}) n;
    INSERT INTO payment (id, version, provider, transaction_id, purpose, currency, gross, fee, net, happened_on,
                         entry_id, reason, actor)
        SELECT payment, 1, 'paypal', 'H' || n, 'general', 'USD', 3000, 117, 2883, date '{day}' - 30, entry, 'received',
               'bench' FROM past;
    INSERT INTO notice (id, transmission_id, way, event_type, received_at, digest, outcome, transaction_id)
        SELECT gen_random_uuid(), 'H' || n, 'webhook', 'PAYMENT.SALE.COMPLETED', date '{day}' - 30, '', 'booked',
               'H' || n FROM past;
    INSERT INTO entry (id, at, on_day, happened_on, kind, document_id, actor)
        SELECT entry, now(), date '{day}' - 30, date '{day}' - 30, 'gift', payment, 'bench' FROM past;
    INSERT INTO posting (entry_id, line, account, amount)
        SELECT entry, line, account, amount FROM past CROSS JOIN (VALUES
            (0, 'paypal.USD', 2883), (1, 'fees.general.USD', 117), (2, 'income.general.USD', -3000))
            AS lines (line, account, amount);
    DROP TABLE past;
    ALTER TABLE posting ENABLE TRIGGER posting_balanced;
"""


def subscription(number: int) -> str:
    """PayPal's id of a monthly gift."""
    return f"I-BENCH{number % SUBSCRIPTIONS:05}"


_ITEMS = """
    INSERT INTO item (code, name, kind, unit)
    SELECT code, code, kind, 'piece' FROM unnest($1::text[], $2::text[]) AS i (code, kind)
"""


async def fill(dsn: str, service: str, items: int, rows: int) -> None:
    """The service's day and journal.

    For inventory `items` on shelves and `rows` reservations of earlier times; for donations monthly gifts and `rows`
    lines in the ledger.
    """
    connection = await asyncpg.connect(dsn)
    try:
        await connection.execute("INSERT INTO day (id, processed) VALUES (1, $1)", FIRST_DAY)
        await connection.execute(
            "SELECT journal_month((now() + m * interval '1 month')::date) FROM generate_series(0, 2) m"
        )
        if service == "inventory":
            await _stock(connection, items)
            if rows:
                history = _HISTORY.format(rows=rows, open=OPEN, region=REGION, day=FIRST_DAY)
                await connection.execute(history)
        if service == "donations":
            gifts = [subscription(number) for number in range(SUBSCRIPTIONS)]
            await connection.execute(_GIFTS.format(day=FIRST_DAY), gifts)
            if rows:
                await connection.execute(_BOOKS.format(entries=rows // LINES, day=FIRST_DAY))
        await connection.execute("VACUUM ANALYZE")
    finally:
        await connection.close()


async def _stock(connection: "asyncpg.Connection[asyncpg.Record]", items: int) -> None:
    """One depot, empty shelves for all items, and one lot of kits."""
    codes = ["kit", *(f"part-{n}" for n in range(1, items))]
    kinds = ["kit", *("part" for _ in range(1, items))]
    await connection.execute(
        "INSERT INTO depot (code, name, kind, region) VALUES ('depot', 'Depot', 'depot', $1)", REGION
    )
    await connection.execute(
        _ITEMS,
        codes,
        kinds,
    )
    await connection.execute("INSERT INTO shelf (depot, item) SELECT 'depot', code FROM item")
    await connection.execute(
        "INSERT INTO lot (id, depot, item, on_hand) VALUES (gen_random_uuid(), 'depot', 'kit', 0)"
    )
