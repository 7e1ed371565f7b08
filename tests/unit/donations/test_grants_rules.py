"""Who is served first, what is taken back, who has to agree, and what the others are told."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.donations.domain.deciding import Limits, approvals_needed, decided, let_go, why_not_approve
from services.donations.domain.funds import Fund, FundKey
from services.donations.domain.grants import (
    Ended,
    Grant,
    cut_back,
    ended,
    fund_of,
    heard,
    over,
    serve,
    told,
)
from services.donations.domain.payouts import paid
from shared.contracts.base import Money
from shared.contracts.donations import GrantStatus, GrantWhy
from shared.contracts.intake import GRANT_KINDS, GrantAsked

DAY = date(2006, 11, 1)
LIMITS = Limits(rule=100, second=400)
SMALL = st.integers(0, 500)


@st.composite
def lines(draw: st.DrawFn) -> list[Grant]:
    """Grants of one fund, in any order, some of them with money set aside, some not agreed to, or only in part."""
    made = []
    for number in range(draw(st.integers(0, 8))):
        wanted = draw(st.integers(1, 200))
        agreed = draw(st.one_of(st.just(wanted), st.integers(0, wanted)))
        aside = draw(st.integers(0, agreed))
        made.append(
            Grant(
                id=UUID(int=number),
                kind="hospital",
                currency="JPY",
                wanted=wanted,
                urgency=draw(st.integers(0, 3)),
                asked_on=DAY + timedelta(days=draw(st.integers(0, 3))),
                agreed_to=agreed,
                set_aside=aside,
                paid=draw(st.integers(0, agreed - aside)),
            )
        )
    return draw(st.permutations(made))


def fund(balance: int, held: int, grants: list[Grant]) -> Fund:
    return Fund(FundKey("medical", "JPY"), balance, held, sum(each.set_aside for each in grants))


@given(lines(), SMALL, SMALL)
def test_what_is_free_goes_to_the_first_in_line_and_no_further(
    grants: list[Grant], free: int, held: int
) -> None:
    aside = sum(each.set_aside for each in grants)
    served = {each.id: each for each in serve(fund(aside + held + free, held, grants), grants)}
    after = [served.get(each.id, each) for each in sorted(grants, key=lambda each: each.place)]
    given_out = sum(each.set_aside for each in after) - aside
    assert given_out == min(free, sum(each.agreed_to - each.set_aside - each.paid for each in grants))
    # Nobody has anything more while somebody before them lacks something that was agreed to.
    short = next((place for place, each in enumerate(after) if each.due), len(after))
    assert not [each for each in after[short + 1 :] if each.id in served]
    for each in served.values():
        assert each.set_aside + each.paid <= each.agreed_to
        why = GrantWhy.PART_THERE if each.missing else GrantWhy.ALL_THERE
        assert each.reason == (GrantWhy.UNDECIDED if each.agreed_to < each.wanted else why)


@given(lines(), SMALL)
def test_what_is_lacking_is_taken_from_the_last_in_line(grants: list[Grant], lacking: int) -> None:
    aside = sum(each.set_aside for each in grants)
    lacking = min(lacking, aside)
    cut = {each.id: each for each in cut_back(fund(aside - lacking, 0, grants), grants)}
    after = [cut.get(each.id, each) for each in sorted(grants, key=lambda each: each.place)]
    assert aside - sum(each.set_aside for each in after) == lacking
    first = next((place for place, each in enumerate(after) if each.id in cut), len(after))
    assert all(each.set_aside == 0 for each in after[first + 1 :])


@pytest.mark.parametrize(
    ("kind", "wanted", "needed"),
    [
        ("hospital", 100, 0),
        ("hospital", 101, 1),
        ("hospital", 400, 1),
        ("hospital", 401, 2),
        ("return", 1, 2),
    ],
)
def test_above_a_limit_others_have_to_agree(kind: str, wanted: int, needed: int) -> None:
    grant = replace(asked(), kind=kind, wanted=wanted)
    assert approvals_needed(grant, LIMITS) == needed
    agreed: list[str] = []
    grant = decided(grant, LIMITS, 0)
    for name in ("one", "two"):
        assert why_not_approve(grant, agreed, "asker", 1)
        if len(agreed) < needed:
            assert (grant.undecided, grant.agreed_to, grant.reason) == (True, 0, GrantWhy.UNDECIDED)
            assert why_not_approve(grant, agreed, name, 1) is None
            agreed.append(name)
            grant = decided(grant, LIMITS, len(agreed))
            assert why_not_approve(grant, agreed, name, 1)
    assert (grant.undecided, grant.agreed_to, grant.status) == (False, wanted, GrantStatus.WAITING)
    assert why_not_approve(grant, agreed, "three", 1)
    assert why_not_approve(ended(grant, Ended.REFUSED, "other"), [], "one", 1)


@pytest.mark.parametrize(
    ("amount", "agreed", "now"),
    [
        (250, 0, (200, 150, GrantStatus.SET_ASIDE, GrantWhy.UNDECIDED)),
        (250, 1, (250, 150, GrantStatus.SET_ASIDE, GrantWhy.PART_THERE)),
        (500, 1, (200, 150, GrantStatus.SET_ASIDE, GrantWhy.UNDECIDED)),
        (500, 2, (500, 150, GrantStatus.SET_ASIDE, GrantWhy.PART_THERE)),
        (120, 0, (120, 120, GrantStatus.SET_ASIDE, GrantWhy.ALL_THERE)),
        (90, 0, (90, 90, GrantStatus.SET_ASIDE, GrantWhy.ALL_THERE)),
    ],
)
def test_what_was_agreed_to_stays_when_more_is_asked_and_less_needs_nobody(
    amount: int, agreed: int, now: tuple[object, ...]
) -> None:
    before = replace(asked(), wanted=200, agreed_to=200, set_aside=150)
    after = decided(heard(before, fact(2, amount)), LIMITS, agreed)
    assert (after.agreed_to, after.set_aside, after.status, after.reason) == now


def test_who_agrees_says_to_which_version_and_is_told_what_it_is_now() -> None:
    grant = heard(asked(), fact(2, 350, urgency=0))
    assert why_not_approve(grant, [], "one", 2) is None
    assert why_not_approve(grant, [], "one", 1) == (
        "This grant has changed since: it is JPY 350 with urgency 0 now, in version 2. Agree to that, if it is right."
    )


@pytest.mark.parametrize(
    ("agreed_to", "paid", "left"), [(0, 0, 0), (0, 50, 0), (100, 50, 50), (300, 50, 200)]
)
def test_what_was_set_aside_and_not_agreed_to_is_let_go(agreed_to: int, paid: int, left: int) -> None:
    grant = replace(asked(), agreed_to=agreed_to, set_aside=200, paid=paid)
    assert let_go(grant).set_aside == left


def fact(version: int = 1, amount: int = 300, **more: object) -> GrantAsked:
    values = {
        "request_id": UUID(int=1),
        "version": version,
        "household_id": UUID(int=2),
        "kind": "hospital",
        "estimate": Money(amount=amount, currency="JPY"),
        "urgency": 1,
        "asked_on": DAY,
        "asked_by": "asker",
        "status": "asked",
        "on": DAY,
    }
    return GrantAsked(**{**values, **more})


def asked() -> Grant:
    return heard(None, fact())


def test_a_request_that_shrinks_gives_back_what_it_no_longer_wants() -> None:
    grant = replace(asked(), set_aside=200, paid=50)
    assert heard(grant, fact(2, 120)).set_aside == 70
    assert heard(grant, fact(2, 20)).set_aside == 0
    assert heard(grant, fact(2, 400)).set_aside == 200
    gone = heard(grant, fact(2, 300, status="withdrawn"))
    assert (gone.status, gone.set_aside, gone.paid) == (GrantStatus.CANCELLED, 0, 50)
    assert heard(gone, fact(3, 900)) == replace(gone, wanted=900, urgency=1, version=3)


OWNERS = [
    # versions of household and case when it was asked for, closed in, how it ended before, what becomes of it
    ({"household_id": UUID(int=2), "household_version": 3}, 0, None, None),
    ({"household_id": UUID(int=2), "household_version": 3}, 3, None, None),
    ({"household_id": UUID(int=2), "household_version": 3}, 4, None, GrantWhy.HOUSEHOLD_CLOSED),
    ({"case_id": UUID(int=2), "case_version": 3}, 3, None, None),
    ({"case_id": UUID(int=2), "case_version": 3}, 4, None, GrantWhy.CASE_CLOSED),
    # The version of the other one says nothing.
    ({"case_id": UUID(int=2), "case_version": 3, "household_version": 9}, 4, None, GrantWhy.CASE_CLOSED),
    ({"case_id": UUID(int=2), "case_version": 3}, 4, Ended.SETTLED, None),
    ({"case_id": UUID(int=2), "case_version": 3}, 4, Ended.REFUSED, None),
    # What is for neither, like a child's school, ends with nobody.
    ({}, 4, None, None),
]


@pytest.mark.parametrize(("owner", "closed_in", "before", "why"), OWNERS)
def test_a_grant_ends_with_the_household_or_case_that_is_closed_after_it_was_asked_for(
    owner: dict[str, Any], closed_in: int, before: Ended | None, why: GrantWhy | None
) -> None:
    values = {"household_id": None, "household_version": 0, "set_aside": 200, "paid": 50, "ended": before}
    grant = replace(asked(), **{**values, **owner})
    after = over(grant, closed_in)
    if why is None:
        assert after == grant
    else:
        assert (after.ended, after.reason, after.set_aside, after.paid) == (Ended.CANCELLED, why, 0, 50)


@pytest.mark.parametrize("owner", [{"household_id": None}, {"case_id": UUID(int=3)}])
def test_a_request_is_for_one_household_or_one_case(owner: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="for a household or for a case"):
        heard(None, fact(**owner))
    case = fact(household_id=None, case_id=UUID(int=3), case_version=5)
    assert (heard(None, case).owner, heard(None, case).case_version) == (UUID(int=3), 5)


def test_a_request_keeps_its_fund_and_currency() -> None:
    for other in ({"kind": "return"}, {"estimate": Money(amount=9, currency="USD")}):
        assert heard(asked(), fact(2, **other)) == replace(asked(), version=2)


def test_each_kind_has_a_fund_and_an_unknown_one_the_general() -> None:
    assert {kind: fund_of(kind) for kind in (*GRANT_KINDS, "roof")} == {
        "protection": "protection",
        "resettlement": "resettlement",
        "return": "resettlement",
        "hospital": "medical",
        "family_visit": "family_visits",
        "prison_support": "family_visits",
        "roof": "general",
    }


def test_the_others_are_told_the_whole_state() -> None:
    assert told(replace(asked(), said=1), 0, DAY).status == "undecided"
    grant = replace(asked(), said=1, agreed_to=300)
    waits = told(grant, 9_000, DAY)
    assert (waits.status, waits.missing.amount, waits.held) == (
        "waiting",
        300,
        Money(amount=9_000, currency="JPY"),
    )
    part = paid(replace(grant, set_aside=300), 100)
    assert (told(part, 0, DAY).status, told(part, 5, DAY).held) == ("paid_part", None)
    assert told(paid(part, 200), 0, DAY).status == "paid"
    assert told(ended(part, Ended.SETTLED, "all_there"), 0, DAY).status == "settled"
