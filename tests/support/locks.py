"""Watches in which order the units of events take their locks."""

import re
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncEngine

from services.events.repository import ORDER

_LOCKING = re.compile(r"FROM \"?(\w+)(?!.*FROM).* FOR (?:NO KEY )?(?:KEY )?(?:UPDATE|SHARE)", re.DOTALL)
_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_MAKING = re.compile(r"^\s*INSERT INTO \"?(\w+)")


@dataclass
class Locks:
    """What each transaction of an engine has locked, as far as ORDER names it, and what came too late. What it has
    already, by the ids that it named, it may lock again.
    """

    held: dict[int, dict[str, set[str]]] = field(default_factory=dict)
    out_of_order: list[tuple[str, ...]] = field(default_factory=list)

    @classmethod
    def of(cls, engine: AsyncEngine) -> "Locks":
        found = cls()
        event.listen(engine.sync_engine, "begin", found._begins)
        event.listen(engine.sync_engine, "before_cursor_execute", found._executes)
        return found

    def _begins(self, connection: Any) -> None:
        self.held[id(connection)] = {}

    def _executes(
        self, connection: Any, _cursor: Any, statement: str, parameters: Any, *_more: object
    ) -> None:
        what, named = _locked(statement, str(parameters)), set(_ID.findall(str(parameters)))
        if what not in ORDER:
            return
        held = self.held.setdefault(id(connection), {})
        known = what in held and named <= held[what]
        if not known and any(ORDER.index(each) > ORDER.index(what) for each in held):
            self.out_of_order.append((*held, what))
        held.setdefault(what, set()).update(named)


def _locked(statement: str, parameters: str) -> str:
    if "pg_advisory_xact_lock" in statement and "helping" in parameters:
        return "desk"
    found = _LOCKING.search(statement) or _MAKING.match(statement)
    return found.group(1) if found else ""
