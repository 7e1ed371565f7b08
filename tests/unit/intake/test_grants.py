"""What a household's timeline says of grants."""

from datetime import date
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.donations.domain.money import Money as Amount
from services.intake.domain.grants import DIGITS, STATUS, WHY, grant_entry, grant_words
from shared.contracts.base import Money
from shared.contracts.donations import GrantChanged, GrantStatus, GrantWhy

DAY = date(2006, 11, 1)
GOES_WITHOUT_SAYING = {GrantWhy.ASKED, GrantWhy.ALL_THERE, GrantWhy.PART_THERE, GrantWhy.OTHER}


def fact(status: str = "waiting", reason: str = "nothing_left", **amounts: int) -> GrantChanged:
    yen = {
        name: Money(amount=amounts.get(name, 0), currency="JPY") for name in ("set_aside", "paid", "missing")
    }
    return GrantChanged(
        grant_id=UUID(int=1), version=1, kind="family_visit", status=status, reason=reason, on=DAY, **yen
    )


def test_every_state_and_reason_has_words() -> None:
    assert STATUS.keys() == set(GrantStatus)
    assert WHY.keys() == set(GrantWhy) - GOES_WITHOUT_SAYING


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        (
            fact(missing=5),
            "waits for money; JPY 5 missing; the fund has nothing free; it is served when money comes",
        ),
        (fact("set_aside", "all_there", set_aside=1_000), "money is set aside; JPY 1,000 set aside"),
        (fact("on_its_way", "who_knows", paid=7), "on its way; JPY 7 paid"),
        (fact("cancelled", "household_closed"), "cancelled; household closed"),
    ],
)
def test_it_says_what_became_of_a_grant(changed: GrantChanged, words: str) -> None:
    assert grant_words(changed) == f"Family visit grant: {words}."


def test_money_that_is_held_back_is_told() -> None:
    held = fact(missing=5).model_copy(update={"held": Money(amount=9_000, currency="JPY")})
    assert "JPY 9,000 of the fund is held back still" in grant_words(held)


@given(st.integers(1, 10**13), st.sampled_from(sorted(DIGITS)))
def test_amounts_are_written_as_donations_writes_them(minor: int, currency: str) -> None:
    changed = fact().model_copy(update={"missing": Money(amount=minor, currency=currency)})
    assert f"; {Amount(minor, currency)} missing;" in grant_words(changed)


def test_a_grant_of_a_case_has_no_line_in_any_timeline() -> None:
    with pytest.raises(ValueError, match="no household"):
        grant_entry(fact(), None)  # type: ignore[arg-type]
