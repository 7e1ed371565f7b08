"""Cutting rations by days and by grams per day."""

from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from services.inventory.domain.cutting import lower, split
from services.inventory.domain.reservations import Reservation
from tests.unit.inventory.builders import DEC_1, accounted, ration, rations

OTHER = UUID(int=7)
PARTS = ("wanted", "reserved", "delivered", "released", "lapsed", "short")


def test_a_split_ration_keeps_its_early_days_fed_first() -> None:
    half_fetched = replace(ration(1), delivered=2_000, reserved=4_000)
    before, after = split(half_fetched, date(2006, 12, 11), OTHER)
    assert (before.delivered, before.reserved, before.short) == (2_000, 3_000, 0)
    assert (after.delivered, after.reserved, after.short) == (0, 1_000, 9_500)
    assert (before.last_day, after.first_day) == (date(2006, 12, 10), date(2006, 12, 11))


def test_lowering_never_takes_back_what_was_delivered() -> None:
    all_fetched_but_two_days = replace(ration(1, 3), delivered=43_500, reserved=3_000)
    staying, leaving = lower(all_fetched_but_two_days, 500, OTHER)
    assert (staying.delivered, staying.reserved) == (15_500, 0)
    assert (leaving.delivered, leaving.reserved, leaving.released) == (28_000, 0, 3_000)


@pytest.mark.parametrize("day", [DEC_1, date(2007, 1, 1)])
def test_a_ration_cannot_be_cut_outside_its_days(day: date) -> None:
    with pytest.raises(ValueError, match="cannot be cut"):
        split(ration(1), day, OTHER)


@given(rations(), st.integers(1, 12))
def test_splitting_conserves_every_sum(found: Reservation, offset: int) -> None:
    assume(offset < found.days)
    before, after = split(found, date.fromordinal(found.first_ordinal) + timedelta(days=offset), OTHER)
    for part in PARTS:
        assert getattr(before, part) + getattr(after, part) == getattr(found, part)
    assert after.settled + after.reserved == 0 or before.short == 0


@given(rations(), st.integers(1, 1499))
def test_lowering_conserves_what_was_wanted_and_delivered(found: Reservation, per_day: int) -> None:
    assume(per_day < found.per_day)
    staying, leaving = lower(found, per_day, OTHER)
    assert accounted(staying) + accounted(leaving) == found.wanted
    assert staying.delivered + leaving.delivered == found.delivered
    assert staying.reserved <= found.reserved
    assert leaving.reserved == leaving.short == 0
