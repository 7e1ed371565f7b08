"""Waiting for a condition with a deadline, and the condition that the services have nothing more to tell each other."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from shared.cli import Trouble, typed
from shared.cli.client import Services
from shared.cli.demo.chapter import Chapter
from shared.contracts import talking

POLL_SECONDS = 0.05


async def until(
    condition: Callable[[], Awaitable[str | None]], deadline_seconds: float, every: float = POLL_SECONDS
) -> None:
    """Wait until `condition` answers None; until then it answers in words what is still missing.

    Trouble with the last such words when the deadline passes.
    """
    try:
        async with asyncio.timeout(deadline_seconds):
            while missing := await condition():
                last = missing
                await asyncio.sleep(every)
    except TimeoutError:
        raise Trouble(
            f"After {deadline_seconds:.0f} s still not settled: {last}. See {typed('doctor')}."
        ) from None


@dataclass
class Quiet:
    """Whether the services are done with each other: nothing in an outbox, nothing put off, the same households known
    to all that keep them, and no message handled since the look before.
    """

    services: Services
    chapters: Sequence[Chapter]
    seen: Any = field(default=None)

    async def __call__(self) -> str | None:
        """None when all is quiet, else what is still under way."""
        states = [await self.services.get(name, "/status") for name in talking()]
        waiting = {state["service"]: state["outbox_rows"] for state in states if state["outbox_rows"]}
        put_off = [
            f"{count:,} {what.replace('_', ' ')} of {state['service']}"
            for state in states
            for what, count in state["put_off"].items()
            if count
        ]
        now = [(state["said"], state["handled"]) for state in states]
        changed, self.seen = now != self.seen, now
        if waiting:
            return ", ".join(f"{rows:,} rows in the outbox of {name}" for name, rows in waiting.items())
        if put_off:
            return ", ".join(put_off)
        if changed:
            return "messages are still being handled"
        return await self._unknown_households(states)

    async def _unknown_households(self, states: list[Any]) -> str | None:
        counts = [(each, await each.households()) for each in self.chapters]
        helped = sum(count or 0 for each, count in counts if each.registers)
        parked = sum(sum((state["parked"] or {}).values()) for state in states)
        for each, known in counts:
            if known not in (None, helped):
                words = f"{type(each).__name__.lower()} knows {known:,} of {helped:,} households"
                return f"{words}; {parked:,} messages are parked" if parked else words
        return None
