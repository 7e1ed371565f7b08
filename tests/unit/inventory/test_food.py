"""Dealing food: everyone's earlier days before anyone's later days."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.inventory.domain.food import deal, fits, give_all, kept_for_past, lapse
from services.inventory.domain.reservations import Reservation
from services.inventory.domain.whole import cut_back
from services.inventory.domain.wording import words_of
from tests.unit.inventory.builders import DEC_1, DEC_31, accounted, ration, rations

many = st.lists(rations(), max_size=8, unique_by=lambda r: r.id)
days = st.integers(-2, 28).map(lambda offset: DEC_1 + timedelta(days=offset))
spare = st.integers(0, 60_000)


def held(found: Sequence[Reservation]) -> int:
    return sum(r.reserved for r in found)


def dealt_slowly(available: int, found: Sequence[Reservation], today: date) -> list[int]:
    """The rule as one would say it aloud: day by day, in order, until there is nothing left."""
    kept = [kept_for_past(r, today) for r in found]
    given = [r.settled + grams for r, grams in zip(found, kept, strict=True)]
    left = available - sum(kept)
    order = sorted(range(len(found)), key=lambda i: (found[i].rank, found[i].registered_on, found[i].id))
    for offset in range(-5, 60):
        day = DEC_1 + timedelta(days=offset)
        for i in order:
            missing = max(0, found[i].wanted_before(day + timedelta(days=1)) - given[i])
            part = min(missing, left)
            given[i] += part
            left -= part
    return [mark - r.settled for mark, r in zip(given, found, strict=True)]


def test_on_the_plans_figures_all_eat_for_30_days_and_20_people_on_the_31st() -> None:
    sizes = [3] * 40 + [1] * 13
    found = [ration(number, people) for number, people in enumerate(sizes, 1)]
    assert sum(sizes) == 133
    outcome = deal(2_005_000, found, DEC_1)
    after = [dealt.after for dealt in outcome.outcomes]
    assert outcome.left_grams == 0
    assert held(after) == 2_005_000
    assert all(r.reserved >= 30 * r.per_day for r in after)
    assert sum(r.reserved - 30 * r.per_day for r in after) == 10_000
    assert [r.reserved == r.wanted for r in after[:7]] == [True] * 6 + [False]
    assert words_of(after[0].reason) == "All 31 days"
    assert words_of(after[6].reason) == "30 of 31 days; 500 g short from 2006-12-31"
    assert words_of(after[7].reason) == "30 of 31 days; 1,500 g short from 2006-12-31"


def test_within_a_day_the_more_urgent_and_then_the_older_come_first() -> None:
    young_urgent, old, younger = ration(9, rank=0), ration(1), ration(2)
    outcome = deal(31 * 1500 - 800, [old, younger, young_urgent], DEC_1)
    assert [dealt.after.short for dealt in outcome.outcomes] == [300, 500, 0]


def test_later_days_not_fetched_are_dealt_again_when_somebody_arrives() -> None:
    today = date(2006, 12, 16)
    settled = replace(ration(1, 2), delivered=15_000, reserved=16_000)
    newcomer = ration(2, 2, first=today)
    after = [dealt.after for dealt in deal(16_000, [settled, newcomer], today).outcomes]
    assert [r.reserved for r in after] == [8_000, 8_000]
    assert after[0].delivered == 15_000


def test_food_for_days_past_waits_for_its_household() -> None:
    today = date(2006, 12, 16)
    not_fetched, newcomer = replace(ration(1), reserved=15_500), ration(2, first=today, rank=0)
    after = [dealt.after for dealt in deal(15_500, [not_fetched, newcomer], today).outcomes]
    assert [r.reserved for r in after] == [7_500 + 4_000, 4_000]


def test_days_past_that_were_short_lapse_and_are_not_made_good() -> None:
    short = replace(ration(1), reserved=5_200)
    gone = lapse(short, date(2006, 12, 11))
    assert gone.grams == 300
    assert gone.ration.lapsed == 300
    next_day = lapse(gone.ration, date(2006, 12, 12))
    assert next_day.grams == 500
    again = lapse(next_day.ration, date(2006, 12, 12))
    assert again.grams == 0
    fed = deal(100_000, [again.ration], date(2006, 12, 13)).outcomes[0].after
    assert fed.reserved == 15_500 - 800
    assert fed.short == 0


def test_days_to_come_do_not_lapse() -> None:
    assert lapse(ration(1, first=DEC_31), date(2006, 12, 30)).grams == 0


def test_less_than_what_is_kept_for_days_past_goes_in_order() -> None:
    first, second = replace(ration(1), reserved=5_000), replace(ration(2), reserved=5_000)
    outcome = deal(6_000, [second, first], date(2006, 12, 20))
    assert [dealt.reserved for dealt in outcome.outcomes] == [1_000, 5_000]


def test_negative_grams_are_refused() -> None:
    with pytest.raises(ValueError, match="grams to deal"):
        deal(-1, [], DEC_1)


@given(many, spare, days)
def test_dealing_equals_the_slow_rule(found: list[Reservation], free: int, today: date) -> None:
    outcome = deal(held(found) + free, found, today)
    assert [dealt.reserved for dealt in outcome.outcomes] == dealt_slowly(held(found) + free, found, today)


@given(many, spare, days)
def test_dealing_conserves_grams_and_loses_no_request(
    found: list[Reservation], free: int, today: date
) -> None:
    outcome = deal(held(found) + free, found, today)
    after = [dealt.after for dealt in outcome.outcomes]
    assert held(after) + outcome.left_grams == held(found) + free
    for before, now in zip(found, after, strict=True):
        assert accounted(now) == before.wanted == now.wanted
        assert now.settled == before.settled
        assert now.short >= 0


@given(many, spare, days)
def test_nobody_has_a_later_day_while_somebody_lacks_an_earlier_one(
    found: list[Reservation], free: int, today: date
) -> None:
    outcome = deal(held(found) + free, found, today)
    lacking = [d.after for d in outcome.outcomes if d.after.short]
    first_lack = min((_next_day(r) for r in lacking), default=None)
    for dealt in outcome.outcomes:
        untouched = dealt.before.settled + kept_for_past(dealt.before, today)
        if first_lack is not None and dealt.after.settled + dealt.reserved > untouched:
            last_given = date.fromordinal(
                dealt.before.first_ordinal
                + (dealt.before.settled + dealt.reserved - 1) // dealt.before.per_day
            )
            assert last_given <= first_lack


def _next_day(r: Reservation) -> date:
    return date.fromordinal(r.first_ordinal + (r.settled + r.reserved) // r.per_day)


@given(many, spare, days)
def test_dealing_twice_changes_nothing(found: list[Reservation], free: int, today: date) -> None:
    once = [dealt.after for dealt in deal(held(found) + free, found, today).outcomes]
    twice = deal(held(found) + free, once, today)
    assert not [dealt for dealt in twice.outcomes if dealt.changed]


@given(st.lists(st.integers(1, 4), max_size=6), st.integers(0, 400_000))
def test_the_fast_way_gives_what_dealing_gives(people: list[int], free: int) -> None:
    new = [ration(number, count) for number, count in enumerate(people, 1)]
    if fits(new, free, anyone_short=False):
        assert list(give_all(new)) == [dealt.after for dealt in deal(free, new, DEC_1).outcomes]
    else:
        assert any(dealt.after.short for dealt in deal(free, new, DEC_1).outcomes)


def test_the_fast_way_is_not_taken_while_somebody_waits() -> None:
    assert not fits([ration(1)], 1_000_000, anyone_short=True)


@given(many, st.integers(0, 40_000), days)
def test_cutting_food_back_takes_exactly_what_is_missing(
    found: list[Reservation], by: int, today: date
) -> None:
    changed = {r.id: r for r in cut_back(found, by, today)}
    after = [changed.get(r.id, r) for r in found]
    assert held(after) == max(0, held(found) - by)


@given(rations(), days)
def test_lapsing_keeps_the_sum_and_leaves_no_day_past_open(found: Reservation, day: date) -> None:
    gone = lapse(found, day)
    assert accounted(gone.ration) == found.wanted
    assert gone.ration.lapsed - found.lapsed == gone.grams >= 0
    through = found.wanted_before(day + timedelta(days=1))
    assert gone.ration.settled + gone.ration.reserved >= through
