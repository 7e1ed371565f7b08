"""The job of the peers, on inventory's tables: a household is registered, its kit is set aside, the fact is said.

Written as steps that yield a statement and get its first row, or its row count if it returns none, so that a
blocking and an asyncio driver run the very same job.
"""

import hashlib
import secrets
from collections.abc import Generator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import orjson
from uuid_utils import uuid7

Message = Mapping[str, Any]
"""An envelope's parts by name, ids and times as text; `data` is the fact as JSON."""

Steps = Generator[tuple[str, dict[str, Any]], Any, None]

WIRE = "intake.household_registered.v1"
CLAIM = """
    INSERT INTO inbox (message_id, contract, digest) VALUES (%(id)s, %(contract)s, %(digest)s)
    ON CONFLICT DO NOTHING
"""
HOUSEHOLD = """
    INSERT INTO household (id, code, version, region, registered_on, active, needs, members, people)
    VALUES (%(id)s, %(code)s, %(version)s, %(region)s, %(registered_on)s, true, %(needs)s,
            CAST(%(members)s AS jsonb), %(people)s)
    ON CONFLICT (id) DO UPDATE SET version = excluded.version, region = excluded.region, active = true,
        needs = excluded.needs, members = excluded.members, people = excluded.people
    WHERE household.version < excluded.version
"""
SHELF = """
    UPDATE shelf SET reserved = reserved + 1 WHERE (depot, item) = (
        SELECT depot, item FROM shelf JOIN depot ON depot.code = shelf.depot
        WHERE item = 'kit' AND reserved < on_hand
        ORDER BY depot.region <> %(region)s, depot LIMIT 1 FOR UPDATE OF shelf)
    RETURNING depot
"""
RESERVATION = """
    WITH kept AS (
        INSERT INTO total (item, kind, wanted, reserved) VALUES ('kit', 'kit', 1, %(reserved)s)
        ON CONFLICT (item, kind) DO UPDATE SET wanted = total.wanted + 1, reserved = total.reserved + excluded.reserved)
    INSERT INTO reservation (id, household_id, kind, requested_item, item, depot, region, wanted, reserved, rank,
                             registered_on, reason)
    VALUES (%(id)s, %(household)s, 'kit', 'kit', 'kit', %(depot)s, %(region)s, 1, %(reserved)s, 9, %(since)s,
            %(reason)s)
"""
MOVEMENT = """
    INSERT INTO movement (id, at, on_day, depot, item, kind, actor, reserved, household_id, reason)
    SELECT CAST(%(id)s AS uuid), %(at)s, processed, %(depot)s, 'kit', 'reserved', 'bench', 1,
           CAST(%(household)s AS uuid), %(reason)s FROM day
"""
JOURNAL = """
    INSERT INTO journal (said_at, message_id, contract, subject, correlation_id, causation_id, traceparent, data)
    VALUES (%(time)s, %(id)s, %(type)s, %(subject)s, %(correlation_id)s, %(causation_id)s, %(traceparent)s, %(data)s)
"""
OUTBOX = "INSERT INTO outbox (facts) VALUES (%(facts)s)"


def steps(message: Message) -> Steps:
    """The whole of one message, to be run in one transaction; nothing if it was handled before."""
    fact = orjson.loads(message["data"])
    claimed = yield CLAIM, {"id": message["id"], "contract": WIRE, "digest": digest_of(message)}
    if not claimed:
        return
    newer = yield HOUSEHOLD, household_row(fact)
    if not newer:
        return
    found = yield SHELF, {"region": fact["region"]}
    depot = found[0] if found else None
    reason = reason_of(depot)
    yield RESERVATION, {**reservation_row(fact, depot), "reserved": int(depot is not None)}
    at = datetime.now(UTC)
    if depot:
        row = {"id": str(uuid7()), "at": at, "depot": depot, "household": fact["household_id"]}
        yield MOVEMENT, {**row, "reason": reason}
    said = said_of(message, fact, depot, at)
    yield JOURNAL, said
    yield OUTBOX, {"facts": orjson.dumps([said])}


def digest_of(message: Message) -> bytes:
    said = f"{message['type']}\0{message['subject']}\0{message['data']}"
    return hashlib.blake2b(said.encode(), digest_size=16).digest()


def household_row(fact: Mapping[str, Any]) -> dict[str, Any]:
    members = [{"id": each["member_id"], "size": each["size"]} for each in fact["members"]]
    return {
        "id": fact["household_id"],
        "code": fact["code"],
        "version": fact["version"],
        "region": fact["region"],
        "registered_on": fact["registered_on"],
        "needs": sorted(fact["needs"]),
        "members": orjson.dumps(members).decode(),
        "people": len(members),
    }


def reservation_row(fact: Mapping[str, Any], depot: str | None) -> dict[str, Any]:
    return {
        "id": str(uuid7()),
        "household": fact["household_id"],
        "depot": depot,
        "region": fact["region"],
        "since": fact["registered_on"],
        "reason": reason_of(depot),
    }


def reason_of(depot: str | None) -> str:
    return "set_aside" if depot else "none_left"


def said_of(message: Message, fact: Mapping[str, Any], depot: str | None, at: datetime) -> dict[str, Any]:
    """The fact that follows, in the envelope that ours has."""
    line = {
        "item": "kit",
        "quantity": 1,
        "unit": "piece",
        "depot": depot,
        "reason": {"code": reason_of(depot)},
    }
    data = {"household_id": fact["household_id"], "on": fact["on"], "lines": [line]}
    trace = message["traceparent"].split("-")[1]
    return {
        "id": str(uuid7()),
        "type": f"inventory.supplies_{'reserved' if depot else 'backordered'}.v1",
        "source": "inventory",
        "time": at,
        "subject": fact["household_id"],
        "correlation_id": message["correlation_id"],
        "causation_id": message["id"],
        "traceparent": f"00-{trace}-{secrets.token_hex(8)}-01",
        "data": orjson.dumps(data).decode(),
    }


def reserve(connection: Any, message: Message) -> None:
    """Do one message on a blocking psycopg connection, in one transaction."""
    with connection.transaction(), connection.cursor() as cursor:
        todo, answer = steps(message), None
        while True:
            try:
                statement, values = todo.send(answer)
            except StopIteration:
                return
            cursor.execute(statement, values)
            answer = cursor.fetchone() if cursor.description else cursor.rowcount


async def reserve_async(connection: Any, message: Message) -> None:
    """The same on psycopg's asyncio connection."""
    async with connection.transaction(), connection.cursor() as cursor:
        todo, answer = steps(message), None
        while True:
            try:
                statement, values = todo.send(answer)
            except StopIteration:
                return
            await cursor.execute(statement, values)
            answer = await cursor.fetchone() if cursor.description else cursor.rowcount


def column(rows: Sequence[Mapping[str, Any]], name: str) -> list[Any]:
    return [row[name] for row in rows]
