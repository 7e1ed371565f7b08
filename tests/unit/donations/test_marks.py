"""What money is for, by the marks that PayPal sends back."""

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from uuid_utils.compat import uuid7

from services.donations.domain.funds import Purpose
from services.donations.domain.marks import code_of, named_by

TAILS = st.sampled_from(["", "-17", " 2006/11", ".x", "#1"])


@given(st.uuids(), TAILS, st.booleans())
def test_an_appeal_is_named_by_its_code_whatever_stands_behind_it(
    appeal: UUID, tail: str, lower: bool
) -> None:
    code = code_of(appeal)
    assert (len(code), code[:2]) == (10, "A-")
    assert named_by([f" {code.lower() if lower else code}{tail}"]) == [code]


@given(st.sampled_from(list(Purpose)), TAILS)
def test_a_fund_is_named_by_its_purpose(purpose: Purpose, tail: str) -> None:
    assert named_by([f"{purpose.value}{tail}"]) == [purpose]


@pytest.mark.parametrize(
    "mark",
    [
        "",
        "gift-2",
        "unassigned",
        "A-1234567",
        "A-123456789",
        "A-1234567I",
        "XA-12345678",
        "foods",
        "seafood",
        "food_x",
    ],
)
def test_other_marks_name_nothing(mark: str) -> None:
    assert named_by([mark]) == []


def test_the_first_mark_comes_first() -> None:
    code = code_of(uuid7())
    assert named_by(["gift-2", code, "medical"]) == [code, Purpose.MEDICAL]


def test_appeals_have_codes_of_their_own() -> None:
    assert len({code_of(uuid7()) for _ in range(2_000)}) == 2_000


@given(st.lists(st.text()))
def test_whatever_is_sent_names_something_or_nothing(marks: list[str]) -> None:
    assert len(named_by(marks)) <= len(marks)
