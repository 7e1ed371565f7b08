"""What the routes for advocacy cases take and give. No answer but `NamesOut` holds a name."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from services.intake.api.grants import NewMoney
from services.intake.api.requests import Day, Name
from services.intake.commands.cases import Somebody
from services.intake.domain.cases import (
    MOST_PEOPLE,
    Case,
    CaseRole,
    Topic,
    Visit,
    VisitState,
    WhyCancelled,
    WhyClosed,
)
from services.intake.identities import Name as Known
from shared.contracts.intake import AdvocacyStatus


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)


class NewRelative(_Body):
    """Somebody of the family, or a name as it is right."""

    given_name: Name
    family_name: Name


class NewPerson(NewRelative):
    """Who is in prison, or somebody of the family."""

    role: CaseRole

    def said(self) -> Somebody:
        return Somebody(self.given_name, self.family_name, self.role)


Topics = Annotated[
    frozenset[Topic], Field(description="what is spoken of at hearings", examples=[["arrest"]])
]


class NewCase(_Body):
    """A case to be opened: one person is in prison, the others are of the family."""

    people: Annotated[list[NewPerson], Field(min_length=1, max_length=MOST_PEOPLE)]
    topics: Topics = frozenset()


class TopicsChange(_Body):
    """The topics from now on."""

    topics: Topics


class NewVisit(_Body):
    """A visit that is planned."""

    planned_for: Day = Field(description="today or later", examples=["2006-11-20"])


class Made(_Body):
    """When a visit was made."""

    done_on: Day | None = Field(default=None, description="today if it is left out")


class VisitCancelling(_Body):
    """Why a visit is not made."""

    # What closing a case does to its visits nobody says by hand.
    reason: Literal["not_allowed", "not_safe", "no_money", "not_wanted", "transferred", "other_day", "other"]


class CaseClosing(_Body):
    """Why nothing is done for the case any more."""

    reason: WhyClosed


class NewCaseRequest(NewMoney):
    """Money that is wanted for a case."""

    kind: Literal["family_visit", "prison_support"]


class CaseSummary(BaseModel):
    """A case in a list."""

    case_id: UUID
    alias: str = Field(examples=["AC-06-0003"])
    version: int
    status: AdvocacyStatus
    topics: list[Topic]
    visits_planned: int = Field(description="still to be made")
    visits_done: int
    opened_on: date
    closed_on: date | None
    reason: WhyClosed | None = Field(description="why it is closed")

    @classmethod
    def of(cls, case: Case) -> Self:
        return cls(**cls.values_of(case))

    @classmethod
    def values_of(cls, case: Case) -> dict[str, Any]:
        names = (
            "alias",
            "version",
            "status",
            "visits_planned",
            "visits_done",
            "opened_on",
            "closed_on",
            "reason",
        )
        same = {name: getattr(case, name) for name in names}
        return {**same, "case_id": case.id, "topics": [each for each in Topic if each in case.topics]}


class CasePersonOut(BaseModel):
    """Somebody of a case, without a name."""

    person_id: UUID
    role: CaseRole


class PaidOut(BaseModel):
    """What was paid in one currency, in minor units."""

    amount: int
    currency: str


class CaseOut(CaseSummary):
    """A case with its people, and what was paid to support them as donations told last."""

    people: list[CasePersonOut]
    support_paid: list[PaidOut]

    @classmethod
    def whole(cls, case: Case, people: Mapping[UUID, CaseRole], paid: Mapping[str, int]) -> Self:
        shown = [CasePersonOut(person_id=key, role=role) for key, role in people.items()]
        sums = [PaidOut(amount=amount, currency=currency) for currency, amount in sorted(paid.items())]
        return cls(**cls.values_of(case), people=shown, support_paid=sums)


class JoinedOut(BaseModel):
    """Whom of a case it is about."""

    case_id: UUID
    person_id: UUID


class VisitOut(BaseModel):
    """A visit of the family."""

    visit_id: UUID
    case_id: UUID
    planned_for: date
    state: VisitState
    done_on: date | None
    reason: WhyCancelled | None = Field(description="why it is cancelled")

    @classmethod
    def of(cls, visit: Visit) -> Self:
        return cls(visit_id=visit.id, **{name: value for name, value in vars(visit).items() if name != "id"})


class NameOut(BaseModel):
    """Who somebody of a case is."""

    person_id: UUID
    given_name: str
    family_name: str


class NamesOut(BaseModel):
    """The only answer with names of a case."""

    case_id: UUID
    names: list[NameOut]

    @classmethod
    def of(cls, case_id: UUID, found: Mapping[UUID, Known]) -> Self:
        names = [
            NameOut(person_id=key, given_name=each.given, family_name=each.family)
            for key, each in found.items()
        ]
        return cls(case_id=case_id, names=names)
