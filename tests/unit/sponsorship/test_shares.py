"""Whatever is told of gifts and the child, its sponsors bear no more than its support costs, and one bears the rest."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from itertools import count
from uuid import UUID
from zoneinfo import ZoneInfo

from hypothesis import example, given
from hypothesis import strategies as st

from services.sponsorship.domain.gifts import Gift
from services.sponsorship.domain.holds import WHOLE, Hold, Moment, Role, Sponsorship
from services.sponsorship.domain.settling import Page
from services.sponsorship.domain.together import Care
from tests.support.properties import tried_with

CHILD, DAY = UUID(int=1), date(2006, 11, 5)
MOMENT = Moment(DAY, datetime(2006, 11, 5, tzinfo=UTC), ZoneInfo("Asia/Tokyo"))
GIFTS = [UUID(int=number) for number in range(2, 6)]
BEGUN = date(2006, 11, 1)
TOLD = {
    "starting": {"status": "starting"},
    "active": {"status": "active", "begun_on": BEGUN},
    "at_risk": {"status": "at_risk", "begun_on": BEGUN, "failing_since": date(2006, 11, 4)},
    "lapsed": {"status": "lapsed", "begun_on": BEGUN},
}
STEPS = st.one_of(
    st.tuples(st.just("hold"), st.sampled_from(GIFTS), st.sampled_from([0, 4_000, 7_000])),
    st.tuples(st.just("told"), st.sampled_from(GIFTS), st.sampled_from(sorted(TOLD))),
    st.tuples(st.just("helped"), st.just(CHILD), st.booleans()),
)


def hold(page: Page, ids: Iterator[UUID], gift: UUID, share: int) -> None:
    """Somebody keeps the child for a gift, main or with a share, if it may have one."""
    role = Role.CO if share else Role.MAIN
    full = page.gifts[gift].over or page.placed(gift) or page.shares(CHILD) + share >= WHOLE
    if not full and page.is_free(CHILD, role):
        page.save(Hold(next(ids), CHILD, gift, DAY, date(2006, 11, 20), role, share))


@tried_with(200)
@given(st.lists(STEPS, min_size=4, max_size=25))
# Whoever had the larger share is paid again once another one has a share.
@example(
    [
        ("hold", GIFTS[2], 7_000),
        ("told", GIFTS[2], "lapsed"),
        ("hold", GIFTS[3], 4_000),
        ("told", GIFTS[2], "active"),
    ]
)
def test_shares_never_come_to_the_whole_and_one_gift_at_most_is_main(
    steps: Sequence[tuple[str, UUID, object]],
) -> None:
    ids = (UUID(int=number) for number in count(100))
    person = {"person": UUID(int=9)}
    gifts = {each: Gift(each, "active", 1, BEGUN, BEGUN) for each in GIFTS}
    # Two of the gifts are of one person.
    gifts |= {each: replace(gifts[each], **person) for each in GIFTS[:2]}  # type: ignore[arg-type]
    page = Page({CHILD: True}, gifts, {}, {}, MOMENT, lambda: next(ids), cares={CHILD: Care()})
    for what, which, value in steps:
        if what == "hold":
            assert isinstance(value, int)
            hold(page, ids, which, value)
        elif what == "told":
            page.gifts = {**page.gifts, which: replace(page.gifts[which], **TOLD[str(value)])}  # type: ignore[arg-type]
        else:
            page.helped = {CHILD: bool(value)}
        page.settle()
        keeping: list[Hold | Sponsorship] = [each for each in page.sponsorships.values() if each.active]
        keeping += [each for each in page.holds.values() if each.closed_on is None]
        assert page.shares(CHILD) < WHOLE
        assert sum(each.role is Role.MAIN for each in keeping) <= 1
        assert len({each.gift_id for each in keeping}) == len(keeping)
        settled = (dict(page.holds), dict(page.sponsorships))
        page.settle()
        assert (page.holds, page.sponsorships) == settled
