"""Who needs a school place, how urgent it is, and what a sponsor is told of a child who left."""

from datetime import date
from uuid import UUID

import pytest

from services.sponsorship.domain.children import Left, Need, Place, Seen, Urgent, need_of, told_of
from shared.contracts.intake import AgeBand

HERE, THERE = UUID(int=1), UUID(int=2)
SEEN = Seen(date(2006, 11, 1), HERE)


def place(household: UUID = HERE, helped: bool = True, band: AgeBand = AgeBand.SCHOOL, **more: int) -> Place:
    return Place(
        household, helped, band, "north", more.get("rank", 9), frozenset({"without_parents", "new_code"})
    )


@pytest.mark.parametrize(
    ("closed", "places", "decided", "left"),
    [
        (False, [place()], None, None),
        (False, [place(helped=False), place(THERE)], None, None),
        (True, [], None, Left.HOUSEHOLD_CLOSED),
        (False, [place(helped=False)], None, Left.HOUSEHOLD_CLOSED),
        (False, [], None, Left.MOVED),
        (False, [place(band=AgeBand.ADULT)], None, Left.GREW_UP),
        (True, [place(helped=False, band=AgeBand.ADULT)], None, Left.GREW_UP),
        (True, [place(helped=False, band=AgeBand.ADULT), place(THERE)], None, None),
        (False, [place()], Left.GRADUATED, Left.GRADUATED),
        (True, [], Left.RETURNED, Left.RETURNED),
        (False, [place()], Left.RETURNED, None),
    ],
)
def test_a_child_needs_a_place_while_it_is_of_school_age_and_helped(
    closed: bool, places: list[Place], decided: Left | None, left: Left | None
) -> None:
    assert need_of(SEEN, closed, places, decided).left == left


def test_urgency_is_explained_and_who_lost_a_sponsor_comes_first() -> None:
    need = need_of(SEEN, False, [place(rank=1)])
    assert need.urgent == (Urgent.WITHOUT_PARENTS, Urgent.HOUSEHOLD)
    assert Need(HERE).after_a_sponsor().points > need.points


def test_what_was_seen_is_the_same_in_any_order() -> None:
    other = Seen(date(2006, 10, 1), THERE)
    assert SEEN.with_(other) == other.with_(SEEN) == Seen(date(2006, 10, 1), THERE)


def test_where_a_child_went_is_told_to_no_sponsor() -> None:
    assert {told_of(each) for each in Left} == {"left", "grew_up", "graduated"}
