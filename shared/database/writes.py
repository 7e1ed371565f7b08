"""Rows that a unit has to write, gathered and written by one statement.

    writes.insert(MOVEMENT, rows)
    writes.add(TOLD, rows)               # insert, unless a row with the same key is there
    writes.replace(HOUSEHOLD, rows)      # insert, or give the row with the same key these values
    writes.change(HOUSEHOLD, rows)       # give rows that are there new values
    writes.increase(SHELF, rows)         # add to the numbers of rows that are there
    writes.total(MONTH_TOTAL, rows)      # insert, or add to the numbers of the row with the same key

A statement for each table costs a round trip and, through a session, 200 microseconds of CPU; ten tables a unit make
that the larger part of a unit's time. A `GatheringSession` writes what was gathered before it does anything else, so
nobody who reads can miss it, and nobody has to think of it.
"""

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any

import orjson
from sqlalchemy import ARRAY, JSON, Table
from sqlalchemy.dialects import postgresql
from sqlalchemy.ext.asyncio import AsyncConnection

Row = Mapping[str, Any]
Key = tuple[Any, ...]
Part = tuple[str, Table, tuple[str, ...]]
"""What one part of a statement does: a verb, a table and its columns."""

INSERT, ADD, REPLACE, CHANGE = "insert", "add", "replace", "change"
INCREASE, TOTAL = "increase", "total"
_DIALECT = postgresql.dialect()  # type: ignore[no-untyped-call]


class Writes:
    """What is still to be written, in the order in which it came."""

    def __init__(self) -> None:
        self._statements: list[dict[Part, list[Row]]] = []

    def __bool__(self) -> bool:
        """Whether something is still to be written."""
        return bool(self._statements)

    def insert(self, table: Table, rows: Iterable[Row]) -> None:
        """New rows, in this order. All rows of a call name the same columns, here and below."""
        self._gather(INSERT, table, rows)

    def add(self, table: Table, rows: Iterable[Row]) -> None:
        """New rows; one whose primary key is there already stays as it is, and of two the first counts.

        They are written in the order of their keys, so that two units wait for each other and do not deadlock.
        """
        self._gather(ADD, table, rows)

    def replace(self, table: Table, rows: Iterable[Row]) -> None:
        """Rows that are inserted, or give the row with the same primary key their values; of two the later counts.

        They are written in the order of their keys, so that two units wait for each other and do not deadlock.
        """
        self._gather(REPLACE, table, rows)

    def change(self, table: Table, rows: Iterable[Row]) -> None:
        """New values of rows that are there, and that this unit has locked; of two the later counts."""
        self._gather(CHANGE, table, rows)

    def increase(self, table: Table, rows: Iterable[Row]) -> None:
        """Differences to the numbers of rows that are there, and that this unit has locked."""
        self._gather(INCREASE, table, rows)

    def total(self, table: Table, rows: Iterable[Row]) -> None:
        """Differences to the numbers of rows that need not be there yet.

        They are written in the order of their keys, so that two units wait for each other and do not deadlock.
        """
        self._gather(TOTAL, table, rows)

    def then(self) -> None:
        """What follows is written after what was gathered so far, by a statement of its own: a unique index looks at
        each row of a statement by itself, so a row that gives up a key is written before the one that takes it.
        """
        if self._statements:
            self._statements.append({})

    def forget(self) -> None:
        """Drop what was gathered: what gathered it was undone."""
        self._statements.clear()

    async def flush(self, connection: AsyncConnection) -> None:
        """Write what was gathered. Errors are those of any other statement."""
        statements, self._statements = self._statements, []
        for parts in filter(None, statements):
            values: list[list[Any]] = []
            for (verb, table, names), gathered in parts.items():
                rows = _one_a_key(verb, table, gathered)
                values += ([_sent(table, name, row[name]) for row in rows] for name in names)
            await connection.exec_driver_sql(_statement(tuple(parts)), tuple(values))

    def _gather(self, verb: str, table: Table, more: Iterable[Row]) -> None:
        if not (rows := list(more)):
            return
        part: Part = (verb, table, tuple(rows[0]))
        now = self._statements[-1] if self._statements else {}
        if part in now:
            # No other part of this statement touches the table, so nothing comes between these rows and those before.
            now[part] += rows
        elif not now or any(other is table for _, other, _ in now):
            # The parts of a statement do not see each other's rows, so a table stands in it once.
            self._statements.append({part: rows})
        else:
            now[part] = rows


