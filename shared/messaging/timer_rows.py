"""Timers as rows: set, shared, cancelled, claimed, failed. `timers.py` does them when they are due."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import ARRAY, String, bindparam, delete, func, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from shared.database.session import GatheringSession
from shared.database.tables import timer
from shared.database.writes import Writes

GRACE = timedelta(seconds=0.5)
"""So much after its second a reminder is due: who comes to share it while it is being done would wait for that."""
ANY_TIME = datetime(1970, 1, 1, tzinfo=UTC)
"""When a timer of a date may first be tried: at any time, once the day is there."""
# A parked timer is nobody's turn; a date is reached when the service's day is.
_IS_DUE = """
    parked_at IS NULL AND ready_at <= clock_timestamp()
    AND (due_on IS NULL OR due_on <= (SELECT processed FROM day))
"""
# A row that somebody else holds is passed over: another replica is doing it, or a unit that shares a reminder has not
# committed yet.
_CLAIM = text(f"""
    DELETE FROM timer WHERE key = (
        SELECT key FROM timer WHERE {_IS_DUE} AND name = ANY(:names)
        ORDER BY due_on NULLS LAST, ready_at, key LIMIT 1 FOR UPDATE SKIP LOCKED
    ) RETURNING key, name, payload, due_at, due_on, tries, set_at
""").bindparams(bindparam("names", type_=ARRAY(String)))  # noqa: S608, the condition is ours
_DATED = text(f"""
    SELECT EXISTS (SELECT FROM timer WHERE {_IS_DUE} AND due_on IS NOT NULL AND name = ANY(:names))
""").bindparams(bindparam("names", type_=ARRAY(String)))  # noqa: S608, the same
# Nothing says when the day of a timer turned: how long a dated timer is late is known from its first failure on.
_LATENESS = text(f"""
    SELECT extract(epoch FROM clock_timestamp() - min(ready_at)) FROM timer
    WHERE {_IS_DUE} AND (due_on IS NULL OR tries > 0)
""")  # noqa: S608
_CANCEL = text("""
    DELETE FROM timer WHERE key = ANY(ARRAY(SELECT key FROM timer WHERE key = ANY(:keys) FOR UPDATE SKIP LOCKED))
    RETURNING key
""").bindparams(bindparam("keys", type_=ARRAY(String)))
# Either this unit makes the reminder, or it holds the one that is there until it has committed, so that the reminder
# is not done without seeing what this unit wrote.
_SHARE = text("""
    WITH made AS (
        INSERT INTO timer (key, name, payload, due_at, ready_at) VALUES (:key, :name, '{}', :due, :due)
        ON CONFLICT DO NOTHING RETURNING key
    ), held AS (SELECT key FROM timer WHERE key = :key FOR KEY SHARE)
    SELECT key FROM made UNION ALL SELECT key FROM held
""")


@dataclass(frozen=True)
class Timer:
    """Something to be done later: `due` is an instant with a zone, or a date of the service's day."""

    key: str
    name: str
    payload: dict[str, Any]
    due: datetime | date
    tries: int = 0
    set_at: datetime | None = None

    def __post_init__(self) -> None:
        if isinstance(self.due, datetime) and self.due.tzinfo is None:
            raise ValueError(f"the timer {self.key!r} is due at a time without a zone")


def _row(each: Timer) -> dict[str, Any]:
    instant = each.due if isinstance(each.due, datetime) else None
    return {
        "key": each.key,
        "name": each.name,
        "payload": each.payload,
        "due_at": instant,
        "due_on": None if instant else each.due,
        "ready_at": instant or ANY_TIME,
        "tries": 0,
        "reason": "",
        "parked_at": None,
    }


def set_timers(writes: Writes, timers: Iterable[Timer]) -> None:
    """Write timers with what else is gathered; one that has the key already is replaced."""
    # Also when it was set: by that a timer that failed is told from the one that has taken its key.
    now = datetime.now(UTC)
    writes.replace(timer, [{**_row(each), "set_at": now} for each in timers])


async def cancel_timers(session: AsyncSession, keys: Collection[str]) -> set[str]:
    """Delete timers; the keys of those that were there, and that nobody is doing now: nobody waits for that here."""
    return set(await session.scalars(_CANCEL, {"keys": sorted(keys)})) if keys else set()


async def share_reminder(session: GatheringSession, name: str) -> None:
    """One timer per second and name, due soon after the second is over. Many units share it, and it is done after the
    last of them has committed: each holds its row until then.

    With one timer for all, a stream of units would hold it for ever. With one for each unit, a busy service would do
    the same work a hundred times a second.
    """
    while True:
        now = datetime.now(UTC)
        due = now.replace(microsecond=0) + timedelta(seconds=1) + GRACE
        values = {"key": f"{name} {now:%Y%m%d%H%M%S}", "name": name, "due": due}
        if (await session.beside(_SHARE, values)).first() is not None:
            return


async def claim_due(session: AsyncSession, names: Collection[str]) -> Timer | None:
    """Take the next timer that is due out of the table, for the transaction that does it; None if there is none."""
    row = (await session.execute(_CLAIM, {"names": sorted(names)})).first()
    if row is None:
        return None
    return Timer(row.key, row.name, row.payload, row.due_at or row.due_on, row.tries, row.set_at)


async def dated_is_due(session: AsyncSession, names: Collection[str]) -> bool:
    """Whether a timer of today or of a day before is still to be done, and need not wait for another try."""
    return bool(await session.scalar(_DATED, {"names": sorted(names)}))


async def claim_again(session: AsyncSession, each: Timer) -> bool:
    """Take a timer out of the table whose transaction was lost; False if it is being done, or is another one now."""
    mine = select(timer.c.key).where(timer.c.key == each.key, timer.c.tries == each.tries)
    mine = mine.where(timer.c.set_at == each.set_at).with_for_update(skip_locked=True)
    claim = delete(timer).where(timer.c.key.in_(mine)).returning(timer.c.key)
    return await session.scalar(claim) is not None


async def put_back(session: AsyncSession, each: Timer, reason: str, again_in: timedelta | None) -> None:
    """Put a claimed timer that failed back: to be tried again after so long, or parked if None.

    If the key was set anew meanwhile, the newer timer stands.
    """
    now = datetime.now(UTC)
    failed = {
        **_row(each),
        "tries": each.tries + 1,
        "reason": reason[:500],
        "ready_at": now + (again_in or timedelta()),
        "parked_at": None if again_in is not None else now,
        "set_at": each.set_at or now,
    }
    await session.execute(insert(timer).values(failed).on_conflict_do_nothing())


async def parked_timers(session: AsyncSession) -> dict[str, int]:
    """How many timers wait for an operator, by name."""
    counted = select(timer.c.name, func.count().label("parked")).group_by(timer.c.name)
    query = counted.where(timer.c.parked_at.is_not(None))
    return {row.name: row.parked for row in await session.execute(query)}


async def lateness(session: AsyncSession) -> float:
    """For how many seconds the timer has been due that has been due longest; 0 if none is."""
    return float(await session.scalar(_LATENESS) or 0)
