"""A session that writes what was gathered (`writes.py`) before it does anything else."""

from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, AsyncSession, AsyncSessionTransaction

from shared.database.writes import Writes


class GatheringSession(AsyncSession):
    """The session of a unit. It writes what `writes` has gathered before the next statement; before a commit or a
    savepoint the unit calls `write`."""

    def __init__(self, engine: AsyncEngine) -> None:
        super().__init__(engine, expire_on_commit=False)
        self.writes = Writes()

    async def write(self) -> None:
        """Write what was gathered."""
        if self.writes:
            await self.writes.flush(await super().connection())

    async def beside(self, statement: Any, values: Any) -> Any:
        """Execute what has nothing to do with the rows that are gathered, so that they need not be written first."""
        return await super().execute(statement, values)

    async def execute(self, *arguments: Any, **more: Any) -> Any:
        await self.write()
        return await super().execute(*arguments, **more)

    async def scalar(self, *arguments: Any, **more: Any) -> Any:
        await self.write()
        return await super().scalar(*arguments, **more)

    async def scalars(self, *arguments: Any, **more: Any) -> Any:
        await self.write()
        return await super().scalars(*arguments, **more)

    async def stream(self, *arguments: Any, **more: Any) -> Any:
        await self.write()
        return await super().stream(*arguments, **more)

    async def connection(self, *arguments: Any, **more: Any) -> AsyncConnection:
        await self.write()
        return await super().connection(*arguments, **more)

    def begin_nested(self) -> AsyncSessionTransaction:
        """The caller has called `write` before: an undone savepoint would take along what was gathered before it."""
        assert not self.writes, "write() before a savepoint"
        return super().begin_nested()
