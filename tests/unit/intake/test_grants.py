"""What a household's timeline says of grants."""

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.donations.domain.money import Money as Amount
from services.intake.domain.grants import (
    DIGITS,
    STATUS,
    WHY,
    Request,
    asking_of,
    case_grant_entry,
    grant_entry,
    grant_words,
)
from shared.contracts.base import Money
from shared.contracts.donations import GrantChanged, GrantStatus, GrantWhy

DAY = date(2006, 11, 1)
AT = datetime(2006, 11, 1, tzinfo=UTC)
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


def test_a_grant_of_a_case_has_a_line_in_its_history_and_in_no_timeline() -> None:
    of_case = fact().model_copy(update={"case_id": UUID(int=2)})
    with pytest.raises(ValueError, match="no household"):
        grant_entry(of_case, AT)
    entry = case_grant_entry(of_case, AT)
    assert (entry.case_id, entry.actor, entry.summary) == (
        UUID(int=2),
        "service:donations",
        grant_words(of_case),
    )
    assert entry.data["grant_id"] == str(UUID(int=1))
    with pytest.raises(ValueError, match="no case"):
        case_grant_entry(fact(), AT)


def test_what_is_told_of_a_request_names_one_owner_and_keeps_its_version() -> None:
    values: dict[str, Any] = {
        "id": UUID(int=1),
        "version": 2,
        "kind": "family_visit",
        "amount": 9,
        "currency": "JPY",
    }
    request = Request(**values, urgency=1, asked_on=DAY, asked_by="a", case_id=UUID(int=2), case_version=3)
    told = asking_of(request, DAY)
    assert (told.household_id, told.household_version, told.case_id, told.case_version) == (
        None,
        None,
        UUID(int=2),
        3,
    )
