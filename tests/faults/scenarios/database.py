"""The database goes away, is cut off in a commit, is full, slow, or in its own way."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial

from shared.contracts import talking
from tests.faults.load import under_load
from tests.faults.proxy import Line, Way
from tests.faults.registry import add, scenario
from tests.faults.site import Site

FAULTY_SECONDS = 10.0
STALL_SECONDS = 15.0
SLOW_SECONDS = 0.02
CUTS = 40
TABLES = {
    "intake": ("household", "timeline", "outbox"),
    "inventory": ("inbox", "reservation", "outbox"),
    "donations": ("notice", "posting", "outbox"),
}

# Each statement that inserts into the table fails with this chance: a stand-in for a disk that is really full, and for
# two transactions that really meet, which cannot be had at will.
TRIGGER = """
    CREATE FUNCTION fault() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF random() < {chance} THEN
            RAISE EXCEPTION 'a fault of the tests' USING ERRCODE = '{code}';
        END IF;
        RETURN NULL;
    END $$;
"""
ON_TABLE = """
    CREATE TRIGGER fault AFTER INSERT ON {table} FOR EACH STATEMENT EXECUTE FUNCTION fault();
"""


@scenario()
async def the_database_is_restarted(site: Site) -> None:
    async with under_load(site) as load:
        for _ in range(2):
            await load.more(site.households // 4)
            await asyncio.to_thread(site.ground.postgres.restart)
            site.fault()


@scenario()
async def the_database_is_killed(site: Site) -> None:
    async with under_load(site) as load:
        for _ in range(2):
            await load.more(site.households // 4)
            await asyncio.to_thread(site.ground.postgres.kill)
            site.fault()
            await asyncio.to_thread(site.ground.postgres.start)
            site.calm()


@scenario(short=True)
async def connections_to_the_database_are_cut_in_the_middle_of_a_commit(site: Site) -> None:
    """Half of them before the server has heard of the commit, half before the client hears that it is done."""
    left = CUTS
    done_there: set[Line] = set()

    def watch(way: Way, chunk: bytes, line: Line) -> bool:
        nonlocal left
        if way is Way.TO_CLIENT and line in done_there:
            done_there.remove(line)
            line.abort()
            return False
        if left and way is Way.TO_SERVER and b"COMMIT" in chunk and site.rng.random() < 0.2:
            left -= 1
            site.fault()
            if site.rng.random() < 0.5:
                line.abort()
                return False
            done_there.add(line)
        return True

    async with under_load(site) as load:
        site.database.watch = watch
        while left:
            await load.more(1)
        site.database.watch = None


@scenario()
async def connections_to_the_database_go_silent_for_ever(site: Site) -> None:
    """As when a firewall forgets them: nobody is told, and only new connections work."""
    async with under_load(site) as load:
        await load.more(site.households // 4)
        site.fault(site.database.lose())
        await load.more(site.households // 4)


async def stalled(ways: tuple[Way, ...], site: Site) -> None:
    """Nothing passes these ways for a while; then all of it does."""
    async with under_load(site) as load:
        for _ in range(2):
            await load.more(site.households // 4)
            site.database.stall(*ways)
            site.fault()
            await asyncio.sleep(STALL_SECONDS)
            site.database.resume()
            site.calm()


for way in Way:
    add(f"connections to the database stall on the way {way.value}", partial(stalled, (way,)))


@scenario()
async def the_database_is_slow(site: Site) -> None:
    async with under_load(site) as load:
        site.database.delay_seconds = SLOW_SECONDS
        site.fault()
        await load.more(site.households // 2)
        site.database.delay_seconds = 0.0
        site.calm()


@scenario()
async def the_database_has_no_connection_left(site: Site) -> None:
    """First it refuses new ones, then all that a service may have wait for one lock."""
    async with under_load(site, at_once=60) as load:
        await load.more(site.households // 4)
        await limit(site, 3)
        site.fault(site.database.cut())
        await asyncio.sleep(FAULTY_SECONDS)
        await limit(site, -1)
        site.calm()
        await load.more(site.households // 4)
        async with site.connect("intake") as database, database.transaction():
            await database.execute("LOCK TABLE household")
            site.fault()
            await asyncio.sleep(FAULTY_SECONDS)
        site.calm()


async def limit(site: Site, connections: int) -> None:
    """At most so many for each service; -1 as many as it likes."""
    for name in talking():
        await site.sql(name, f"ALTER ROLE {name} CONNECTION LIMIT {connections}")


@asynccontextmanager
async def failing(site: Site, code: str, chance: float) -> AsyncIterator[None]:
    """Statements fail with this SQLSTATE for as long as the block lasts."""
    for name, tables in TABLES.items():
        made = TRIGGER.format(code=code, chance=chance)
        await site.sql(name, made + "".join(ON_TABLE.format(table=table) for table in tables))
    try:
        yield
    finally:
        for name in TABLES:
            await site.sql(name, "DROP FUNCTION fault CASCADE")


async def errors(codes: tuple[str, ...], chance: float, site: Site) -> None:
    async with under_load(site) as load:
        for code in codes:
            await load.more(site.households // 4)
            async with failing(site, code, chance):
                site.fault()
                await asyncio.sleep(FAULTY_SECONDS)
            site.calm()


add("the disk of the database is full", partial(errors, ("53100",), 1.0))
add("transactions meet in serialization failures and deadlocks", partial(errors, ("40001", "40P01"), 0.3))
