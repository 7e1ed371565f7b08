"""Rows that are gathered: written by one statement, and before anybody reads."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import (
    ARRAY,
    BigInteger,
    Column,
    Date,
    DateTime,
    LargeBinary,
    MetaData,
    String,
    Table,
    event,
    make_url,
    select,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from shared.database.engine import connect
from shared.database.session import GatheringSession
from tests.support.databases import Databases
from tests.support.properties import tried_with
from tests.support.servers import Servers

metadata = MetaData()
SHELF = Table(
    "a_shelf",
    metadata,
    Column("place", String(20), primary_key=True),
    Column("item", String(20), primary_key=True),
    Column("held", BigInteger, nullable=False),
    Column("aside", BigInteger, nullable=False, server_default="0"),
)
NOTE = Table(
    "a_note",
    metadata,
    Column("number", BigInteger, primary_key=True),
    Column("words", ARRAY(String(5))),
    Column("said", JSONB),
    Column("on", Date),
    Column("at", DateTime(timezone=True)),
    Column("raw", LargeBinary),
)
KEYS = st.tuples(st.sampled_from("ab"), st.sampled_from(["rice", "bed"]))
LINES = st.lists(st.tuples(KEYS, st.integers(-9, 9)), min_size=1, max_size=4)
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("add"), LINES),
        st.tuples(st.just("replace"), LINES),
        st.tuples(st.just("increase"), LINES),
        st.tuples(st.just("total"), LINES),
        st.tuples(st.just("note"), st.integers(1, 3)),
        st.tuples(st.just("look"), st.none()),
    ),
    max_size=12,
)


@pytest.fixture
async def engine(servers: Servers, databases: Databases) -> AsyncIterator[AsyncEngine]:
    made = connect(make_url(servers.database_url("events", databases["events"])))
    async with made.begin() as connection:
        await connection.run_sync(metadata.create_all)
    yield made
    await made.dispose()


@asynccontextmanager
async def unit(engine: AsyncEngine) -> AsyncIterator[GatheringSession]:
    """What is done in it is undone at its end."""
    async with GatheringSession(engine) as session, session.begin() as transaction:
        await session.execute(text("SELECT 1"))
        yield session
        await session.write()
        await transaction.rollback()


def rows(lines: list[tuple[tuple[str, str], int]]) -> list[dict[str, Any]]:
    return [{"place": place, "item": item, "held": amount} for (place, item), amount in lines]


async def held(session: GatheringSession) -> dict[tuple[str, str], int]:
    return {(row.place, row.item): row.held for row in await session.execute(select(SHELF))}


@tried_with(60)
@given(steps=STEPS)
async def test_what_is_gathered_comes_out_as_if_each_row_had_been_written_at_once(
    engine: AsyncEngine, steps: list[tuple[str, Any]]
) -> None:
    known: dict[tuple[str, str], int] = {}
    notes = 0
    async with unit(engine) as session:
        for verb, what in steps:
            if verb == "add":
                session.writes.add(SHELF, rows(what))
                known = dict(reversed(what)) | known
            elif verb == "replace":
                session.writes.replace(SHELF, rows(what))
                known |= dict(what)
            elif verb == "increase":
                session.writes.increase(SHELF, rows(what))
                for key, amount in what:
                    if key in known:
                        known[key] += amount
            elif verb == "total":
                session.writes.total(SHELF, rows(what))
                for key, amount in what:
                    known[key] = known.get(key, 0) + amount
            elif verb == "note":
                session.writes.insert(NOTE, [{"number": notes + each} for each in range(what)])
                notes += what
            else:
                assert await held(session) == known
        assert await held(session) == known
        assert list(await session.scalars(select(NOTE.c.number).order_by(NOTE.c.number))) == list(
            range(notes)
        )


async def test_values_of_every_kind_come_back_as_they_went(engine: AsyncEngine) -> None:
    full = {
        "number": 1,
        "words": ["a", 'q"\\', "né"],
        "said": {"a": [1, None, "x"]},
        "on": date(2006, 11, 1),
        "at": datetime(2006, 11, 1, 3, tzinfo=UTC),
        "raw": b"\x00\xff",
    }
    empty = {"number": 2, "words": [], "said": [], "on": None, "at": None, "raw": b""}
    missing = dict.fromkeys(full) | {"number": 3}
    async with unit(engine) as session:
        session.writes.insert(NOTE, [full, empty, missing])
        found = (await session.execute(select(NOTE).order_by(NOTE.c.number))).mappings()
        assert [dict(row) for row in found] == [full, empty, missing]


async def test_what_is_too_long_is_refused_and_not_cut(engine: AsyncEngine) -> None:
    for row in ({"number": 1, "words": ["longer than five"]}, {"place": "p" * 21, "item": "rice", "held": 1}):
        with pytest.raises(DBAPIError, match="too long"):
            async with unit(engine) as session:
                session.writes.insert(NOTE if "number" in row else SHELF, [row])


async def test_many_tables_are_one_statement(engine: AsyncEngine) -> None:
    statements: list[str] = []
    event.listen(engine.sync_engine, "before_cursor_execute", lambda *each: statements.append(each[2]))
    async with unit(engine) as session:
        statements.clear()
        session.writes.insert(NOTE, [{"number": 1}])
        session.writes.replace(SHELF, rows([(("a", "rice"), 5)]))
        session.writes.insert(NOTE, [{"number": 2}])
        await session.write()
        assert len(statements) == 1
        await session.write()
        assert len(statements) == 1
