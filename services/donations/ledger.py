"""The money ledger: a block in which one unit books. What it booked is posted at the block's end.

    async with MoneyLedger.open(unit, {FundKey("medical", "JPY")}) as ledger:
        ledger.book(EntryKind.PAID, lines, document)

A block that raises posts nothing; nor does one that was marked by `return ledger.refuse(refused)`.

Whoever takes money from a fund, holds it back or promises it has locked the fund, and so decides by what is there.
Whoever only adds money locks nothing: many notices of payments for one fund come at once, and each would otherwise hold
the fund until it has committed. The database refuses a fund below zero in either case.
"""

from collections.abc import AsyncIterator, Collection, Iterable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import date
from uuid import UUID

from uuid_utils.compat import uuid7

from services.donations.domain import entries
from services.donations.domain.entries import Lines
from services.donations.domain.funds import Fund, FundKey
from services.donations.domain.grants import Grant, cut_back, serve, told
from services.donations.domain.ledger import (
    Account,
    Difference,
    Entry,
    EntryKind,
    Kind,
    account,
    differences,
    opposite,
    place,
)
from services.donations.domain.purchases import Purchase, to_book
from services.donations.queries import balances
from services.donations.repository import books, grants, purchases
from shared.messaging.unit import Unit
from shared.outcomes import Refused

SERVE = "serve"
"""The reminder that grants which wait may be served: money has come or became free."""


