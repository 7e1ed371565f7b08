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


_ITEMS = """
    INSERT INTO item (code, name, kind, unit)
    SELECT code, code, kind, 'piece' FROM unnest($1::text[], $2::text[]) AS i (code, kind)
"""


async def fill(dsn: str, service: str, items: int, rows: int) -> None:
    """The service's day and journal; for inventory `items` on shelves and `rows` reservations of earlier times."""
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
