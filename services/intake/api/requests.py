"""What the routes take."""

from datetime import date
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainValidator,
    field_validator,
    model_validator,
)

from services.intake.commands.households import Wanted
from services.intake.commands.people import Newcomer
from services.intake.domain.households import ALL_NEEDS, MOST_MEMBERS, Outcome, Priority, Status
from services.intake.domain.people import (
    OLDEST,
    Relation,
    Sex,
    language_codes,
    name_text,
    reference_text,
    region_code,
)
from services.intake.queries import Filter
from shared.contracts.intake import ClothingSize, NeedKind
from shared.dates import in_our_time
from shared.spreadsheets.dates import Written, day_of, written
from shared.web.paging import After, Limit

Name = Annotated[str, Field(max_length=100, examples=["Example"]), AfterValidator(name_text)]
Region = Annotated[
    str,
    Field(max_length=40, examples=["border-north"], json_schema_extra={"pattern": "^[a-z0-9-]+$"}),
    AfterValidator(region_code),
]
Reference = Annotated[str, Field(max_length=60, examples=["R-17"]), AfterValidator(reference_text)]
Needs = Annotated[
    frozenset[NeedKind], Field(description="what the household asks for", examples=[["food", "clothing"]])
]
Priorities = Annotated[frozenset[Priority], Field(description="why it comes first", examples=[["medical"]])]


LONGEST_DATE = 60


def _day(value: object) -> object:
    """Pydantic takes a number for a date too, in seconds or milliseconds; nobody means that."""
    return day_of(_text(value))


def _birth(value: object) -> Written:
    return value if isinstance(value, Written) else written(_text(value))


def _text(value: object) -> str:
    if not isinstance(value, str) or len(value) > LONGEST_DATE:
        raise ValueError("must be a date like 1980-05-17, as text")
    return value


Day = Annotated[date, BeforeValidator(_day), AfterValidator(in_our_time)]
"""A day of what the group does. No birth and no arrival is one, which may be older."""
Arrival = Annotated[date, BeforeValidator(_day)]
Birth = Annotated[
    Written,
    PlainValidator(_birth, json_schema_input_type=str),
    Field(
        description="as people there write it; a year alone if the day is not known",
        examples=["1980-05-17"],
        json_schema_extra={"pattern": "^[^0-9]{0,12}[0-9]", "maxLength": LONGEST_DATE},
    ),
]


Age = Annotated[int, Field(strict=True, ge=0, le=OLDEST)]
Languages = Annotated[
    list[Annotated[str, Field(max_length=10, json_schema_extra={"pattern": "^[A-Za-z]{2,3}$"})]],
    Field(max_length=20, examples=[["ko", "zh"]]),
]


def _language_list(codes: list[str] | None) -> list[str] | None:
    return None if codes is None else list(language_codes(codes))


class _Request(BaseModel):
    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)


class NewMember(_Request):
    """A person. Give a birth date, or an age if it is not known."""

    given_name: Name
    family_name: Name
    sex: Sex = Sex.UNKNOWN
    birth_date: Birth | None = None
    age: Age | None = Field(default=None, description="in full years")
    size: ClothingSize
    languages: Languages = []
    relation: Relation = Relation.OTHER

    _codes = field_validator("languages")(_language_list)

    @model_validator(mode="after")
    def _birth_or_age(self) -> Self:
        if (self.birth_date is None) == (self.age is None):
            raise ValueError("give either a birth date or an age")
        return self

    def said(self) -> Newcomer:
        return Newcomer(
            given_name=self.given_name,
            family_name=self.family_name,
            birth_date=self.birth_date,
            age=self.age,
            sex=self.sex,
            size=self.size,
            relation=self.relation,
            languages=tuple(self.languages),
        )


class JoiningMember(NewMember):
    """A person who joins a household."""

    joined_on: Day | None = Field(default=None, description="today if it is left out")


class NewHousehold(_Request):
    """A household to be registered."""

    region: Region
    arrived_on: Arrival = Field(examples=["2006-10-20"])
    needs: Needs = ALL_NEEDS
    priorities: Priorities = frozenset()
    members: Annotated[list[NewMember], Field(min_length=1, max_length=MOST_MEMBERS)]
    register_ref: Reference | None = Field(
        default=None, description="its reference in somebody's register; unique"
    )

    def wanted(self) -> Wanted:
        return Wanted(
            region=self.region,
            arrived_on=self.arrived_on,
            members=tuple(each.said() for each in self.members),
            needs=self.needs,
            priorities=self.priorities,
            register_ref=self.register_ref,
        )


class Change(_Request):
    """What is to be different; what is left out stays."""

    region: Region | None = None
    needs: Needs | None = None
    priorities: Priorities | None = None

    @model_validator(mode="after")
    def _something(self) -> Self:
        if not self.model_fields_set:
            raise ValueError("give at least one of region, needs, priorities")
        return self


class Correction(_Request):
    """What is right about a member; what is left out stays. Give a birth date, or an age if it is not known."""

    given_name: Name | None = None
    family_name: Name | None = None
    sex: Sex | None = None
    birth_date: Birth | None = None
    age: Age | None = Field(default=None, description="in full years")
    size: ClothingSize | None = None
    languages: Languages | None = None
    relation: Relation | None = None

    _codes = field_validator("languages")(_language_list)

    @model_validator(mode="after")
    def _something(self) -> Self:
        if all(value is None for _, value in self):
            raise ValueError("give at least one thing that is to be corrected")
        if self.birth_date is not None and self.age is not None:
            raise ValueError("give either a birth date or an age")
        return self

    def given(self) -> dict[str, Any]:
        return {name: value for name, value in self if value is not None}


class Moving(_Request):
    """Where a member moves to, and what they are to the head there."""

    to: UUID = Field(description="the other household's id")
    relation: Relation = Relation.OTHER


class Finding(_Request):
    """Which household is looked for."""

    register_ref: Reference


class Leaving(_Request):
    """When a member left."""

    left_on: Day | None = Field(default=None, description="today if it is left out")


class Closing(_Request):
    """Why a household is no longer helped."""

    outcome: Outcome


class Looking(_Request):
    """Why somebody needs to know who it is. In the body, for addresses are logged on their way."""

    reason: Annotated[
        str, Field(min_length=5, max_length=200, pattern=r"\S", examples=["to fill in the form"])
    ]


class Search(_Request):
    """Which households are wanted; what is left out does not matter."""

    status: Status | None = None
    region: Annotated[str | None, Field(max_length=40)] = None
    priority: Priority | None = None
    arrived_from: Arrival | None = None
    arrived_to: Arrival | None = None
    q: Annotated[
        str | None, Field(max_length=20, pattern=r"^[A-Za-z0-9-]+$", description="any part of a code")
    ] = None

    after: After = None
    limit: Limit = 50

    def filter(self) -> Filter:
        return Filter(self.status, self.region, self.priority, self.arrived_from, self.arrived_to, self.q)
