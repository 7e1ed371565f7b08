"""The money ledger: a block in which one unit books. What it booked is posted at the block's end.

    async with MoneyLedger.open(unit, {FundKey("medical", "JPY")}) as ledger:
        ledger.book(EntryKind.PAID, lines, document)

A block that raises posts nothing; nor does one that was marked by `return ledger.refuse(refused)`.

Whoever takes money from a fund, holds it back or promises it has locked the fund, and so decides by what is there.
Whoever only adds money locks nothing: many notices of payments for one fund come at once, and each would otherwise hold
the fund until it has committed. The database refuses a fund below zero in either case.

Whoever asks for money to leave the bank, the till or PayPal has asked `short` before: it locks the place, and refuses
what does not lie there. What PayPal or inventory tells has happened, and is booked; the doctor then shows any place
but PayPal where less than nothing lies.
"""

from collections.abc import AsyncIterator, Collection, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import date
from uuid import UUID

from uuid_utils.compat import uuid7

from services.donations.domain import appeals as of_appeals
from services.donations.domain import entries
from services.donations.domain import grants as of_grants
from services.donations.domain.appeals import Appeal
from services.donations.domain.entries import Lines
from services.donations.domain.funds import Fund, FundKey, not_free
from services.donations.domain.grants import Grant
from services.donations.domain.ledger import (
    TOLD,
    Account,
    Difference,
    Entry,
    EntryKind,
    Kind,
    account,
    differences,
    not_there,
    opposite,
    place,
    taken,
)
from services.donations.domain.purchases import Purchase, to_book
from services.donations.ledger.promises import SERVE, Promises
from services.donations.queries import balances
from services.donations.repository import appeals, books, grants, purchases
from shared.messaging.unit import Unit
from shared.outcomes import Refused, conflict


