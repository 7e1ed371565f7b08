"""The book of children: the block in which a unit changes who waits and who supports whom.

    async with Book.open(unit, rules) as book:
        book.touch(children)
    # each of them stands as the facts and decisions say, and what changed is said

One unit at a time has the book. Children are few and their changes quick; with a lock for each child and each gift, a
unit that begins with a child and one that begins with a gift would wait for each other.
"""

from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Self
from uuid import UUID

from sqlalchemy import text

from services.sponsorship.domain.children import Seen
from services.sponsorship.domain.rules import Rules
from services.sponsorship.domain.settling import Page
from services.sponsorship.ledger import pages, placing, school
from services.sponsorship.ledger.pages import Loaded
from shared.messaging.unit import Unit

MANY = 200
"""Children, or gifts, of one page: what is asked of a page looks at all that is on it, so the work for each child grows
with the page.
"""
_ALONE = text("SELECT pg_advisory_xact_lock(20060915)")


@dataclass
class Book:
    """What a unit that has the book changes."""

    unit: Unit
    rules: Rules
    children: set[UUID] = field(default_factory=set)
    gifts: set[UUID] = field(default_factory=set)
    seen: dict[UUID, Seen] = field(default_factory=dict)
    _loaded: Loaded | None = None

    @classmethod
    @asynccontextmanager
    async def open(cls, unit: Unit, rules: Rules) -> AsyncIterator[Self]:
        """Wait for the book; at the end of the block everything that was touched is settled, written and said."""
        await unit.session.execute(_ALONE)
        book = cls(unit, rules)
        yield book
        await book._close()

    def touch(self, children: Iterable[UUID] = (), gifts: Iterable[UUID] = ()) -> None:
        """Something has changed for these gifts, and for these, who may be children or not."""
        self.children.update(children)
        self.gifts.update(gifts)

    def see(self, seen: Mapping[UUID, Seen]) -> None:
        """Some fact has these children as of school age."""
        for key, each in seen.items():
            self.seen[key] = each.with_(self.seen.get(key, each))
        self.touch(seen)

    async def say_again(self, payment_id: UUID) -> None:
        """Say once more what was asked for a month of school, as it is."""
        await school.say_again(self.unit, payment_id)

    async def look(self) -> Page:
        """What was touched so far as it stands now, to be changed by the caller. Nothing may be touched after it."""
        self._loaded = await pages.load(self.unit, self.rules, self.children, self.gifts, self.seen)
        self._loaded.page.settle()
        return self._loaded.page

    async def _close(self) -> None:
        if not self._loaded:
            await self.look()
        await self._settle(by_hand=True)
        while self.rules.by_itself and (found := await placing.place(self.unit, self.rules)):
            self.children, self.gifts = {each.child_id for each in found}, {each.gift_id for each in found}
            # Whoever was seen is written by now.
            self.seen.clear()
            page = await self.look()
            # What was looked at only now may have taken a gift, or a child: who had a gift before comes first.
            for each in found:
                if page.can_have(each, page.gifts[each.gift_id]):
                    page.save(each)
            if not page.changed:
                break
            await self._settle()

    async def _settle(self, *, by_hand: bool = False) -> None:
        """Settle and write; with `by_hand` the holds that are new by now are what staff decided."""
        if self._loaded:
            page = self._loaded.page
            decided = page.holds.keys() - self._loaded.written if by_hand else set()
            page.settle()
            await pages.write(self.unit, self.rules, self._loaded, decided)
            await school.ask(self.unit, self._loaded)
