"""The outbox as rows: written by the units, claimed by the relay, gone once the broker has confirmed.

A claim locks rows in the transaction that deletes them, as a timer's claim does. So the rows of a relay that is killed
are free as soon as the server notices, and no lease has to run out; a relay that falls silent loses them after 20
seconds (`idle_in_transaction_session_timeout`).

Rows that were tried already rest, and do not stand in the way: a claim takes rows never tried first, oldest first, and
beside them a few of those whose rest is over. Example: 3,000 rows find no queue, and a unit says a fact. The next claim
has that fact first and twenty of the 3,000 after it. Were they taken by age alone, the fact would wait for 30 claims.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from shared.database.tables import outbox
from shared.database.writes import Writes
from shared.messaging.envelope import Envelope, pack

FIRST_REST_SECONDS, LONGEST_REST_SECONDS = 0.5, 300.0
"""How long a row rests of which the broker gave facts back or refused them: twice as long each time."""
MOST_AGAIN = 20
"""So many rows that have rested are claimed beside new ones."""

# Each part reads an index of its own, and no row of the other. `statement_timestamp()`, for with `clock_timestamp()`,
# which may differ from row to row, the server would look at every resting row.
_CLAIM = """
    WITH fresh AS (
        SELECT id, facts, consumer, tries FROM outbox WHERE tries = 0
        ORDER BY id LIMIT $1 FOR UPDATE SKIP LOCKED
    ), again AS (
        SELECT id, facts, consumer, tries FROM outbox WHERE tries > 0 AND ready_at <= statement_timestamp()
        ORDER BY ready_at, id LIMIT $2 FOR UPDATE SKIP LOCKED
    )
    SELECT * FROM fresh UNION ALL SELECT * FROM again
"""
_GONE = "DELETE FROM outbox WHERE id = ANY($1)"
_SHORTEN = """
    UPDATE outbox SET facts = new.facts FROM unnest($1::bigint[], $2::bytea[]) AS new (id, facts)
    WHERE outbox.id = new.id
"""
_AGAIN = """
    UPDATE outbox SET tries = least(tries + 1, 32000), reason = left(new.reason, 500),
        ready_at = clock_timestamp() + make_interval(secs => least($3 * 2 ^ least(tries, 20), $4))
    FROM unnest($1::bigint[], $2::text[]) AS new (id, reason) WHERE outbox.id = new.id
"""
# Rows that another relay holds are passed over, or the two could wait for each other.
_WAKE = """
    UPDATE outbox SET ready_at = statement_timestamp() WHERE id IN (
        SELECT id FROM outbox WHERE tries > 0 AND ready_at > statement_timestamp()
        ORDER BY ready_at, id LIMIT $1 FOR UPDATE SKIP LOCKED
    )
"""


@dataclass(frozen=True, slots=True)
class Claimed:
    """A row that this transaction holds; `packed` are its facts, for all who hear them or for one `consumer`."""

    id: int
    packed: bytes
    consumer: str | None
    tries: int


def add(writes: Writes, facts: Sequence[Envelope], consumer: str | None = None) -> None:
    """Write a row with what else is gathered, for the relay to publish after the commit.

    With `consumer` the facts, all of one contract, go to that one alone.
    """
    contract = facts[0].type if consumer else None
    writes.insert(outbox, [{"facts": pack(facts), "consumer": consumer, "contract": contract}])


async def claim(database: Any, most: int) -> list[Claimed]:
    """Lock up to `most` rows that were never tried, and after them up to MOST_AGAIN that have rested; each kind in its
    order. Rows that another relay holds are passed over.

    `database` is a connection of asyncpg in a transaction, here and below.
    """
    return [Claimed(*row) for row in await database.fetch(_CLAIM, most, MOST_AGAIN)]


async def delete(database: Any, ids: Sequence[int]) -> None:
    """The broker has confirmed every fact of these rows."""
    if ids:
        await database.execute(_GONE, ids)


async def shorten(database: Any, left: Mapping[int, Sequence[Envelope]]) -> None:
    """The broker has confirmed some facts of these rows: only those that are left are sent again."""
    if left:
        await database.execute(_SHORTEN, list(left), [pack(facts) for facts in left.values()])


async def put_back(database: Any, reasons: Mapping[int, str]) -> None:
    """These rows themselves failed: each rests, longer each time, and is tried again."""
    if reasons:
        rest = FIRST_REST_SECONDS, LONGEST_REST_SECONDS
        await database.execute(_AGAIN, list(reasons), list(reasons.values()), *rest)


async def end_rests(database: Any, most: int | None = None) -> None:
    """What kept rows from being sent may be over: up to so many that rest may be tried at once, else all."""
    await database.execute(_WAKE, most)