class MoneyLedger:
    """Funds that one unit has locked, and what it books."""

    def __init__(self, unit: Unit, open_from: date) -> None:
        self.unit = unit
        self._open_from = open_from
        self._locked: dict[FundKey, Fund] = {}
        self._entries: list[Entry] = []
        self._changes: dict[FundKey, Difference] = {}
        """What the entries come to, by fund: summed as they are booked, or each look at a fund would cost more."""
        self._grants: dict[UUID, tuple[Grant | None, Grant]] = {}
        self._purchases: dict[UUID, Purchase] = {}
        self._refused = False

    @classmethod
    @asynccontextmanager
    async def open(cls, unit: Unit, funds: Collection[FundKey] = ()) -> AsyncIterator["MoneyLedger"]:
        """The ledger with these funds locked. Whoever does not know them yet calls `lock`, once."""
        ledger = cls(unit, await books.open_from(unit.session))
        await ledger.lock(funds)
        yield ledger
        if not ledger._refused:
            await ledger._post()

    def refuse(self, refused: Refused) -> Refused:
        """Post nothing: `return ledger.refuse(refused)`. The edge that opened the unit rolls it back."""
        self._refused = True
        return refused

    async def lock(self, keys: Collection[FundKey]) -> None:
        """Lock funds, all at once, or two units would wait for each other."""
        if keys:
            self._locked |= await books.lock_funds(self.unit.session, keys)

    def fund(self, key: FundKey) -> Fund:
        """A locked fund as this unit has changed it so far. KeyError if it was not locked."""
        change = self._changes.get(key, Difference())
        return self._locked[key].changed(change.balance, change.held, self._set_aside().get(key, 0))

    async def standing(self, which: Account) -> int:
        """What stands on an account, with what this unit has booked on it so far."""
        mine = (line.amount for each in self._entries for line in each.lines if line.account == which)
        return sum(mine, await balances.of_account(self.unit.session, which))

    def grant(self, after: Grant, before: Grant | None) -> None:
        """A grant of a locked fund is different now; `before` is how this unit found it, None if it is new."""
        assert after.key in self._locked, "a grant is changed under its fund's lock"
        first = self._grants[after.id][0] if after.id in self._grants else before
        self._grants[after.id] = (first, after)

    def pay(self, purchase: Purchase) -> None:
        """Book what is owed for a purchase and not spent yet, as far as its fund has it free; or what comes back.

        The fund is locked, and so is the purchase. Suppliers are paid by bank.
        """
        if more := to_book(purchase, self.fund(purchase.key)):
            kind = EntryKind.PURCHASED if more > 0 else EntryKind.RETURNED
            lines = entries.purchased(place("bank", purchase.currency), purchase.fund, purchase.money(more))
            self.book(kind, lines, purchase.id)
        self._purchases[purchase.id] = replace(purchase, spent=purchase.spent + more)

    def keep_purchases(self) -> None:
        """Write the purchases that this unit has changed so far."""
        purchases.save(self.unit.writes, self._purchases.values())

    def book(
        self,
        kind: EntryKind,
        lines: Lines,
        document_id: UUID | None = None,
        happened_on: date | None = None,
        reverses: UUID | None = None,
    ) -> Entry:
        """Book something that happened, today if no day is given; under the first open day if its month is closed.

        ValueError if money is taken from a fund that this unit has not locked.
        """
        happened = happened_on or self.unit.today
        on_day = max(happened, self._open_from)
        entry = Entry(uuid7(), kind, on_day, happened, lines, document_id, reverses)
        changes = differences([entry])
        for key, change in changes.items():
            if key not in self._locked and change.balance < max(change.held, 0):
                raise ValueError(f"{key} is not locked, and a {kind} takes money from it")
        for key, change in changes.items():
            self._changes[key] = change.after(self._changes.get(key, Difference()))
        self._entries.append(entry)
        return entry

    def reverse(self, entry: Entry) -> Entry:
        """Book the opposite of an entry, today: corrections go to the open month, with a reference."""
        return self.book(
            EntryKind.REVERSED, opposite(entry.lines), entry.document_id, self.unit.today, entry.id
        )

    async def _post(self) -> None:
        """Settle the grants of the locked funds, write everything down, and say which grants are different."""
        for key in sorted(self._locked):
            await self._settle(key)
        self.keep_purchases()
        # Before the entries are written: what stands on an account is asked for, and these are added to it here.
        await self._save_grants()
        changes = {key: change for key, change in self._changes.items() if any(change)}
        books.add_entries(self.unit, self._entries)
        books.raise_funds(self.unit.writes, changes, self._set_aside())
        if any(key not in self._locked for key in changes):
            self.unit.remind(SERVE)

    async def _settle(self, key: FundKey) -> None:
        """Take back what is promised and no longer there; or give what is free to the purchases that are ordered, and
        then to those who wait, by their order.
        """
        session = self.unit.session
        if self.fund(key).free > 0:
            for owed in await purchases.owed(session, key):
                self.pay(self._purchases.get(owed.id, owed))
        fund = self.fund(key)
        if fund.free < 0:
            for each in cut_back(fund, self._as_changed(await grants.promised(session, key), key)):
                self._change(each)
        elif fund.free > 0:
            for each in serve(fund, self._as_changed(await grants.waiting(session, key), key)):
                self._change(each)

    def _as_changed(self, found: Iterable[Grant], key: FundKey) -> list[Grant]:
        """Grants that were found, and those this unit has changed, as they are now."""
        for each in found:
            self._grants.setdefault(each.id, (each, each))
        return [after for _, after in self._grants.values() if after.key == key and not after.ended]

    def _change(self, after: Grant) -> None:
        self._grants[after.id] = (self._grants[after.id][0], after)

    async def _save_grants(self) -> None:
        changed, held = [], dict[FundKey, int]()
        for before, after in self._grants.values():
            if before == after:
                continue
            if before is None or _shown(before) != _shown(after):
                said = replace(after, said=after.said + 1)
                if said.missing and said.key not in held:
                    held[said.key] = await self._held_back(said.key)
                self.unit.say(told(said, held.get(said.key, 0), self.unit.today))
                changed.append(said)
            else:
                changed.append(after)
        grants.save(self.unit.writes, changed)

    async def _held_back(self, key: FundKey) -> int:
        """What PayPal holds of a fund: it may be free one day. What fieldworkers carry is on its way to be spent."""
        if not self.fund(key).held:
            return 0
        return await self.standing(account(Kind.HELD, key.currency, key.fund))

    def _set_aside(self) -> dict[FundKey, int]:
        """What is set aside more than before, by fund."""
        sums: dict[FundKey, int] = {}
        for before, after in self._grants.values():
            more = after.set_aside - (before.set_aside if before else 0)
            sums[after.key] = sums.get(after.key, 0) + more
        return {key: more for key, more in sums.items() if more}


def _shown(grant: Grant) -> tuple[object, ...]:
    """What the others are told of a grant."""
    return grant.status, grant.set_aside, grant.paid, grant.missing, grant.reason


def lacking(funds: Iterable[Fund]) -> str | None:
    """Words for the first fund that would be below zero; None if all have enough."""
    short = next((each for each in funds if each.free < 0), None)
    return f"The fund {short.key.fund} has not enough {short.key.currency} free." if short else None
