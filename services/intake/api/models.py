"""What the routes take and give. No answer but `IdentitiesOut` holds a name or a birth date."""

import re
from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    field_validator,
    model_validator,
)

from services.intake.commands.households import Wanted
from services.intake.commands.people import Newcomer
from services.intake.domain.households import ALL_NEEDS, MOST_MEMBERS, Household, Member, Status
from services.intake.domain.people import OLDEST, Relation, Sex, language_codes, plain_text, region_code
from services.intake.domain.timeline import Entry
from services.intake.identities import Identity
from services.intake.queries import Filter
from shared.contracts.intake import AgeBand, ClothingSize, NeedKind, Outcome, Priority
from shared.web.paging import After, Limit

Name = Annotated[str, Field(max_length=100, examples=["Example"]), AfterValidator(plain_text)]
Region = Annotated[str, Field(max_length=40, examples=["border-north"]), AfterValidator(region_code)]
Reference = Annotated[str, Field(max_length=60, examples=["R-17"]), AfterValidator(plain_text)]
Needs = Annotated[
    frozenset[NeedKind], Field(description="what the household asks for", examples=[["food", "clothing"]])
]
Priorities = Annotated[frozenset[Priority], Field(description="why it comes first", examples=[["medical"]])]


def _iso(value: object) -> object:
    """Pydantic takes a number for a date too, in seconds or milliseconds; nobody means that."""
    if isinstance(value, str) and re.fullmatch(r"\d{4}-\d{2}-\d{2}", value, re.ASCII):
        return value
    raise ValueError("must be a date like 1980-05-17")


Day = Annotated[date, BeforeValidator(_iso)]


class _Request(BaseModel):
    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)


class NewMember(_Request):
    """A person. Give a birth date, or an age if it is not known."""

    given_name: Name
    family_name: Name
    sex: Sex = Sex.UNKNOWN
    birth_date: Day | None = Field(default=None, examples=["1980-05-17"])
    age: Annotated[int, Field(strict=True, ge=0, le=OLDEST)] | None = Field(
        default=None, description="in full years"
    )
    size: ClothingSize
    languages: Annotated[
        list[Annotated[str, Field(max_length=10)]], Field(max_length=20, examples=[["ko", "zh"]])
    ] = []
    relation: Relation = Relation.OTHER

    @field_validator("languages")
    @classmethod
    def _languages(cls, codes: list[str]) -> list[str]:
        return list(language_codes(codes))

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
    arrived_on: Day = Field(examples=["2006-10-20"])
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


class Leaving(_Request):
    """When a member left."""

    left_on: Day | None = Field(default=None, description="today if it is left out")


class Closing(_Request):
    """Why a household is no longer helped."""

    outcome: Outcome


class MemberOut(BaseModel):
    """A member, without name or birth date."""

    member_id: UUID
    sex: Sex
    age_band: AgeBand = Field(description="as the other services know it")
    size: ClothingSize
    languages: list[str]
    relation: Relation
    joined_on: date
    left_on: date | None

    @classmethod
    def of(cls, member: Member) -> Self:
        return cls(
            member_id=member.id,
            sex=member.sex,
            age_band=member.age_band,
            size=member.size,
            languages=list(member.languages),
            relation=member.relation,
            joined_on=member.joined_on,
            left_on=member.left_on,
        )


class HouseholdSummary(BaseModel):
    """A household in a list."""

    household_id: UUID
    code: str = Field(examples=["LF-06-0042"])
    version: int
    status: Status
    outcome: Outcome | None
    region: str
    arrived_on: date
    registered_at: datetime
    registered_on: date
    closed_on: date | None
    needs: list[NeedKind]
    priorities: list[Priority]
    people: int = Field(description="members who have not left")

    @classmethod
    def of(cls, household: Household) -> Self:
        return cls(**cls.values_of(household))

    @classmethod
    def values_of(cls, household: Household) -> dict[str, Any]:
        return {
            "household_id": household.id,
            "code": household.code,
            "version": household.version,
            "status": household.status,
            "outcome": household.outcome,
            "region": household.region,
            "arrived_on": household.arrived_on,
            "registered_at": household.registered_at,
            "registered_on": household.registered_on,
            "closed_on": household.closed_on,
            "needs": [need for need in NeedKind if need in household.needs],
            "priorities": [priority for priority in Priority if priority in household.priorities],
            "people": len(household.present),
        }


class HouseholdOut(HouseholdSummary):
    """A household with its members, those who left among them."""

    members: list[MemberOut]

    @classmethod
    def values_of(cls, household: Household) -> dict[str, Any]:
        members = [MemberOut.of(member) for member in household.members]
        return {**super().values_of(household), "members": members}


class IdentityOut(BaseModel):
    """Who a member is."""

    member_id: UUID
    given_name: str
    family_name: str
    birth_date: date
    birth_date_is_estimated: bool

    @classmethod
    def of(cls, member_id: UUID, identity: Identity) -> Self:
        return cls(
            member_id=member_id,
            given_name=identity.given,
            family_name=identity.family,
            birth_date=identity.birth_date,
            birth_date_is_estimated=identity.estimated,
        )


class Looking(_Request):
    """Why somebody needs to know who it is. In the body, for addresses are logged on their way."""

    reason: Annotated[
        str, Field(min_length=5, max_length=200, pattern=r"\S", examples=["to fill in the form"])
    ]


class IdentitiesOut(BaseModel):
    """The only answer with names."""

    household_id: UUID
    identities: list[IdentityOut]

    @classmethod
    def of(cls, household_id: UUID, found: Mapping[UUID, Identity]) -> Self:
        shown = [IdentityOut.of(member_id, each) for member_id, each in found.items()]
        return cls(household_id=household_id, identities=shown)


class EntryOut(BaseModel):
    """One line of a timeline; `data` is the fact as it was said."""

    on: date = Field(description="the day it is about")
    at: datetime = Field(description="when it was written down, UTC")
    contract: str = Field(examples=["inventory.supplies_reserved.v1"])
    actor: str = Field(
        description="who did it: a member of staff or a service", examples=["service:inventory"]
    )
    summary: str
    data: dict[str, Any]

    @classmethod
    def of(cls, entry: Entry) -> Self:
        return cls(
            on=entry.on,
            at=entry.at,
            contract=entry.contract,
            actor=entry.actor,
            summary=entry.summary,
            data=entry.data,
        )


class Search(_Request):
    """Which households are wanted; what is left out does not matter."""

    status: Status | None = None
    region: Annotated[str | None, Field(max_length=40)] = None
    priority: Priority | None = None
    arrived_from: Day | None = None
    arrived_to: Day | None = None
    q: Annotated[
        str | None, Field(max_length=20, pattern=r"^[A-Za-z0-9-]+$", description="any part of a code")
    ] = None

    after: After = None
    limit: Limit = 50

    def filter(self) -> Filter:
        return Filter(self.status, self.region, self.priority, self.arrived_from, self.arrived_to, self.q)
