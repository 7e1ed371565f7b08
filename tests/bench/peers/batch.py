"""The same job for many messages at once: one transaction of set-based SQL."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import orjson
from uuid_utils import uuid7

from tests.bench.peers.job import (
    WIRE,
    Message,
    column,
    digest_of,
    household_row,
    reservation_row,
    said_of,
)

CLAIM = """
    INSERT INTO inbox (message_id, contract, digest)
    SELECT id, %(contract)s, digest FROM unnest(%(ids)s::uuid[], %(digests)s::bytea[]) AS m (id, digest) ORDER BY id
    ON CONFLICT DO NOTHING RETURNING message_id::text
"""
HOUSEHOLDS = """
    INSERT INTO household (id, code, version, region, registered_on, active, needs, members, people)
    SELECT id, code, version, region, registered_on, true, string_to_array(needs, ','), members, people
    FROM unnest(%(id)s::uuid[], %(code)s::text[], %(version)s::int[], %(region)s::text[], %(registered_on)s::date[],
                %(needs)s::text[], %(members)s::jsonb[], %(people)s::int[])
         AS h (id, code, version, region, registered_on, needs, members, people) ORDER BY id
    ON CONFLICT (id) DO UPDATE SET version = excluded.version, region = excluded.region, active = true,
        needs = excluded.needs, members = excluded.members, people = excluded.people
    WHERE household.version < excluded.version RETURNING id::text
"""
SHELVES = """
    SELECT shelf.depot, depot.region, on_hand - reserved FROM shelf JOIN depot ON depot.code = shelf.depot
    WHERE item = 'kit' ORDER BY shelf.depot FOR UPDATE OF shelf
"""
TAKE = """
    UPDATE shelf SET reserved = reserved + taken FROM unnest(%(depots)s::text[], %(taken)s::bigint[]) AS t (code, taken)
    WHERE depot = code AND item = 'kit'
"""
RESERVATIONS = """
    WITH kept AS (
        INSERT INTO total (item, kind, wanted, reserved)
        SELECT 'kit', 'kit', count(*), count(depot) FROM unnest(%(depot)s::text[]) AS r (depot)
        ON CONFLICT (item, kind) DO UPDATE SET wanted = total.wanted + excluded.wanted,
            reserved = total.reserved + excluded.reserved)
    INSERT INTO reservation (id, household_id, kind, requested_item, item, depot, region, wanted, reserved, rank,
                             registered_on, reason)
    SELECT id, household, 'kit', 'kit', 'kit', depot, region, 1, (depot IS NOT NULL)::int, 9, since, reason
    FROM unnest(%(id)s::uuid[], %(household)s::uuid[], %(depot)s::text[], %(region)s::text[], %(since)s::date[],
                %(reason)s::text[]) AS r (id, household, depot, region, since, reason)
"""
MOVEMENTS = """
    INSERT INTO movement (id, at, on_day, depot, item, kind, actor, reserved, household_id, reason)
    SELECT m.id, %(at)s, processed, depot, 'kit', 'reserved', 'bench', 1, household, reason
    FROM day, unnest(%(id)s::uuid[], %(household)s::uuid[], %(depot)s::text[], %(reason)s::text[])
         AS m (id, household, depot, reason)
"""
JOURNAL = """
    INSERT INTO journal (said_at, message_id, contract, subject, correlation_id, causation_id, traceparent, data)
    SELECT * FROM unnest(%(time)s::timestamptz[], %(id)s::uuid[], %(type)s::text[], %(subject)s::uuid[],
                         %(correlation_id)s::uuid[], %(causation_id)s::uuid[], %(traceparent)s::text[],
                         %(data)s::text[])
"""
OUTBOX = "INSERT INTO outbox (facts) VALUES (%(facts)s)"


def reserve_many(connection: Any, messages: Sequence[Message]) -> None:
    """Do all of them in one transaction; what was handled before, and what comes twice among them, is left out."""
    with connection.transaction(), connection.cursor() as cursor:
        first = {message["id"]: message for message in reversed(messages)}
        digests = [digest_of(message) for message in first.values()]
        cursor.execute(CLAIM, {"contract": WIRE, "ids": list(first), "digests": digests})
        fresh = [first[each] for (each,) in cursor.fetchall()]
        if fresh:
            _reserve(cursor, fresh)


def _reserve(cursor: Any, messages: Sequence[Message]) -> None:
    facts = {message["subject"]: orjson.loads(message["data"]) for message in messages}
    households = [household_row(fact) for fact in facts.values()]
    values = {name: column(households, name) for name in households[0]}
    cursor.execute(HOUSEHOLDS, {**values, "needs": [",".join(each["needs"]) for each in households]})
    newer = {each for (each,) in cursor.fetchall()}
    todo = [message for message in messages if message["subject"] in newer]
    depots = _set_aside(cursor, [facts[message["subject"]] for message in todo])
    at = datetime.now(UTC)
    rows = [reservation_row(facts[each["subject"]], depot) for each, depot in zip(todo, depots, strict=True)]
    _write(cursor, rows, at)
    said = [
        said_of(message, facts[message["subject"]], depot, at)
        for message, depot in zip(todo, depots, strict=True)
    ]
    cursor.execute(JOURNAL, {name: column(said, name) for name in said[0]})
    cursor.execute(OUTBOX, {"facts": orjson.dumps(said)})


def _set_aside(cursor: Any, facts: Sequence[Mapping[str, Any]]) -> list[str | None]:
    """Where each household gets its kit, its own region's depots first; None where none is free."""
    cursor.execute(SHELVES)
    shelves = cursor.fetchall()
    free = {depot: left for depot, _, left in shelves}
    taken = dict.fromkeys(free, 0)
    depots: list[str | None] = []
    for fact in facts:
        ordered = sorted(shelves, key=lambda shelf: (shelf[1] != fact["region"], shelf[0]))
        depot = next((code for code, _, _ in ordered if free[code] > taken[code]), None)
        if depot:
            taken[depot] += 1
        depots.append(depot)
    cursor.execute(TAKE, {"depots": list(taken), "taken": list(taken.values())})
    return depots


def _write(cursor: Any, rows: Sequence[Mapping[str, Any]], at: datetime) -> None:
    cursor.execute(RESERVATIONS, {name: column(rows, name) for name in rows[0]})
    moved = [row for row in rows if row["depot"]]
    if moved:
        names = ("household", "depot", "reason")
        values = {name: column(moved, name) for name in names}
        cursor.execute(MOVEMENTS, {"id": [str(uuid7()) for _ in moved], "at": at, **values})
