"""What a unit changed of the store, written down and said.

What happened follows from how the reservations differ at the end from what they were: the ledger's lines, the shelves,
the totals and the facts that the other services hear. So no path can change stock and forget to say so.
"""

import time
from collections import Counter
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from uuid_utils.compat import uuid7

from services.inventory.domain.draft import Draft
from services.inventory.domain.facts import facts, net
from services.inventory.domain.items import Catalogue
from services.inventory.domain.movements import (
    Movement,
    MovementKind,
    days_of,
    lines_for,
    lot_differences,
    shelf_differences,
)
from services.inventory.domain.rules import Rules
from services.inventory.domain.stock import Depot, Lot, ShelfKey
from services.inventory.domain.totals import month_differences, total_differences
from services.inventory.repository import marks, reservations, stock, totals
from shared.messaging.unit import Unit

FORECAST = "forecast"
"""The timer that reckons how long the food lasts; a reminder, or under the key LATER."""

LATER = f"{FORECAST} later"
"""The key of the forecast that waits until the parts of something longer are done."""

FORECAST_DELAY = timedelta(seconds=5)
"""So long after the last unit of which the forecast may wait it is made at the latest."""

DEAL = "deal"
"""The timer that deals marked shelves of one item whose time has come."""


class Posting(Draft):
    """The store as one unit has changed it, with all that is to be written down beside shelves and reservations."""

    def __init__(
        self,
        unit: Unit,
        rules: Rules,
        catalogue: Catalogue,
        depots: Sequence[Depot],
        document: UUID | None = None,
        *,
        puts_off: bool = False,
        today: date | None = None,
    ) -> None:
        super().__init__()
        self.unit = unit
        self.rules = rules
        self.catalogue = catalogue
        self.depots = depots
        self.document = document
        self.today = today or unit.today
        self._puts_off = puts_off
        self._refused = False
        self.forecast_may_wait = False
        """True for a part of something longer, set before it locks. Whoever does the last part calls `forecast_now`; if
        the parts stop half-way, the forecast is made all the same, after FORECAST_DELAY."""
        self._taken_back = False
        self._standing = marks.Standing()
        self._to_mark: set[ShelfKey] = set()
        self._dealt: set[ShelfKey] = set()
        self._began = time.monotonic()
        self._movements: list[Movement] = []
        self._lots: list[tuple[ShelfKey, Lot]] = []
        self._lapsed: Counter[tuple[UUID, str]] = Counter()

    def _move(self, key: ShelfKey, kind: str, **values: Any) -> None:
        self._movements.append(self._line(key, kind, **values))

    def _line(self, key: ShelfKey, kind: str, **values: Any) -> Movement:
        return Movement(
            uuid7(), *key, MovementKind(kind), self.unit.actor.id, document_id=self.document, **values
        )

    async def _post(self) -> None:
        """Write everything down and say what happened; what comes after it starts from there."""
        session, today, changed = self.unit.session, self.today, self.changed()
        changes = net(changed)
        out = {change.key for change in changes if change.delivered > 0}
        lots = await stock.lots_of(session, out) if out else {}
        movements = self._movements + lines_for(changes, lots, today, self._line, days_of(changed, today))
        await stock.add_lots(session, self._lots)
        await stock.move_lots(session, lot_differences(movements, {lot.id for _, lot in self._lots}))
        await stock.move_shelves(session, shelf_differences(movements))
        await reservations.save_reservations(session, [after for _, after in changed])
        await stock.add_movements(session, movements, self.unit.now, today)
        await stock.add_unmet(session, today - timedelta(days=1), self._lapsed)
        totals.add(self.unit.writes, total_differences(changed), month_differences(movements, today))
        for fact in facts(changed, self._lapsed, self.catalogue, self.depots, today):
            self.unit.say(fact)
        await self._post_marks()
        self._ask_for_forecast()
        self._start_anew()

    def _ask_for_forecast(self) -> None:
        if self.forecast_may_wait:
            # Each part sets the one timer anew, so it is done once the parts have stopped. That it may be under way now
            # does no harm: a forecast waits for no shelf.
            self.unit.later(FORECAST, {}, self.unit.now + FORECAST_DELAY, LATER)
        else:
            self.unit.remind(FORECAST)

    async def _post_marks(self) -> None:
        """Take away the marks of what was dealt, and set new ones, each with a timer of its own.

        The timer's key names the time: a key that a timer has that is being done now, and that waits for this unit's
        shelves, would make the two wait for each other.
        """
        session = self.unit.session
        await marks.clear(session, self._dealt)
        await marks.took(session, self._dealt, time.monotonic() - self._began)
        for (depot, item), due in (await marks.mark(session, self._to_mark, self.rules.deal_after)).items():
            self.unit.later(DEAL, {"item": item}, due, f"{DEAL} {item} {depot} {due.isoformat()}")

    def _start_anew(self) -> None:
        self.forget()
        self._to_mark, self._dealt = set(), set()
        self._movements, self._lots, self._lapsed = [], [], Counter()


async def forecast_now(unit: Unit) -> None:
    """All parts are done: have the forecast made soon, and not once more later.

    If another unit sets the timer at this moment, it stays, and one forecast too many is made.
    """
    unit.remind(FORECAST)
    await unit.cancel(LATER)
