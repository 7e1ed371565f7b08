"""Rules of what is set aside for appeals."""

from dataclasses import replace
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.donations.domain.appeals import Appeal, counted, cut_back, fill, lowered, spent_on
from services.donations.domain.funds import Fund, FundKey
from shared.contracts.donations import AppealStatus

KEY = FundKey("food", "JPY")
APPEAL = Appeal(UUID(int=1), "rice", 1_000, "food", "JPY", 400)
MINOR = st.integers(0, 900)


@pytest.mark.parametrize(
    ("status", "raised", "held", "spent", "due"),
    [
        ("open", 300, 0, 0, 300),
        ("funded", 500, 0, 0, 400),
        ("funded", 500, 200, 0, 300),
        ("ordered", 500, 0, 300, 100),
        ("ordered", 500, 0, 450, 0),
        ("open", -5, 0, 0, 0),
        ("met", 500, 0, 300, 0),
        ("closed_short", 300, 0, 0, 0),
        ("withdrawn", 300, 0, 0, 0),
    ],
)
def test_what_came_is_due_up_to_the_target_until_the_appeal_is_over(
    status: str, raised: int, held: int, spent: int, due: int
) -> None:
    appeal = replace(APPEAL, status=AppealStatus(status), raised=raised, held=held, spent=spent)
    assert appeal.due == due


@st.composite
def appeals(draw: st.DrawFn) -> list[Appeal]:
    found = []
    for number in range(draw(st.integers(0, 4))):
        appeal = replace(APPEAL, id=UUID(int=number), raised=draw(MINOR), target=draw(st.integers(1, 900)))
        found.append(replace(appeal, set_aside=draw(st.integers(0, appeal.due))))
    return found


@given(appeals(), MINOR, st.integers(-900, 900))
def test_no_more_is_set_aside_than_is_free_and_the_oldest_come_first(
    mine: list[Appeal], others: int, free: int
) -> None:
    aside = sum(each.set_aside for each in mine)
    fund = Fund(KEY, balance=aside + others + free, set_aside=aside + others)
    filled = {each.id: each for each in fill(fund, mine)}
    after = [filled.get(each.id, each) for each in mine]
    more = sum(each.set_aside for each in after) - aside
    assert 0 <= more <= max(0, free)
    assert all(each.set_aside <= each.due for each in after)
    short = [each for each in after if each.set_aside < each.due]
    # Something is lacking only if nothing is free any more, and then of the youngest.
    assert not short or (
        more == max(0, free) and not [each for each in filled.values() if each.id > short[0].id]
    )


@given(appeals(), MINOR, MINOR)
def test_what_is_lacking_is_taken_back_from_the_youngest(
    mine: list[Appeal], others: int, lacking: int
) -> None:
    aside = sum(each.set_aside for each in mine)
    fund = Fund(KEY, balance=aside + others - lacking, set_aside=aside + others)
    cut = {each.id: each for each in cut_back(fund, mine)}
    after = [cut.get(each.id, each) for each in mine]
    assert aside - sum(each.set_aside for each in after) == min(lacking, aside)
    assert all(each.set_aside >= 0 for each in after)
    left = [each for each in after if each.set_aside]
    assert not left or all(each.id >= left[-1].id for each in cut.values())


@given(appeals(), st.integers(-900, 900), MINOR)
def test_whatever_comes_or_goes_no_more_is_kept_than_is_due(
    mine: list[Appeal], more: int, spent: int
) -> None:
    for each in mine:
        after = lowered(counted(each, more))
        assert 0 <= after.set_aside <= min(each.set_aside, after.due)
        bought = spent_on(after, spent)
        assert (bought.spent, bought.set_aside) == (spent, after.set_aside - min(spent, after.set_aside))
        assert lowered(bought) == bought
