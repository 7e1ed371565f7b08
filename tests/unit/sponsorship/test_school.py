"""Which months of school a gift covers, and what the education fund is asked for."""

from datetime import date
from uuid import UUID

import pytest

from services.sponsorship.domain.gifts import Days
from services.sponsorship.domain.holds import Over, Role, Sponsorship
from services.sponsorship.domain.school import Home, Payment, covered, due_days, follow, uncovered

CHILD, MAIN, OTHER = UUID(int=1), UUID(int=2), UUID(int=3)
HOME, LATER, MOVED = Home(UUID(int=4), 3), Home(UUID(int=4), 5), Home(UUID(int=5), 1)
DUE = date(2006, 11, 5)
MONTH = Days(DUE, date(2006, 12, 5))


def supporting(gift: UUID, share: int = 0, starts_on: date = DUE, ends_on: date | None = None) -> Sponsorship:
    role = Role.CO if share else Role.MAIN
    reason = Over.GIFT_OVER if ends_on else None
    return Sponsorship(UUID(int=9), UUID(int=8), CHILD, gift, starts_on, role, share, ends_on, reason)


def test_a_month_is_of_the_day_on_which_the_term_begins_or_of_the_last_one_of_a_short_month() -> None:
    days = due_days(date(2006, 12, 31), date(2007, 3, 30))
    assert days == [date(2006, 12, 31), date(2007, 1, 31), date(2007, 2, 28)]
    assert due_days(DUE, DUE) == [DUE]


@pytest.mark.parametrize(
    ("supports", "covers", "share"),
    [
        ([], [(MAIN, MONTH)], 0),
        ([supporting(MAIN)], [], 0),
        ([supporting(MAIN)], [(OTHER, MONTH)], 0),
        ([supporting(MAIN)], [(MAIN, MONTH), (MAIN, MONTH)], 10_000),
        ([supporting(MAIN)], [(MAIN, Days(date(2006, 10, 5), DUE))], 0),
        ([supporting(MAIN, starts_on=date(2006, 11, 6))], [(MAIN, MONTH)], 0),
        ([supporting(MAIN, starts_on=date(2006, 10, 1), ends_on=date(2006, 11, 4))], [(MAIN, MONTH)], 0),
        ([supporting(MAIN, starts_on=date(2006, 10, 1), ends_on=DUE)], [(MAIN, MONTH)], 10_000),
        ([supporting(MAIN), supporting(OTHER, 1_000)], [(OTHER, MONTH)], 1_000),
        ([supporting(MAIN), supporting(OTHER, 1_000)], [(MAIN, MONTH)], 9_000),
        ([supporting(MAIN), supporting(OTHER, 1_000)], [(MAIN, MONTH), (OTHER, MONTH)], 10_000),
    ],
)
def test_a_gift_covers_its_share_if_it_supports_the_child_that_day_and_is_paid_for_it(
    supports: list[Sponsorship], covers: list[tuple[UUID, Days]], share: int
) -> None:
    assert covered(DUE, supports, covers) == share


def test_parts_of_a_minor_unit_are_the_fund_s() -> None:
    assert (uncovered(100, 3_333), uncovered(100, 0), uncovered(100, 10_000)) == (67, 100, 0)


def asked(
    amount: int = 100, home: Home = HOME, withdrawn: bool = False, status: str = "", paid: int = 0
) -> Payment:
    return Payment(UUID(int=amount), home, amount, 1, withdrawn, status, paid)


TAKEN_BACK = asked().taken_back()


@pytest.mark.parametrize(
    ("need", "home", "payments", "after", "anew"),
    [
        pytest.param(100, HOME, [], None, 100, id="is asked for"),
        pytest.param(0, HOME, [], None, 0, id="is covered"),
        pytest.param(100, None, [], None, 0, id="the child is not helped"),
        pytest.param(100, LATER, [asked()], None, 0, id="is asked for already"),
        pytest.param(60, HOME, [asked()], asked().changed(60), 0, id="a gift covers a part"),
        pytest.param(0, HOME, [asked()], TAKEN_BACK, 0, id="a gift covers it"),
        pytest.param(100, None, [asked()], TAKEN_BACK, 0, id="the child left"),
        pytest.param(100, MOVED, [asked()], TAKEN_BACK, 100, id="the child moved"),
        pytest.param(
            100, MOVED, [asked(paid=30)], asked(paid=30).taken_back(), 70, id="it moved and a part is paid"
        ),
        pytest.param(100, HOME, [TAKEN_BACK], None, 100, id="the gift was refunded, or the child came back"),
        pytest.param(100, HOME, [asked(status="paid", paid=100)], None, 0, id="is paid"),
        pytest.param(120, HOME, [asked(status="paid", paid=100)], None, 20, id="it costs more now"),
        pytest.param(100, HOME, [asked(status="refused")], None, 0, id="the treasurer refused"),
        pytest.param(100, HOME, [asked(status="settled", paid=40)], None, 0, id="the treasurer settled it"),
        pytest.param(100, HOME, [asked(status="cancelled")], None, 0, id="closed; not yet known here"),
        pytest.param(100, LATER, [asked(status="cancelled", paid=40)], None, 60, id="closed and reopened"),
        pytest.param(100, HOME, [asked(60), asked(40)], None, 0, id="a payment was undone"),
        pytest.param(100, HOME, [asked(100), asked(40)], asked(40).taken_back(), 0, id="both open"),
    ],
)
def test_what_is_asked_follows_from_what_is_known_now(
    need: int, home: Home | None, payments: list[Payment], after: Payment | None, anew: int
) -> None:
    assert follow(need, home, payments) == (after, anew)
