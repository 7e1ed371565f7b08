"""When a gift began, which of its months are covered no longer, and which holds it came in time for."""

from datetime import UTC, date, datetime
from itertools import permutations
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import pytest

from services.sponsorship.domain.gifts import (
    Days,
    Gift,
    Paid,
    Told,
    begun_on,
    failing_since,
    uncovered_months,
)
from services.sponsorship.domain.holds import Hold, Moment, Over, Sponsorship, is_past, is_won
from services.sponsorship.domain.settling import Page
from services.sponsorship.domain.together import Care
from services.sponsorship.domain.vetting import Vetting, WhyNot, why_not

CHILD, GIFT = UUID(int=1), UUID(int=2)
CARES = {CHILD: Care()}
TOKYO = ZoneInfo("Asia/Tokyo")


def days(start: str, end: str) -> Days:
    return Days(date.fromisoformat(start), date.fromisoformat(end))


OCTOBER, NOVEMBER = days("2006-10-20", "2006-11-20"), days("2006-11-20", "2006-12-20")


@pytest.mark.parametrize(
    ("paid", "uncovered"),
    [
        ([Paid(OCTOBER, OCTOBER), Paid(NOVEMBER, NOVEMBER)], 0),
        ([Paid(OCTOBER, OCTOBER), Paid(None, NOVEMBER)], 1),
        ([Paid(None, OCTOBER), Paid(None, NOVEMBER)], 2),
        # The first one went back, and the second one covers its month now.
        ([Paid(None, OCTOBER), Paid(OCTOBER, days("2006-10-20", "2006-12-20"))], 1),
        ([Paid(days("2006-01-31", "2006-02-28"), days("2006-01-31", "2006-03-31"))], 1),
        ([Paid(None, None)], 0),
    ],
)
def test_months_that_were_covered_once_and_are_no_longer(paid: list[Paid], uncovered: int) -> None:
    assert uncovered_months(paid) == uncovered


def test_a_gift_began_on_the_first_day_that_was_ever_covered_and_a_part_payment_begins_none() -> None:
    assert begun_on([Paid(None, None)]) is None
    assert begun_on([Paid(NOVEMBER, NOVEMBER), Paid(None, OCTOBER)]) == OCTOBER.start


@pytest.mark.parametrize(
    ("at_risk", "since"),
    [
        ({2: True}, 2),
        ({2: True, 3: False}, None),
        ({2: True, 3: False, 4: True, 5: True}, 4),
        ({1: False, 3: True, 4: True}, 3),
        ({}, None),
    ],
)
def test_a_gift_is_at_risk_since_the_first_fact_after_all_that_say_otherwise(
    at_risk: dict[int, bool], since: int | None
) -> None:
    told = [Told(version, risky, date(2006, 11, version)) for version, risky in at_risk.items()]
    expected = date(2006, 11, since) if since else None
    assert {failing_since(each) for each in permutations(told)} == {expected}


def moment(day: int, hour: int = 12) -> Moment:
    return Moment(date(2007, 1, day), datetime(2007, 1, day, hour, tzinfo=UTC), TOKYO)


def gift(begun: date | None, status: str = "active") -> Gift:
    return Gift(GIFT, status, 1, date(2007, 1, 1), begun)


def hold(until: date | datetime) -> Hold:
    return Hold(UUID(int=3), CHILD, GIFT, date(2007, 1, 1), until)


@pytest.mark.parametrize(("begun", "won"), [(9, True), (10, False), (None, False)])
def test_a_gift_that_begins_before_the_day_of_the_end_has_the_child(begun: int | None, won: bool) -> None:
    began = gift(date(2007, 1, begun) if begun else None)
    assert is_won(hold(date(2007, 1, 10)), began, moment(12)) == won


def test_of_an_end_and_a_beginning_on_one_day_the_moment_decides() -> None:
    at_nine_in_tokyo = hold(datetime(2007, 1, 10, 0, tzinfo=UTC))
    began = gift(date(2007, 1, 10))
    assert is_won(
        at_nine_in_tokyo, began, Moment(date(2007, 1, 9), datetime(2007, 1, 9, 23, tzinfo=UTC), TOKYO)
    )
    assert not is_won(at_nine_in_tokyo, began, moment(10, 1))
    assert is_past(at_nine_in_tokyo, moment(10, 0))


def test_a_gift_that_began_in_time_and_was_over_before_it_was_heard_of_has_sponsored_the_child() -> None:
    one = hold(date(2007, 1, 10))
    ids = iter(UUID(int=number) for number in range(10, 20))
    over = gift(date(2007, 1, 5), "lapsed")
    page = Page({CHILD: True}, {GIFT: over}, {one.id: one}, {}, moment(12), lambda: next(ids), cares=CARES)
    page.settle()
    (sponsorship,) = page.sponsorships.values()
    assert (sponsorship.active, sponsorship.reason) == (False, Over.GIFT_OVER)
    assert page.was_sponsored(CHILD)
    before = (dict(page.holds), dict(page.sponsorships))
    page.settle()
    assert (page.holds, page.sponsorships) == before


@pytest.mark.parametrize(
    ("another", "begins"),
    [(None, 3), ((2, Over.GIFT_OVER), 3), ((5, Over.GIFT_OVER), 5), ((5, Over.HANDED_OVER), 6)],
)
def test_an_earlier_payment_that_is_heard_later_moves_the_beginning_back_but_not_into_another_one(
    another: tuple[int, Over] | None, begins: int
) -> None:
    one = hold(date(2007, 1, 10))
    page = Page(
        {CHILD: True}, {GIFT: gift(date(2007, 1, 9))}, {one.id: one}, {}, moment(12), uuid4, cares=CARES
    )
    page.settle()
    (mine,) = page.sponsorships.values()
    assert mine.starts_on == date(2007, 1, 9)
    if another:
        before = Sponsorship(uuid4(), uuid4(), CHILD, UUID(int=9), date(2007, 1, 1))
        page.save(before.ended(date(2007, 1, another[0]), another[1]))
    page.gifts = {GIFT: gift(date(2007, 1, 3))}
    page.settle()
    assert page.sponsorships[mine.id].starts_on == date(2007, 1, begins)
    assert page.holds[one.id].closed_on == date(2007, 1, begins)


def test_nobody_writes_before_everything_is_there() -> None:
    vetted = Vetting(date(2006, 10, 1), date(2006, 10, 2))
    well = {"sponsors": True, "wants_letters": True, "consent": True, "no_incident": True}
    assert why_not(vetted, **well) is None
    assert why_not(Vetting(), **well) is WhyNot.NOT_DECLARED
    assert (
        why_not(Vetting(date(2006, 10, 1), date(2006, 10, 2), restricted=True), **well) is WhyNot.RESTRICTED
    )
    assert {why_not(vetted, **{**well, name: False}) for name in well} == {
        WhyNot.NO_SPONSOR,
        WhyNot.GIFT_ALONE,
        WhyNot.NO_CONSENT,
        WhyNot.INCIDENT,
    }
