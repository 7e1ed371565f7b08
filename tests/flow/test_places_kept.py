"""A gift keeps the place of a child who may come back: nobody takes it meanwhile, and afterwards one child does."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import partial
from uuid import UUID

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from services.sponsorship.commands import children, sponsorships
from services.sponsorship.day import on_day
from services.sponsorship.domain.children import Left
from shared.contracts.base import Contract
from shared.contracts.intake import (
    AgeBand,
    HouseholdClosed,
    HouseholdRegistered,
    HouseholdReopened,
    HouseholdState,
    MemberFacts,
)
from tests.support.giving import consent, gift, paid
from tests.support.properties import tried_with
from tests.support.registrations import said
from tests.support.sponsor_room import SponsorRoom

FIRST = date(2006, 11, 1)
KEPT = timedelta(days=3)
GIFT = UUID(int=0x11)
Step = tuple[str, int]
"""What is done: with which child, or how many days pass."""

steps = st.one_of(
    st.tuples(
        st.sampled_from(["close", "reopen", "close", "reopen", "leave", "come_back", "agree", "disagree"]),
        st.integers(0, 2),
    ),
    st.tuples(st.just("pass"), st.sampled_from([1, 3, 4])),
)


@dataclass
class Kept:
    """Three children who may be shown, a gift for some of them, and what was done, as whoever did it knows."""

    room: SponsorRoom
    wanted: int
    today: date = FIRST
    helped: list[bool] = field(default_factory=lambda: [True] * 3)
    versions: list[int] = field(default_factory=lambda: [1] * 3)
    said: list[bool] = field(default_factory=lambda: [False] * 3)
    """Staff said where the child went."""
    agreed: list[bool] = field(default_factory=lambda: [True] * 3)
    asked: list[int] = field(default_factory=lambda: [1] * 3)
    """The version of each consent."""
    left: dict[int, date] = field(default_factory=dict)
    """The day on which a child left its sponsor last."""

    def fact(self, contract: type[HouseholdState], child: int) -> Contract:
        """What intake says of the household of a child that is helped now, or of one that is not."""
        key, version = UUID(int=child + 1), self.versions[child]
        home = UUID(int=key.int << 8)
        if not self.helped[child]:
            return HouseholdClosed(household_id=home, version=version, on=self.today)
        members = (MemberFacts(member_id=key, age_band=AgeBand.SCHOOL, size="122"),)
        return said(contract, version, household_id=home, members=members, on=self.today, registered_on=FIRST)

    async def comes(self, child: int) -> None:
        await self.room.hears(self.fact(HouseholdRegistered, child), self.consents(child))

    def consents(self, child: int) -> Contract:
        who = {"child_id": str(UUID(int=child + 1)), "household_id": str(UUID(int=(child + 1) << 8))}
        return consent(who, self.asked[child], agreed=self.agreed[child])

    async def begin(self) -> None:
        for child in range(3):
            await self.comes(child)
        await self.room.hears(gift(GIFT, "active", children=self.wanted))
        await self.room.hears(paid(GIFT, FIRST, FIRST + timedelta(days=300)))

    async def placed(self) -> set[int]:
        rows = await self.room.rows("SELECT child_id FROM sponsorship WHERE ends_on IS NULL")
        found = [UUID(str(row["child_id"])).int - 1 for row in rows]
        assert len(found) == len(set(found)) <= self.wanted
        return set(found)

    def kept_for(self, now: set[int]) -> set[int]:
        """Those for whom a place is kept: who is away, or is back and may not be given to a sponsor."""
        late = {child for child, day in self.left.items() if day + KEPT > self.today} - now
        return {
            each for each in late if (not self.agreed[each] if self.helped[each] else not self.said[each])
        }

    async def do(self, what: str, which: int) -> None:
        rules = self.room.settings.rules
        if what == "pass":
            for _ in range(which):
                self.today += timedelta(days=1)
                await self.room.to(self.today)
                # Two replicas do the same day's work.
                work = partial(on_day(self.room.settings), self.today)
                await asyncio.gather(self.room.do(work), self.room.do(work))
        elif what in ("close", "reopen") and self.helped[which] is (what == "close"):
            self.versions[which] += 1
            self.helped[which] = not self.helped[which]
            await self.room.hears(self.fact(HouseholdReopened, which))
        elif what in ("agree", "disagree") and self.agreed[which] is (what == "disagree"):
            self.asked[which] += 1
            self.agreed[which] = not self.agreed[which]
            await self.room.hears(self.consents(which))
        elif what == "leave" and not self.helped[which]:
            self.said[which] = True
            await self.room.do(lambda unit: children.leave(unit, rules, UUID(int=which + 1), Left.SETTLED))
        elif what == "come_back":
            self.said[which] = False
            await self.room.do(lambda unit: children.come_back(unit, rules, UUID(int=which + 1)))

    async def step(self, what: str, which: int) -> None:
        """Nobody gets a place that is kept for others, and no other place stays free while a child waits."""
        before, late = (
            await self.placed(),
            {each for each, day in self.left.items() if day + KEPT > self.today},
        )
        await self.do(what, which)
        now = await self.placed()
        self.left |= dict.fromkeys(before - now, self.today)
        kept, new = self.kept_for(now), now - before - late
        assert not new or len(now) + len(kept) <= self.wanted, (what, which)
        waits = {each for each in range(3) if self.helped[each] and self.agreed[each]} - now
        assert not waits or len(now) + len(kept) >= self.wanted, (what, which)


async def tell(url: str, wanted: int, story: Sequence[Step]) -> None:
    async with SponsorRoom.open(url, FIRST, back_days=KEPT.days) as room:
        kept = Kept(room, wanted)
        await kept.begin()
        for what, which in story:
            await kept.step(what, which)
        assert await room.breaches() == set()


def test_a_place_that_is_kept_is_nobody_else_s_and_afterwards_one_child_s(sponsors_url: str) -> None:
    @tried_with(8)
    @given(st.integers(1, 2), st.lists(steps, max_size=9))
    # The first child had the sponsor before the second one, whose household is closed by mistake.
    @example(1, [("close", 0), ("pass", 3), ("close", 1), ("close", 2), ("reopen", 0), ("reopen", 1)])
    @example(1, [("close", 0), ("pass", 3), ("close", 1), ("close", 2), ("reopen", 0), ("leave", 1)])
    @example(1, [("close", 0), ("pass", 3), ("close", 1), ("reopen", 0), ("pass", 4)])
    # Staff say where the child went and take it back: its place was given away rightly.
    @example(1, [("close", 0), ("pass", 1), ("leave", 0), ("come_back", 0)])
    # The first child is back, and for a while sponsors may not be shown it.
    @example(1, [("close", 0), ("disagree", 0), ("reopen", 0), ("pass", 1), ("agree", 0)])
    @example(1, [("close", 0), ("disagree", 0), ("reopen", 0), ("pass", 4), ("agree", 0)])
    def in_any_story(wanted: int, story: list[Step]) -> None:
        asyncio.run(tell(sponsors_url, wanted, story))

    in_any_story()


@pytest.mark.parametrize("back_days", [KEPT.days, 1])
async def test_who_had_a_gift_before_comes_before_who_waits(
    sponsors_url: str, monkeypatch: pytest.MonkeyPatch, back_days: int
) -> None:
    """Two gifts keep places up to one day, for 2 and 3; each had another child before, 0 and 1; and 4 waits. The gifts
    are looked at one after another on that day; or places are kept for fewer days now, and nobody looks at them.
    """
    monkeypatch.setattr(sponsorships, "MANY", 1)
    async with SponsorRoom.open(sponsors_url, FIRST, back_days=KEPT.days) as room:
        kept = Kept(room, 1, helped=[True] * 5, versions=[1] * 5, agreed=[True] * 5, asked=[1] * 5)
        for first in (0, 2):
            for child in (first, first + 1):
                await kept.comes(child)
                one = UUID(int=GIFT.int + child % 2)
                await room.hears(gift(one, "active"), paid(one, FIRST, FIRST + timedelta(days=300)))
            await kept.do("pass", 1)
            await kept.do("close", first)
            await kept.do("close", first + 1)
            await kept.do("pass", 2 if first else KEPT.days)
        for child in (0, 1):
            await kept.do("reopen", child)
        kept.room = SponsorRoom(sponsors_url, back_days=back_days)
        await kept.comes(4)
        await kept.do("pass", 1)
        await kept.room.engine.dispose()
        rows = await room.rows("SELECT child_id, gift_id FROM sponsorship WHERE ends_on IS NULL")
        assert {(UUID(str(row["child_id"])).int, UUID(str(row["gift_id"])).int) for row in rows} == {
            (1, 17),
            (2, 18),
        }
        assert not await room.rows("SELECT id FROM hold WHERE child_id = :child", child=UUID(int=5))
        assert await room.breaches() == set()