class MoneyLedger:
    """Funds that one unit has locked, and what it books."""

    def __init__(self, unit: Unit, open_from: date) -> None:
        self.unit = unit
        self._open_from = open_from
        self._locked: dict[FundKey, Fund] = {}
        self._entries: list[Entry] = []
        self._changes: dict[FundKey, Difference] = {}
        """What the entries come to, by fund: summed as they are booked, or each look at a fund would cost more."""
        self._booked_again = set[UUID]()
        self._promises = Promises(unit)
        self._places: set[Account] = set()
        self._refused = False

    @classmethod
    @asynccontextmanager
    async def open(cls, unit: Unit, funds: Collection[FundKey] = ()) -> AsyncIterator["MoneyLedger"]:
        """The ledger with these funds locked. Whoever does not know them yet calls `lock`, once.

        Within a block of `for_many` it is the ledger of that block, which has locked them: ValueError if not.
        """
        if shared := unit.session.info.get(cls):
            shared.has_locked(funds)
            yield shared
            return
        ledger = cls(unit, await books.open_from(unit.session))
        await ledger.lock(funds)
        yield ledger
        if not ledger._refused:
            await ledger._post()

    @classmethod
    @asynccontextmanager
    async def for_many(
        cls, unit: Unit, funds: Collection[FundKey], appeals: Collection[UUID]
    ) -> AsyncIterator["MoneyLedger"]:
        """The ledger for all that one unit books within the block, with funds and appeals locked before.

        It is posted once, at the block's end: only then is it settled what is promised of the funds.
        """
        async with cls.open(unit, funds) as ledger:
            await ledger.lock_appeals(appeals)
            unit.session.info[cls] = ledger
            try:
                yield ledger
            finally:
                del unit.session.info[cls]

    def refuse(self, refused: Refused) -> Refused:
        """Post nothing: `return ledger.refuse(refused)`. The edge that opened the unit rolls it back."""
        assert MoneyLedger not in self.unit.session.info, "others book in this block too"
        self._refused = True
        return refused

    async def lock(self, keys: Collection[FundKey]) -> None:
        """Lock funds, all at once, or two units would wait for each other."""
        if keys:
            self._locked |= await books.lock_funds(self.unit.session, keys)

    def has_locked(self, keys: Collection[FundKey]) -> None:
        """ValueError if one of these funds is not locked."""
        if others := set(keys) - self._locked.keys():
            raise ValueError(f"{sorted(others)} were not locked with the others")

    async def lock_appeals(self, ids: Collection[UUID]) -> None:
        """Lock appeals, all at once, before any of them is asked for. Funds are locked before."""
        await self._promises.lock(ids)

    def fund(self, key: FundKey) -> Fund:
        """A locked fund as this unit has changed it so far. KeyError if it was not locked."""
        change = self._changes.get(key, Difference())
        return self._locked[key].changed(change.balance, change.held, self._promises.set_aside().get(key, 0))

    async def standing(self, which: Account) -> int:
        """What stands on an account, with what this unit has booked on it so far."""
        mine = (line.amount for each in self._entries for line in each.lines if line.account == which)
        return sum(mine, await balances.of_account(self.unit.session, which))

    async def of_document(self, document_id: UUID) -> list[Entry]:
        """The entries of a document with their lines, the oldest first; those that this unit has booked too."""
        mine = [each for each in self._entries if each.document_id == document_id]
        return [*await books.of_document(self.unit.session, document_id), *mine]

    async def short(self, *keys: FundKey) -> Refused | None:
        """Why this unit cannot take what it has booked: one of these locked funds, or a place, has not enough. None if
        nothing is against it.

        Places are locked, after funds and before appeals, so that two units never take the same money.
        """
        if fund := next((each for each in map(self.fund, sorted(keys)) if each.free < 0), None):
            return conflict(not_free(fund))
        await self.lock_places()
        for where, amount in taken(self._entries).items():
            there = await balances.of_account(self.unit.session, where)
            if amount > there:
                return conflict(not_there(where, there, amount))
        return None

    async def lock_places(self) -> None:
        """Lock where money is taken by what was booked so far; before an appeal is changed."""
        asked = taken(self._entries).keys()
        await books.lock_accounts(self.unit.session, asked - self._places)
        self._places |= asked

    def grant(self, after: Grant, before: Grant | None) -> None:
        """A grant of a locked fund is different now; `before` is how this unit found it, None if it is new."""
        assert after.key in self._locked, "a grant is changed under its fund's lock"
        self._promises.grant(after, before)

    async def appeal(self, appeal_id: UUID | None) -> Appeal | None:
        """An appeal as this unit has changed it so far, locked; None if there is none. Funds are locked before."""
        return await self._promises.appeal(appeal_id) if appeal_id else None

    def appeal_at_hand(self, appeal_id: UUID) -> Appeal | None:
        """An appeal that this unit has locked already, as it has changed it so far; None if it has not."""
        return self._promises.at_hand(appeal_id)

    def change(self, appeal: Appeal) -> Appeal:
        """An appeal that this unit has found is different now; it keeps no more than is due to it."""
        after = self._promises.change(appeal)
        kept = appeal.key in self._locked or after.set_aside == 0
        assert kept, "what is set aside for an appeal is changed under its fund's lock"
        return after

    async def pay(self, purchase: Purchase) -> None:
        """Book what is owed for a purchase and not spent yet, as far as something is set aside for its appeal or its
        fund has it free; or what comes back.

        The fund is locked, and so is the purchase. Suppliers are paid by bank.
        """
        appeal = await self.appeal(purchase.appeal_id)
        own = appeal if appeal and appeal.key == purchase.key else None
        if more := to_book(purchase, self.fund(purchase.key), own.set_aside if own else 0):
            kind = EntryKind.PURCHASED if more > 0 else EntryKind.RETURNED
            lines = entries.purchased(place("bank", purchase.currency), purchase.fund, purchase.money(more))
            self.book(kind, lines, purchase.id)
            if own:
                self.change(of_appeals.spent_on(own, more))
        self._promises.keep_purchase(replace(purchase, spent=purchase.spent + more))

    def keep_purchases(self) -> None:
        """Write the purchases that this unit has changed so far."""
        self._promises.save_purchases()

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

    def book_again(self, entry: Entry, happened_on: date) -> Entry:
        """An entry stands under another day: it is undone under its own, and its lines are booked anew. Funds and
        places have what they had, so none of them needs to be locked.
        """
        then, now = (max(each, self._open_from) for each in (entry.happened_on, happened_on))
        of, lines = entry.document_id, opposite(entry.lines)
        undoing = Entry(uuid7(), EntryKind.REVERSED, then, entry.happened_on, lines, of, entry.id)
        anew = Entry(uuid7(), entry.kind, now, happened_on, entry.lines, of)
        self._entries += [undoing, anew]
        self._booked_again.add(undoing.id)
        return anew

    async def _post(self) -> None:
        """Settle what is promised of the locked funds, write everything down, and say what is different.

        ValueError if something that is asked for takes money from a place, and nobody looked what lies there.
        """
        again = self._booked_again
        asked = [each for each in self._entries if each.kind not in TOLD and each.id not in again]
        if unseen := taken(asked).keys() & taken(self._entries).keys() - self._places:
            raise ValueError(f"nobody looked whether so much lies at {sorted(unseen)}")
        for key in sorted(self._locked):
            await self._settle(key)
        # Before the entries are written: what stands on an account is asked for, and these are added to it here.
        lacking = {each.key for each in self._promises.said() if each.missing}
        self._promises.save({key: await self._held_back(key) for key in sorted(lacking)})
        changes = {key: change for key, change in self._changes.items() if any(change)}
        self._write(self._promises.set_aside())
        if any(key not in self._locked for key in changes):
            self.unit.remind(SERVE)

    def _write(self, set_aside: Mapping[FundKey, int]) -> None:
        """Write the entries between what is promised less and what is promised more: the database looks at a fund with
        each statement, and no more may be promised than there is.
        """
        writes = self.unit.writes
        books.set_aside(writes, {key: more for key, more in set_aside.items() if more < 0})
        books.add_entries(self.unit, self._entries)
        if self._entries:
            writes.then()
        books.set_aside(writes, {key: more for key, more in set_aside.items() if more > 0})

    async def _settle(self, key: FundKey) -> None:
        """Take back what is promised and no longer there; or give what is free to the appeals that it came for, to the
        purchases that are ordered, and then to those who wait, by their order.
        """
        session, promises = self.unit.session, self._promises
        mine = promises.appeals(await appeals.unsettled(session, key), key)
        for appeal in mine:
            promises.change(appeal)
        for appeal in of_appeals.fill(self.fund(key), promises.appeals((), key)):
            promises.change(appeal)
        if mine or self.fund(key).free > 0:
            for owed in await purchases.owed(session, key):
                await self.pay(promises.purchase(owed))
        if (fund := self.fund(key)).free > 0:
            waiting = promises.grants(await grants.waiting(session, key), key)
            for grant in of_grants.serve(fund, waiting):
                promises.grant(grant, None)
        elif fund.free < 0:
            await self._cut_back(key)

    async def _cut_back(self, key: FundKey) -> None:
        """Take back what is promised and no longer there: of grants first, since donors gave for the appeals."""
        session, promises = self.unit.session, self._promises
        promised = promises.grants(await grants.promised(session, key), key)
        for grant in of_grants.cut_back(self.fund(key), promised):
            promises.grant(grant, None)
        if self.fund(key).free < 0:
            keeping = promises.appeals(await appeals.keeping(session, key), key)
            for appeal in of_appeals.cut_back(self.fund(key), keeping):
                promises.change(appeal)

    async def _held_back(self, key: FundKey) -> int:
        """What PayPal holds of a fund: it may be free one day. What fieldworkers carry is on its way to be spent."""
        if not self.fund(key).held:
            return 0
        return await self.standing(account(Kind.HELD, key.currency, key.fund))
