"""The outbox as rows: written by the units, claimed by the relay, gone once the broker has confirmed.

A claim locks rows in the transaction that deletes them, as a timer's claim does. So the rows of a relay that is killed
are free as soon as the server notices, and no lease has to run out; a relay that falls silent loses them after 20
seconds (`idle_in_transaction_session_timeout`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from shared.database.tables import outbox
from shared.database.writes import Writes
from shared.messaging.envelope import Envelope, pack

FIRST_REST_SECONDS, LONGEST_REST_SECONDS = 0.5, 5.0
"""How long a row rests that the broker gave back or refused: twice as long each time."""

# By `ready_at`: what has to be tried again stands behind what was not tried yet, and holds up nobody.
_CLAIM = """
    SELECT id, facts, consumer, tries FROM outbox WHERE ready_at <= clock_timestamp()
    ORDER BY ready_at, id LIMIT $1 FOR UPDATE SKIP LOCKED
"""
_GONE = "DELETE FROM outbox WHERE id = ANY($1)"
_AGAIN = """
    UPDATE outbox SET tries = least(tries + 1, 32000), reason = left($2, 500),
        ready_at = clock_timestamp() + make_interval(secs => least($3 * 2 ^ least(tries, 10), $4))
    WHERE id = $1
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
    """Lock up to so many rows that are ready, oldest first; rows that another relay holds are passed over.

    `database` is a connection of asyncpg in a transaction, here and below.
    """
    return [Claimed(*row) for row in await database.fetch(_CLAIM, most)]


async def delete(database: Any, ids: Sequence[int]) -> None:
    """The broker has confirmed every fact of these rows."""
    if ids:
        await database.execute(_GONE, ids)


async def put_back(database: Any, row: Claimed, reason: str) -> None:
    """The row itself failed: it rests, longer each time, and is tried again."""
    await database.execute(_AGAIN, row.id, reason, FIRST_REST_SECONDS, LONGEST_REST_SECONDS)
