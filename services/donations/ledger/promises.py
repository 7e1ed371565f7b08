"""What one unit has promised of the funds that it locked: to grants, to appeals, and to purchases that are ordered."""

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import replace
from uuid import UUID

from services.donations.domain.appeals import Appeal, lowered
from services.donations.domain.funds import FundKey
from services.donations.domain.grants import Grant, told
from services.donations.domain.purchases import Purchase
from services.donations.repository import appeals, grants, purchases
from shared.messaging.unit import Unit

SERVE = "serve"
"""The reminder that those who wait may be served: money has come or became free."""


class Promises:
    """Grants and appeals as the unit found them and as they are now, and purchases as they are now."""

    def __init__(self, unit: Unit) -> None:
        self.unit = unit
        self._grants: dict[UUID, tuple[Grant | None, Grant]] = {}
        self._appeals: dict[UUID, tuple[Appeal, Appeal]] = {}
        self._purchases: dict[UUID, Purchase] = {}

    def grant(self, after: Grant, before: Grant | None) -> None:
        """A grant is different now; `before` is how it was found, unless this unit has changed it already."""
        first = self._grants[after.id][0] if after.id in self._grants else before
        self._grants[after.id] = (first, after)

    def grants(self, found: Iterable[Grant], key: FundKey) -> list[Grant]:
        """Grants of a fund that were found, and those that this unit has changed, as they are now."""
        for each in found:
            self._grants.setdefault(each.id, (each, each))
        return [after for _, after in self._grants.values() if after.key == key and not after.ended]

    async def appeal(self, appeal_id: UUID) -> Appeal | None:
        """An appeal as it is now, locked; None if there is none of this id."""
        if appeal_id not in self._appeals:
            found = await appeals.find(self.unit.session, appeal_id, lock=True)
            if found is None:
                return None
            self._appeals[appeal_id] = (found, found)
        return self._appeals[appeal_id][1]

    def at_hand(self, appeal_id: UUID) -> Appeal | None:
        """An appeal that was asked for before, as it is now."""
        known = self._appeals.get(appeal_id)
        return known[1] if known else None

    async def lock(self, ids: Collection[UUID]) -> None:
        """Lock appeals, all at once, before any of them is asked for."""
        self._appeals |= {each.id: (each, each) for each in await appeals.lock_all(self.unit.session, ids)}

    def appeals(self, found: Iterable[Appeal], key: FundKey) -> list[Appeal]:
        """Appeals of a fund that were found, and those that this unit has changed, as they are now."""
        for each in found:
            self._appeals.setdefault(each.id, (each, each))
        return [after for _, after in self._appeals.values() if after.key == key]

    def change(self, appeal: Appeal) -> Appeal:
        """An appeal that was found is different now; it keeps no more than is due to it."""
        self._appeals[appeal.id] = (self._appeals[appeal.id][0], lowered(appeal))
        return self._appeals[appeal.id][1]

    def purchase(self, known: Purchase) -> Purchase:
        """A purchase that was found, as this unit has changed it."""
        return self._purchases.get(known.id, known)

    def keep_purchase(self, purchase: Purchase) -> None:
        """A purchase is different now."""
        self._purchases[purchase.id] = purchase

    def set_aside(self) -> dict[FundKey, int]:
        """What is set aside more than before, by fund."""
        sums: Counter[FundKey] = Counter()
        for before, after in self._grants.values():
            sums[after.key] += after.set_aside - (before.set_aside if before else 0)
        for was, now in self._appeals.values():
            sums[now.key] += now.set_aside - was.set_aside
        return {key: more for key, more in sums.items() if more}

    def said(self) -> list[Grant]:
        """Grants that are to be told of."""
        pairs = self._grants.values()
        return [after for before, after in pairs if before is None or _shown(before) != _shown(after)]

    def save_purchases(self) -> None:
        """Write the purchases that this unit has changed so far."""
        purchases.save(self.unit.writes, self._purchases.values())

    def save(self, held: dict[FundKey, int]) -> None:
        """Write everything down and tell of it; `held` is what PayPal holds of funds."""
        self.save_purchases()
        # An item has one appeal that goes on: the one that ends is written before the one that opens again.
        ended = [(was, now) for was, now in self._appeals.values() if not now.goes_on]
        for was, now in ended:
            appeals.tell(self.unit, was, now)
        if ended:
            self.unit.writes.then()
        for was, now in self._appeals.values():
            if now.goes_on:
                appeals.tell(self.unit, was, now)
        changed = {after.id: after for before, after in self._grants.values() if before != after}
        for each in self.said():
            changed[each.id] = replace(each, said=each.said + 1)
            self.unit.say(told(changed[each.id], held.get(each.key, 0), self.unit.today))
        grants.save(self.unit.writes, changed.values())


def _shown(grant: Grant) -> tuple[object, ...]:
    """What the others are told of a grant."""
    return grant.status, grant.promised, grant.paid, grant.missing, grant.reason
