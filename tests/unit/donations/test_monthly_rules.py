"""How a monthly gift stands: from all that was told and paid, in whatever order it came."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.donations.domain.monthly import Cover, Paid, Rest, belongs, standing
from services.donations.domain.subscriptions import Told, What
from shared.contracts.donations import MonthlyGiftStatus as Status
from shared.dates import month_later

GRACE = timedelta(days=45)
START = date(2006, 5, 3)


def told(what: What, on: date, amount: int = 0) -> Told:
    return Told(datetime.combine(on, time(3), UTC), what, on, amount, "USD" if amount else "")


def paid(on: date, minor: int = 30_00, name: str = "", *, disputed: bool = False) -> Paid:
    return Paid(on, name or f"S{on:%m%d}", minor, "USD", disputed)


ACTIVE = told(What.ACTIVE, START)
MAY, JUNE = paid(START), paid(date(2006, 6, 3))
FAILED = told(What.FAILED, date(2006, 7, 3))
STORIES: dict[str, tuple[list[Told], list[Paid], str, Status, str | None, str | None]] = {
    # name: told, paid, today, status, covered until, grace until
    "approved by nobody yet": ([told(What.PENDING, START)], [], "2006-12-01", Status.STARTING, None, None),
    "activated, not paid": ([ACTIVE], [], "2006-05-04", Status.STARTING, None, None),
    "activated, never paid": ([ACTIVE], [], "2006-05-13", Status.AT_RISK, None, "2006-06-27"),
    "paid": ([ACTIVE], [MAY], "2006-05-20", Status.ACTIVE, "2006-06-03", None),
    "paid, and nobody told that it is active": ([], [MAY], "2006-05-20", Status.ACTIVE, "2006-06-03", None),
    "paid twice": ([ACTIVE], [MAY, JUNE], "2006-06-20", Status.ACTIVE, "2006-07-03", None),
    "late, and within PayPal's tries": ([ACTIVE], [MAY], "2006-06-12", Status.ACTIVE, "2006-06-03", None),
    "late": ([ACTIVE], [MAY], "2006-06-13", Status.AT_RISK, "2006-06-03", "2006-07-28"),
    "failed": ([ACTIVE, FAILED], [MAY, JUNE], "2006-07-03", Status.AT_RISK, "2006-07-03", "2006-08-17"),
    "the last day of grace": (
        [ACTIVE, FAILED],
        [MAY, JUNE],
        "2006-08-17",
        Status.AT_RISK,
        "2006-07-03",
        "2006-08-17",
    ),
    "lapsed": ([ACTIVE, FAILED], [MAY, JUNE], "2006-08-18", Status.LAPSED, "2006-07-03", None),
    "recovered within the grace, by one sale for two months": (
        [ACTIVE, FAILED],
        [MAY, JUNE, paid(date(2006, 8, 6), 60_00)],
        "2006-08-20",
        Status.ACTIVE,
        "2006-09-03",
        None,
    ),
    "recovered after it lapsed begins anew": (
        [ACTIVE, FAILED],
        [MAY, JUNE, paid(date(2006, 10, 6))],
        "2006-10-07",
        Status.ACTIVE,
        "2006-11-06",
        None,
    ),
    "a try that failed on the day on which the next one succeeded": (
        [ACTIVE, told(What.FAILED, date(2006, 6, 3))],
        [MAY, JUNE],
        "2006-06-04",
        Status.ACTIVE,
        "2006-07-03",
        None,
    ),
    "suspended": (
        [ACTIVE, told(What.SUSPENDED, date(2006, 6, 20))],
        [MAY, JUNE],
        "2006-06-20",
        Status.AT_RISK,
        "2006-07-03",
        "2006-08-04",
    ),
    "suspended, and active again": (
        [ACTIVE, told(What.SUSPENDED, date(2006, 6, 20)), told(What.ACTIVE, date(2006, 6, 25))],
        [MAY, JUNE],
        "2006-06-26",
        Status.ACTIVE,
        "2006-07-03",
        None,
    ),
    "disputed": (
        [ACTIVE],
        [MAY, paid(date(2006, 6, 3), disputed=True)],
        "2006-06-04",
        Status.AT_RISK,
        "2006-07-03",
        None,
    ),
    "refunded in full": (
        [ACTIVE],
        [MAY, paid(date(2006, 6, 3), 0)],
        "2006-06-04",
        Status.ACTIVE,
        "2006-06-03",
        None,
    ),
    "half refunded covers no month": (
        [ACTIVE],
        [MAY, paid(date(2006, 6, 3), 15_00)],
        "2006-06-04",
        Status.ACTIVE,
        "2006-06-03",
        None,
    ),
    "a year at once covers three months by itself": (
        [ACTIVE, told(What.PRICE, START, 30_00)],
        [paid(START, 360_00)],
        "2006-05-04",
        Status.ACTIVE,
        "2006-08-03",
        None,
    ),
    "a price that was raised": (
        [ACTIVE, told(What.PRICE, START, 30_00), told(What.PRICE, date(2006, 6, 1), 60_00)],
        [MAY, paid(date(2006, 6, 3), 60_00)],
        "2006-06-04",
        Status.ACTIVE,
        "2006-07-03",
        None,
    ),
    "cancelled": (
        [ACTIVE, told(What.CANCELLED, date(2006, 6, 20))],
        [MAY, JUNE],
        "2006-06-20",
        Status.ENDED,
        "2006-07-03",
        None,
    ),
    "cancelled stays cancelled, whatever is told of it later": (
        [ACTIVE, told(What.CANCELLED, date(2006, 6, 20)), told(What.ACTIVE, date(2006, 7, 1))],
        [MAY, JUNE],
        "2006-07-02",
        Status.ENDED,
        "2006-07-03",
        None,
    ),
    "what is charged after the end covers nothing": (
        [ACTIVE, told(What.CANCELLED, date(2006, 6, 20))],
        [MAY, JUNE, paid(date(2006, 7, 3))],
        "2006-07-04",
        Status.ENDED,
        "2006-07-03",
        None,
    ),
}


@pytest.mark.parametrize("name", STORIES)
def test_a_gift_stands_by_what_was_told_and_paid(name: str) -> None:
    news, payments, today, status, covered, grace = STORIES[name]
    found = standing(news, payments, date.fromisoformat(today), GRACE)
    assert (found.status, found.covered_until, found.grace_until) == (
        status,
        date.fromisoformat(covered) if covered else None,
        date.fromisoformat(grace) if grace else None,
    )


COVERED = [
    # payments as (day, minor units), what was told besides, today, what each covers
    ([("05-03", 30_00), ("06-03", 30_00)], [], "07-01", {"0503": "05-03 06-03", "0603": "06-03 07-03"}),
    # One of two months at once pays the month that was missed, and the next one.
    (
        [("05-03", 30_00), ("07-05", 60_00)],
        [("06-03", What.FAILED)],
        "07-06",
        {"0503": "05-03 06-03", "0705": "06-03 08-03"},
    ),
    ([("05-03", 30_00), ("06-03", 15_00)], [], "06-04", {"0503": "05-03 06-03"}),
    ([("05-03", 0), ("06-03", 30_00)], [], "06-04", {"0603": "06-03 07-03"}),
    # What is dated tomorrow covers nothing yet.
    ([("05-03", 30_00), ("06-03", 30_00)], [], "06-02", {"0503": "05-03 06-03"}),
    # After the end nothing is the gift's.
    ([("05-03", 30_00), ("06-03", 30_00)], [("05-10", What.CANCELLED)], "06-04", {"0503": "05-03 06-03"}),
    # Two halves are a month, from the first half's day on.
    ([("05-03", 15_00), ("05-20", 15_00)], [], "05-20", {"0520": "05-03 06-03"}),
    ([("05-03", 15_00), ("05-20", 15_00)], [], "05-19", {}),
    ([("05-03", 15_00), ("05-20", 0)], [], "05-20", {}),
    # What is beyond whole months joins too: 45 and 75 are four months.
    ([("05-03", 45_00), ("06-03", 75_00)], [], "06-04", {"0503": "05-03 06-03", "0603": "06-03 09-03"}),
    # A part that was paid before the gift lapsed still counts, for a month from the day on which it is complete.
    ([("05-03", 15_00), ("10-05", 15_00)], [], "10-05", {"1005": "10-05 11-05"}),
    # At 20 per month since June, 15 and 5 are one.
    ([("05-03", 15_00), ("06-03", 5_00)], [("06-01", What.PRICE)], "06-04", {"0603": "05-03 06-03"}),
    # 25 that were too little pay for a month once it costs 20, with the next payment.
    (
        [("05-03", 25_00), ("06-03", 20_00), ("06-04", 20_00)],
        [("06-01", What.PRICE)],
        "06-04",
        {"0603": "05-03 07-03", "0604": "07-03 08-03"},
    ),
    # Paid ahead, suspended, lapsed, paid again: what was paid ahead stays covered, once.
    (
        [("05-03", 90_00), ("07-01", 30_00)],
        [("05-10", What.SUSPENDED)],
        "07-02",
        {"0503": "05-03 08-03", "0701": "08-03 09-03"},
    ),
]


@pytest.mark.parametrize(("payments", "news", "today", "covers"), COVERED)
def test_each_payment_covers_whole_months_of_its_own(
    payments: list[tuple[str, int]], news: list[tuple[str, What]], today: str, covers: dict[str, str]
) -> None:
    def day(text: str) -> date:
        return date.fromisoformat(f"2006-{text}")

    facts = [told(what, day(on), 20_00 if what is What.PRICE else 0) for on, what in news]
    facts += [ACTIVE, told(What.PRICE, START, 30_00)]
    found = standing(facts, [paid(day(on), minor) for on, minor in payments], day(today), GRACE)
    assert {
        name[1:]: f"{cover.start:%m-%d} {cover.end:%m-%d}" for name, cover in found.covers.items()
    } == covers


def test_halves_in_two_currencies_are_no_month() -> None:
    facts = [ACTIVE, told(What.PRICE, START, 30_00), replace(told(What.PRICE, START, 30_00), currency="EUR")]
    halves = [paid(START, 15_00), replace(paid(date(2006, 5, 4), 15_00), currency="EUR")]
    found = standing(facts, halves, date(2006, 5, 5), GRACE)
    assert (found.covers, found.covered_until) == ({}, START)
    found = standing(facts, [*halves, paid(date(2006, 5, 5), 15_00)], date(2006, 5, 5), GRACE)
    assert found.covers == {"S0505": (START, date(2006, 6, 3))}


DAYS = st.dates(date(2006, 5, 1), date(2006, 12, 31))
TROUBLE = st.builds(told, st.sampled_from([What.FAILED, What.SUSPENDED]), DAYS)
PART = st.builds(
    lambda on, name, gross, back: replace(paid(on, gross - gross * back // 4, name), gross=gross),
    st.dates(date(2006, 5, 1), date(2007, 12, 31)),
    st.uuids().map(str),
    st.integers(1, 90_00),
    st.sampled_from([0, 0, 1, 2, 4]),
)


@given(
    st.lists(st.one_of(TROUBLE, st.builds(told, st.just(What.ACTIVE), DAYS)), max_size=5),
    st.lists(PART, max_size=12),
)
def test_all_that_is_left_of_payments_pays_for_whole_months_and_only_the_rest_is_over(
    news: list[Told], payments: list[Paid]
) -> None:
    """As long as the price stays, and nothing waits for the treasurer: whether it fails, lapses or begins anew."""
    found = standing([*news, told(What.PRICE, START, 30_00)], payments, date(2008, 1, 1), GRACE)
    total = sum(each.left for each in payments)
    assert sum(months_of(cover) for cover in found.covers.values()) == total // 30_00
    rests, parts = sum(rest.minor for rest in found.rests.values()), total % 30_00
    assert rests <= parts
    # The rest of a payment that covers nothing stays what it was given for.
    assert found.rests.keys() <= found.covers.keys()
    if len(found.covers) == sum(each.left > 0 for each in payments):
        assert rests == parts


def months_of(cover: Cover) -> int:
    """How many months these are."""
    return (cover.end.year - cover.start.year) * 12 + cover.end.month - cover.start.month


@given(st.integers(0, 400_00), st.integers(1, 60_00), st.one_of(st.none(), st.integers(1, 12)))
def test_what_a_payment_brings_is_for_its_months_or_over(left: int, price: int, months: int | None) -> None:
    facts = [ACTIVE, told(What.PRICE, START, price)]
    large = replace(paid(START, left), gross=400_00, months=months)
    found = standing(facts, [large], START, GRACE)
    rest = found.rests.get(large.reference, Rest())
    cover = found.covers.get(large.reference)
    covers = months_of(cover) if cover else 0
    assert covers == min(left // price, months or 3)
    assert rest.minor == (left - covers * price if covers else 0)
    assert rest.waits == (months is None and left // price > 3)


def test_a_refund_of_the_first_payment_makes_no_month_cheaper() -> None:
    """Nobody told a price, so it is what the first payment was: half of it refunded, the second pays one month."""
    first = replace(MAY, left=15_00, gross=30_00)
    found = standing([ACTIVE], [first, JUNE], date(2006, 6, 20), GRACE)
    assert found.covered_until == date(2006, 6, 3)


TOLD = st.builds(told, st.sampled_from([each for each in What if each is not What.PRICE]), DAYS)
PRICED = st.builds(told, st.just(What.PRICE), DAYS, st.sampled_from([20_00, 30_00]))
PAID = st.builds(
    paid,
    DAYS,
    st.sampled_from([0, 10_00, 15_00, 30_00, 60_00]),
    st.sampled_from("abcdef"),
    disputed=st.booleans(),
)


@given(st.lists(st.one_of(TOLD, PRICED), max_size=8), st.lists(PAID, max_size=6), DAYS, st.randoms())
def test_neither_order_nor_repetition_says_anything(
    news: list[Told], payments: list[Paid], today: date, random: st.DataObject
) -> None:
    expected = standing(set(news), set(payments), today, GRACE)
    again, paid_again = news * 2, sorted(set(payments), reverse=True)
    random.shuffle(again)  # type: ignore[attr-defined]
    assert standing(again, paid_again, today, GRACE) == expected


@given(
    st.lists(st.one_of(TOLD, PRICED), max_size=8),
    st.lists(PAID, max_size=6, unique_by=lambda each: each.reference),
    DAYS,
)
def test_no_two_payments_cover_one_day_and_none_is_covered_without_one(
    news: list[Told], payments: list[Paid], today: date
) -> None:
    now = standing(news, payments, today, GRACE)
    covers = sorted(now.covers.values())
    assert all(cover.start < cover.end for cover in covers)
    assert all(one.end <= other.start for one, other in pairwise(covers))
    assert now.covers.keys() <= now.mine
    assert not covers or (now.covered_until is not None and covers[-1].end <= now.covered_until)


# It looks at up to 400 days per example, which takes longer than a deadline on a machine that is busy.
@settings(deadline=None)
@given(st.lists(st.one_of(TOLD, PRICED), max_size=8), st.lists(PAID, max_size=6), DAYS)
def test_a_gift_changes_by_itself_on_the_day_that_it_names_and_on_none_before(
    news: list[Told], payments: list[Paid], today: date
) -> None:
    now = standing(news, payments, today, GRACE)
    wakes = now.wakes_on or today + timedelta(days=400)
    assert wakes > today
    for days in range(1, (wakes - today).days):
        later = standing(news, payments, today + timedelta(days=days), GRACE)
        assert later == now
    if now.wakes_on:
        # So it is not looked at for ever on one day.
        assert standing(news, payments, now.wakes_on, GRACE).wakes_on != now.wakes_on


@pytest.mark.parametrize(
    ("on", "months", "later"),
    [("2006-01-31", 1, "2006-02-28"), ("2006-12-15", 1, "2007-01-15"), ("2006-11-30", 3, "2007-02-28")],
)
def test_a_month_later_is_the_same_day_or_the_last_of_a_shorter_month(
    on: str, months: int, later: str
) -> None:
    assert month_later(date.fromisoformat(on), months) == date.fromisoformat(later)


def test_a_payment_that_was_under_way_at_the_end_belongs_to_the_gift() -> None:
    end = date(2006, 6, 20)
    assert [belongs(end + timedelta(days=days), end) for days in (-1, 0, 10, 11)] == [True, True, True, False]
    assert belongs(end, None)


class Looked(Told):
    """Something that was told, which counts how often anybody looks at it."""

    looks = 0

    def __getattribute__(self, name: str) -> object:
        Looked.looks += 1
        return super().__getattribute__(name)


def looks(months: int) -> int:
    """How often what was told is looked at, if each month a payment failed, the price changed and a payment came."""
    days = [month_later(START, number) for number in range(months)]
    every = [
        Looked(datetime.combine(day, time(hour), UTC), what, day, amount, "USD" if amount else "")
        for day in days
        for hour, (what, amount) in enumerate(((What.FAILED, 0), (What.PRICE, 30_00), (What.ACTIVE, 0)))
    ]
    Looked.looks = 0
    standing(every, [paid(day, name=f"{day}") for day in days], days[-1], GRACE)
    return Looked.looks


def test_a_gift_of_many_years_is_looked_at_in_proportion_to_what_was_told() -> None:
    """Twice as long is twice as much work, and a little for the sorting."""
    assert looks(240) < 3 * looks(120)
