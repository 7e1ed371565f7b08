"""What a child and a gift come to follows from the facts and their days, in whatever order they are heard."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from itertools import count
from uuid import UUID
from zoneinfo import ZoneInfo

from hypothesis import example, given
from hypothesis import strategies as st

from services.sponsorship.domain.gifts import Gift, Told, failing_since
from services.sponsorship.domain.holds import Hold, Moment
from services.sponsorship.domain.settling import Page
from services.sponsorship.domain.together import Care
from tests.support.properties import tried_with

CHILD, GIFT, HOLD = (UUID(int=number) for number in (1, 2, 3))
TOKYO = ZoneInfo("Asia/Tokyo")
NOON = datetime(2006, 11, 1, 12, tzinfo=UTC)
STATUSES = ("starting", "active", "at_risk", "at_risk", "lapsed", "ended")
Fact = tuple[str, int, object, date]
"""What it is of (gift, payment, household, day), its version, what it says, and its day."""


def november(day: int) -> date:
    return date(2006, 11, day)


@st.composite
def stories(draw: st.DrawFn) -> tuple[date, Sequence[Fact], Sequence[Fact]]:
    """The day of the hold, and facts in two orders, in one of them repeated."""
    facts: list[Fact] = [("day", 1, None, november(25))]
    for number, status in enumerate(draw(st.lists(st.sampled_from(STATUSES), max_size=4))):
        facts.append(("gift", number + 2, status, november(3 * number + 3)))
    if begun := draw(st.sampled_from([None, *map(november, range(1, 21))])):
        facts.append(("payment", 1, None, begun))
    closings = range(draw(st.integers(0, 3)))
    facts += [("household", each + 2, bool(each % 2), november(4 * each + 4)) for each in closings]
    again = [*facts, *draw(st.lists(st.sampled_from(facts), max_size=3))]
    made_on = november(draw(st.integers(1, 12)))
    return made_on, draw(st.permutations(facts)), draw(st.permutations(again))


@dataclass
class Known:
    """What was heard so far; the newest counts, but for since when the gift is at risk."""

    told: dict[int, tuple[str, date]] = field(default_factory=lambda: {1: ("active", november(1))})
    begun: date | None = None
    helped: dict[int, bool] = field(default_factory=lambda: {1: True})

    def hear(self, fact: Fact) -> None:
        what, version, said, on = fact
        if what == "gift":
            self.told[version] = (str(said), on)
        elif what == "payment":
            self.begun = on
        elif what == "household":
            self.helped[version] = bool(said)

    @property
    def gift(self) -> Gift:
        status, on = self.told[max(self.told)]
        told = [Told(version, each == "at_risk", day) for version, (each, day) in self.told.items()]
        return Gift(GIFT, status, 1, on, self.begun, failing_since=failing_since(told))


def end_of(made_on: date, story: Sequence[Fact]) -> tuple[object, ...]:
    """Whether the gift has the child, or had it and since when, or keeps it."""
    known, ids = Known(), (UUID(int=number) for number in count(10))
    hold = Hold(HOLD, CHILD, GIFT, made_on, november(20))
    page = Page(
        {CHILD: True},
        {GIFT: known.gift},
        {HOLD: hold},
        {},
        Moment(november(12), NOON, TOKYO),
        lambda: next(ids),
        cares={CHILD: Care()},
    )
    for fact in story:
        known.hear(fact)
        if fact[0] == "day":
            page.moment = Moment(fact[3], NOON, TOKYO)
        page.gifts, page.helped = {GIFT: known.gift}, {CHILD: known.helped[max(known.helped)]}
        page.settle()
    begun = min((each.starts_on for each in page.sponsorships.values()), default=None)
    failing = known.gift.failing_since
    assert begun is None or failing is None or begun <= failing
    return page.main_of(CHILD) is not None, page.hold_of(CHILD) is not None, begun


@tried_with(300)
@given(stories())
@example(
    (
        november(1),
        [
            ("payment", 1, None, november(7)),
            ("gift", 2, "at_risk", november(3)),
            ("day", 1, None, november(25)),
        ],
        [
            ("day", 1, None, november(25)),
            ("gift", 2, "at_risk", november(3)),
            ("payment", 1, None, november(7)),
        ],
    )
)
def test_a_gift_at_risk_has_the_same_child_in_whatever_order_it_is_heard(
    story: tuple[date, Sequence[Fact], Sequence[Fact]],
) -> None:
    made_on, one, other = story
    assert end_of(made_on, one) == end_of(made_on, other)
