"""The servers of a whole benchmark, and the databases and virtual host of one run."""

from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import asyncpg
from faststream.rabbit import RabbitBroker
from sqlalchemy import make_url

from shared.contracts import talking
from shared.database.migrations import migrate
from shared.messaging.definitions import OPERATOR
from shared.messaging.topology import Topology
from shared.settings import ServiceSettings
from tests.bench.stock import fill
from tests.support.servers import Native

NAMES = ("intake", "inventory")
"""The way that is measured, from registered to reserved, leads through these."""
# Figures are read from commit times; the rest keeps a checkpoint from falling into one run and not another.
DATABASE_SETTINGS = {"track_commit_timestamp": "on", "max_wal_size": "'4GB'", "checkpoint_timeout": "'30min'"}


class Ground:
    """A broker and a database server of its own, in a temporary folder and on free ports."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.servers = Native(folder / "servers")
        self._templates: set[str] = set()
        self._runs = 0

    def start(self) -> None:
        self.servers.start()
        for name, value in DATABASE_SETTINGS.items():
            self.servers.sql(f"ALTER SYSTEM SET {name} = {value}")
        self.servers.postgres.restart()
        for name in (*NAMES, "donations", "events"):
            self.servers.write_secrets(name, self.secrets_of(name))

    def stop(self) -> None:
        self.servers.stop()

    def secrets_of(self, service: str) -> Path:
        return self.folder / "secrets" / service

    @asynccontextmanager
    async def site(
        self,
        kits: int = 0,
        items: int = 10,
        rows: int = 0,
        unheard: Sequence[str] = (),
        names: Sequence[str] = NAMES,
    ) -> AsyncIterator["Site"]:
        """Databases and a virtual host for one run: `kits` in stock, `items` in the catalogue, `rows` of history.

        `names` are the services with a database, `unheard` those of them that do not run; their queues must be there,
        and those of all other services: who speaks to nobody fails.
        """
        self._runs += 1
        name = f"run{self._runs}"
        for service in names:
            template = await self._template(service, items, rows)
            self.servers.new_database(f"{service}_{name}", service, template)
        self.servers.new_vhost(name)
        site = Site(self, name)
        if "inventory" in names:
            await site.stock(kits)
        await site.declare({*names} - {*unheard})
        self.servers.sql("CHECKPOINT")
        try:
            yield site
        finally:
            self.servers.delete_vhost(name)
            self.servers.drop_databases(*(f"{service}_{name}" for service in names))

    async def _template(self, service: str, items: int, rows: int) -> str:
        """A migrated database to copy, inventory's with a catalogue and history."""
        name = f"{service}_template" if service == "intake" else f"{service}_template_{items}_{rows}"
        if name not in self._templates:
            self.servers.new_database(name, service)
            url = self.servers.database_url(service, name)
            await migrate(service, make_url(url))
            await fill(libpq(url), service, items, rows)
            self._templates.add(name)
        return name


@dataclass(frozen=True)
class Site:
    """What one run has to itself."""

    ground: Ground
    name: str

    def database_url(self, service: str) -> str:
        """As SQLAlchemy wants it, password included."""
        return self.ground.servers.database_url(service, f"{service}_{self.name}")

    def dsn(self, service: str) -> str:
        """As libpq wants it, password included."""
        return libpq(self.database_url(service))

    def broker_url(self, user: str = OPERATOR) -> str:
        return self.ground.servers.broker_url(user, self.name)

    @property
    def folder(self) -> Path:
        return self.ground.folder / self.name

    async def stock(self, kits: int) -> None:
        """So many kits in the depot."""
        await self.execute(
            "inventory",
            """
            WITH stocked AS (UPDATE shelf SET on_hand = on_hand + $1 WHERE item = 'kit' RETURNING depot, item),
                 lotted AS (UPDATE lot SET on_hand = on_hand + $1 WHERE item = 'kit'),
                 kept AS (INSERT INTO month_total (item, kind, month, on_hand)
                          SELECT item, 'received', date_trunc('month', processed), $1 FROM stocked, day
                          ON CONFLICT (item, kind, month) DO UPDATE
                          SET on_hand = month_total.on_hand + excluded.on_hand)
            INSERT INTO movement (id, at, on_day, depot, item, kind, actor, on_hand)
            SELECT gen_random_uuid(), now(), processed, depot, item, 'received', 'bench', $1 FROM stocked, day
            """,
            kits,
        )

    async def declare(self, running: Collection[str]) -> None:
        """The queues of all services but those that run and declare their own."""
        delays = ServiceSettings.model_fields["retry_delays_seconds"].default
        async with RabbitBroker(self.broker_url(), logger=None) as broker:
            for service in sorted({*talking()} - {*running}):
                await Topology(service, delays).declare(broker)

    @asynccontextmanager
    async def connect(self, service: str) -> AsyncIterator["asyncpg.Connection[asyncpg.Record]"]:
        connection = await asyncpg.connect(self.dsn(service))
        try:
            yield connection
        finally:
            await connection.close()

    async def execute(self, service: str, statement: str, *values: object) -> None:
        async with self.connect(service) as connection:
            await connection.execute(statement, *values)

    @asynccontextmanager
    async def gate(self) -> AsyncIterator[None]:
        """Nothing can be handled while the block lasts: the inbox is locked, so a full queue starts all at once."""
        async with self.connect("inventory") as connection, connection.transaction():
            await connection.execute("LOCK TABLE inbox IN SHARE MODE")
            yield


def libpq(url: str) -> str:
    return url.replace("postgresql+asyncpg://", "postgresql://")