def _one_a_key(verb: str, table: Table, rows: list[Row]) -> list[Row]:
    """Rows as a verb writes them: of one key one row, and all but new ones in the order of the keys."""
    if verb == INSERT:
        return rows
    if verb == ADD:
        return _last(table, reversed(rows))
    return _last(table, _sums(table, rows) if verb in (INCREASE, TOTAL) else rows)


def _last(table: Table, rows: Iterable[Row]) -> list[Row]:
    """The last row of each key, in the order of the keys."""
    last = {_key(table, row): row for row in rows}
    return [last[key] for key in sorted(last, key=str)]


def _sums(table: Table, rows: Iterable[Row]) -> list[Row]:
    """A row for each key, its numbers summed."""
    sums: dict[Key, dict[str, Any]] = {}
    for row in rows:
        known = sums.setdefault(_key(table, row), {})
        for name, value in row.items():
            known[name] = value if name in table.primary_key.columns else known.get(name, 0) + value
    return list(sums.values())


def _key(table: Table, row: Row) -> Key:
    return tuple(row[column.name] for column in table.primary_key)


def _sent(table: Table, name: str, value: Any) -> Any:
    """A value as it is sent. An array or JSON travels as JSON, because arrays of arrays can't be unnested."""
    return orjson.dumps(value).decode() if value is not None and _is_nested(table, name) else value


@lru_cache(1000)
def _is_nested(table: Table, name: str) -> bool:
    return isinstance(table.c[name].type, ARRAY | JSON)


@lru_cache(1000)
def _statement(parts: Sequence[Part]) -> str:
    """One statement that does all parts, with an array for each column of each part as its parameters."""
    place, written = 1, []
    for number, (verb, table, names) in enumerate(parts):
        arrays = ", ".join(f"${place + each}::{_sent_as(table, name)}[]" for each, name in enumerate(names))
        rows = f"unnest({arrays}) AS new ({_listed(names)})"
        written.append(f"part_{number} AS ({_verb(verb, table, names, rows)})")
        place += len(names)
    return f"WITH {', '.join(written)} SELECT"


def _verb(verb: str, table: Table, names: Sequence[str], rows: str) -> str:
    keys = [column.name for column in table.primary_key]
    others = [name for name in names if name not in keys]
    if verb in (CHANGE, INCREASE):
        old = {name: f'old."{name}" + ' if verb == INCREASE else "" for name in others}
        sums = ", ".join(f'"{name}" = {old[name]}{_read(table, name)}' for name in others)
        same = " AND ".join(f'old."{name}" = new."{name}"' for name in keys)
        return f'UPDATE "{table.name}" old SET {sums} FROM {rows} WHERE {same}'  # noqa: S608, names of our tables
    values = ", ".join(_read(table, name) for name in names)
    adding = f'INSERT INTO "{table.name}" AS old ({_listed(names)}) SELECT {values} FROM {rows}'  # noqa: S608, the same
    if verb == INSERT:
        return adding
    if verb == ADD:
        return f"{adding} ON CONFLICT ({_listed(keys)}) DO NOTHING"
    plus = {name: f'old."{name}" + ' if verb == TOTAL else "" for name in others}
    changes = ", ".join(f'"{name}" = {plus[name]}excluded."{name}"' for name in others)
    return f"{adding} ON CONFLICT ({_listed(keys)}) DO UPDATE SET {changes}"


def _listed(names: Sequence[str]) -> str:
    return ", ".join(f'"{name}"' for name in names)


def _type(table: Table, name: str) -> str:
    """The column's type without its length, which the column itself enforces: a cast would cut what is too long."""
    return str(table.c[name].type.compile(dialect=_DIALECT)).replace("VARCHAR", "TEXT").split("(")[0]


def _sent_as(table: Table, name: str) -> str:
    return "TEXT" if _is_nested(table, name) else _type(table, name)


def _read(table: Table, name: str) -> str:
    """The value of a column of a row as it came."""
    if isinstance(table.c[name].type, ARRAY):
        item = _type(table, name).removesuffix("[]")
        items = f'jsonb_array_elements_text(new."{name}"::jsonb) item'
        return f'CASE WHEN new."{name}" IS NOT NULL THEN ARRAY(SELECT item::{item} FROM {items}) END'  # noqa: S608
    return f'new."{name}"::jsonb' if _is_nested(table, name) else f'new."{name}"'
