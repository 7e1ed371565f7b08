"""Which facts about an aggregate are news, and which are too far ahead to be true."""

from datetime import date
from typing import Any, cast
from uuid import UUID

import pytest
from sqlalchemy import RowMapping

from shared.contracts.intake import HouseholdClosed
from shared.messaging.states import MOST_AHEAD, Jumped, newer

ONE, OTHER = UUID(int=1), UUID(int=2)


def fact(version: int, household: UUID = ONE) -> HouseholdClosed:
    return HouseholdClosed(household_id=household, version=version, on=date(2006, 11, 1))


def known(version: int) -> dict[UUID, RowMapping | None]:
    return {ONE: cast(RowMapping, {"version": version}), OTHER: None}


@pytest.mark.parametrize(
    ("before", "versions", "news"),
    [(1, [1], None), (1, [2], 2), (3, [2, 5, 4], 5), (3, [3 + MOST_AHEAD, 4], 3 + MOST_AHEAD)],
)
def test_the_newest_fact_that_is_newer_is_news(before: int, versions: list[int], news: int | None) -> None:
    found = newer([fact(each) for each in versions], known(before))
    assert {key: each.version for key, each in found.items()} == ({ONE: news} if news else {})


@pytest.mark.parametrize(("household", "before"), [(ONE, 3), (OTHER, 0)], ids=["known", "never heard of"])
@pytest.mark.parametrize("version", ["just too far", 2**31 - 1])
def test_a_version_that_jumps_is_refused_until_somebody_looked_at_it(
    household: UUID, before: int, version: Any
) -> None:
    jump = fact(before + MOST_AHEAD + 1 if isinstance(version, str) else version, household)
    near = fact(before + MOST_AHEAD, household)
    assert newer([near], known(before)) == {household: near}
    for batch in ([jump], [near, jump], [jump, near], [fact(1, ONE), jump]):
        with pytest.raises(Jumped, match=f"{jump.version} is more than 10,000 above {before}"):
            newer(batch, known(before), looked_at=[near])
    assert newer([near, jump], known(before), looked_at=[fact(jump.version, household)]) == {household: jump}
