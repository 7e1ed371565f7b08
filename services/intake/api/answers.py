"""What the routes for households give. No answer but `IdentitiesOut` holds a name or a birth date."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Self
from uuid import UUID

from pydantic import BaseModel, Field
from sqlalchemy import RowMapping

from services.intake.commands.imports import Kept
from services.intake.domain.history import CaseEntry
from services.intake.domain.households import Household, Member, Outcome, Priority, Status
from services.intake.domain.people import Relation, Sex
from services.intake.domain.timeline import Entry
from services.intake.identities import Identity
from shared.contracts.intake import AgeBand, ClothingSize, NeedKind


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


class IdentitiesOut(BaseModel):
    """The only answer with names."""

    household_id: UUID
    identities: list[IdentityOut]

    @classmethod
    def of(cls, household_id: UUID, found: Mapping[UUID, Identity]) -> Self:
        shown = [IdentityOut.of(member_id, each) for member_id, each in found.items()]
        return cls(household_id=household_id, identities=shown)


class ReadingOut(BaseModel):
    """Somebody was shown the names of a household or of an advocacy case."""

    at: datetime = Field(description="UTC")
    actor: str = Field(examples=["local-operator"])
    household_id: UUID | None
    case_id: UUID | None
    route: str = Field(examples=["/{household_id}/identities"])


class ImportOut(BaseModel):
    """A register that was taken in, or as far as it came."""

    import_id: UUID
    at: datetime = Field(description="when it began, UTC")
    on: date
    actor: str = Field(examples=["local-operator"])
    finished: bool = Field(description="false while it runs, and if it broke off")
    rows: int
    households: int
    people: int
    joined: int
    already_there: int
    bad_rows: int
    undone_on: date | None
    undone_by: str | None

    @classmethod
    def of(cls, row: RowMapping) -> Self:
        return cls(import_id=row["id"], **{name: row[name] for name in cls.model_fields if name in row})


class KeptOut(BaseModel):
    """A household that an undone import did not give back, and why."""

    household_id: UUID
    code: str
    reason: str

    @classmethod
    def of(cls, kept: Kept) -> Self:
        return cls(household_id=kept.household_id, code=kept.code, reason=kept.reason)


class UndoneOut(BaseModel):
    """What became of an import that was undone."""

    import_id: UUID
    closed: int = Field(default=0, description="households closed as mistaken")
    people: int = Field(default=0, description="people who count as never registered")
    kept_count: int = Field(default=0, description="households that stay as they are")
    kept: list[KeptOut] = Field(default=[], description="the first 1,000 of them")


class EntryOut(BaseModel):
    """One line of a timeline, or of a case's history; `data` is the fact as it was said."""

    on: date = Field(description="the day it is about")
    at: datetime = Field(description="when it was written down, UTC")
    contract: str = Field(examples=["inventory.supplies_reserved.v1"])
    actor: str = Field(
        description="who did it: a member of staff or a service", examples=["service:inventory"]
    )
    summary: str
    data: dict[str, Any]

    @classmethod
    def of(cls, entry: Entry | CaseEntry) -> Self:
        return cls(
            on=entry.on,
            at=entry.at,
            contract=entry.contract,
            actor=entry.actor,
            summary=entry.summary,
            data=entry.data,
        )
