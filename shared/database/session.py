"""The sessions of a service: that of a unit, which writes what was gathered (`writes.py`) before it does anything else,
and that of whoever only looks."""

from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, AsyncSession, AsyncSessionTransaction

from shared.database.writes import Writes


class Looking:
    """Opens sessions in which one only looks, and sees one moment: each statement sees what was committed when the
    first one began, and none may change anything.

    If each statement saw a moment of its own, figures would be shown that never were: what moves between two reads is
    counted twice or not at all.
    """

    def __init__(self, engine: AsyncEngine) -> None:
        # The pool stays the engine's own. The driver says it with BEGIN, so it costs no round trip.
        self._engine = engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)

    def __call__(self) -> AsyncSession:
        return AsyncSession(self._engine, expire_on_commit=False)


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
