"""What the routes take: dates by the same reader as registers."""

from datetime import date
from typing import Any

import pytest
from pydantic import ValidationError

from services.intake.api.requests import Correction, NewHousehold, NewMember
from services.intake.commands.people import Person, person_of
from tests.support.people import person

TODAY = date(2006, 11, 1)


@pytest.mark.parametrize(
    ("said", "birth", "estimated"),
    [
        ("1948-03-04", date(1948, 3, 4), False),
        ("1948년 3월 4일", date(1948, 3, 4), False),
        ("1948", date(1948, 7, 1), True),
    ],
)
def test_a_birth_date_is_taken_as_people_write_it(said: str, birth: date, estimated: bool) -> None:
    member = NewMember.model_validate({**person(), "birth_date": said})
    taken = person_of(member.said(), TODAY)
    assert isinstance(taken, Person)
    assert (taken.identity.birth_date, taken.identity.estimated) == (birth, estimated)


@pytest.mark.parametrize("said", ["48-03-04", "04.03.1948", 1948, 19480304, True, None, "1948-02-30"])
def test_what_is_no_birth_date_is_refused_and_not_repeated(said: Any) -> None:
    with pytest.raises(ValidationError) as caught:
        NewMember.model_validate({**person(), "birth_date": said})
    assert not any("48" in each["msg"] for each in caught.value.errors())


def test_an_arrival_needs_its_day_and_a_correction_may_be_a_year() -> None:
    body = {"region": "north", "arrived_on": "2006년 10월", "members": [person()]}
    with pytest.raises(ValidationError, match="lacks the day"):
        NewHousehold.model_validate(body)
    assert NewHousehold.model_validate({**body, "arrived_on": "2006년 10월 2일"}).arrived_on == date(
        2006, 10, 2
    )
    assert Correction.model_validate({"birth_date": "1948"}).given()["birth_date"].year == 1948
