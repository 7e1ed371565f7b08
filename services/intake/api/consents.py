"""Routes for consents of members: given, withdrawn, and how each stands today."""

from datetime import date, datetime
from typing import Annotated, Self
from uuid import UUID

from fastapi import APIRouter, Depends
from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from sqlalchemy import RowMapping

from services.intake import queries
from services.intake.api.households import CASEWORKER, HouseholdId
from services.intake.api.requests import Day, Looking
from services.intake.commands import consents as commands
from services.intake.commands.reading import read_consent_steps
from services.intake.domain.consents import Consent, Explained, Stands
from services.intake.domain.guardians import Renewal
from services.intake.domain.people import language_codes, plain_text
from services.intake.queries.renewals import Wanted
from services.intake.settings import Settings
from services.intake.tables.consents import LONGEST_NOTE
from shared.contracts.intake import ConsentPurpose
from shared.messaging.day import today_of
from shared.messaging.unit import Unit
from shared.outcomes import Refused
from shared.principals import Role
from shared.web.roles import allows
from shared.web.work import Asking, OpenUnits, Reading, Work, accepted, app_settings

router = APIRouter(prefix="/households/{household_id}", tags=["consents"])
LOOKING = allows(Role.CASEWORKER, Role.SPONSORSHIP, Role.EVENTS, Role.AUDITOR)
MEMBER = "/members/{member_id}/consents"
STEPS = "/consents/{consent_id}/steps"


def _language(code: str) -> str:
    return language_codes([code])[0]


def _note(text: str) -> str:
    return plain_text(text, LONGEST_NOTE)


Who = Annotated[
    str,
    Field(
        max_length=40,
        pattern=r"^[a-z0-9][a-z0-9._-]*$",
        description="a code of the group's own; never a name",
        examples=["caseworker-3"],
    ),
]
Scope = Annotated[str, Field(max_length=40, pattern=r"^[a-z][a-z0-9_]*$", examples=["drawing"])]
Note = Annotated[
    str,
    Field(
        min_length=3,
        max_length=LONGEST_NOTE,
        description="in your own words; they stay here and no other service is told them",
        examples=["asked for a second talk before saying yes"],
    ),
    AfterValidator(_note),
]


class NewConsent(BaseModel):
    """What a member agrees to, and how that came about. For a minor one guardian agrees, and the child itself too."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    purpose: ConsentPurpose
    scopes: Annotated[frozenset[Scope], Field(max_length=20)] = frozenset()
    until: Day | None = Field(
        default=None, description="the last day; for what is shown to others it is needed"
    )
    explained_by: Who
    language: Annotated[
        str,
        Field(
            max_length=3, pattern=r"^[a-z]{2,3}$", description="in which it was explained", examples=["ko"]
        ),
        AfterValidator(_language),
    ]
    edition: Annotated[
        str,
        Field(
            max_length=40,
            pattern=r"^[a-z0-9][a-z0-9._-]*$",
            description="which text of the group's own was explained",
            examples=["sponsorship-2"],
        ),
    ]
    witness: Who | None = None
    guardian_id: UUID | None = Field(default=None, description="an adult member of the household")
    guardian: Who | None = Field(default=None, description="or somebody else, by a code")
    assent: bool | None = Field(
        default=None, description="whether the child agrees; needed from about ten years"
    )
    note: Note | None = None

    def wanted(self) -> commands.Agreed:
        how = ("explained_by", "language", "edition", "witness", "guardian_id", "guardian", "assent")
        explained = Explained(**{name: getattr(self, name) for name in how})
        return commands.Agreed(self.purpose.value, self.scopes, self.until, explained, self.note)


class Withdrawal(BaseModel):
    """What is no longer agreed to: these scopes, or everything if none are named."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    scopes: Annotated[frozenset[Scope], Field(min_length=1, max_length=20)] | None = None
    note: Note | None = None


class ConsentOut(BaseModel):
    """What a member agrees to for one purpose. `since` is the day of the last change."""

    consent_id: UUID
    household_id: UUID
    member_id: UUID
    purpose: str
    scopes: list[str]
    agreed: bool
    until: date | None
    since: date

    @classmethod
    def of(cls, consent: Consent) -> Self:
        return cls(**cls.values_of(consent))

    @classmethod
    def values_of(cls, consent: Consent) -> dict[str, object]:
        names = ("household_id", "member_id", "purpose", "agreed", "until", "since")
        same = {name: getattr(consent, name) for name in names}
        return {**same, "consent_id": consent.id, "scopes": sorted(consent.scopes)}


class ConsentInList(ConsentOut):
    """With how it stands today: over once its last day has passed; and why a guardian's is to be asked for anew."""

    stands: Stands
    ended: Renewal | None = Field(
        description="why it ended by itself, if it did: `guardian_left` as guardian and child parted, or the guardian "
        "is a minor; `minor` as whoever agreed alone is one"
    )
    renew: Renewal | None


def _shown(outcome: Consent | Refused) -> ConsentOut | Refused:
    return outcome if isinstance(outcome, Refused) else ConsentOut.of(outcome)


@router.post(MEMBER, status_code=201, dependencies=[CASEWORKER])
async def give(household_id: HouseholdId, member_id: UUID, body: NewConsent, work: Work) -> ConsentOut:
    """A member agrees to something; what was agreed to for this purpose before is replaced. No help depends on it."""

    async def do(unit: Unit) -> ConsentOut | Refused:
        return _shown(await commands.give(unit, household_id, member_id, body.wanted()))

    return await work.once(ConsentOut, do)


@router.post(MEMBER + "/{consent_id}/withdraw", dependencies=[CASEWORKER])
async def withdraw(
    household_id: HouseholdId,
    member_id: UUID,
    consent_id: UUID,
    work: Work,
    body: Withdrawal | None = None,
) -> ConsentOut:
    """A member no longer agrees, or to less. Always possible, and no help is lost by it."""
    less = body or Withdrawal()

    async def do(unit: Unit) -> ConsentOut | Refused:
        which = (household_id, member_id, consent_id)
        return _shown(await commands.withdraw(unit, *which, less.scopes, less.note))

    return await work.once(ConsentOut, do)


@router.get("/consents", dependencies=[LOOKING])
async def of_household(
    household_id: HouseholdId, session: Reading, settings: Annotated[Settings, Depends(app_settings)]
) -> list[ConsentInList]:
    """What those of a household agree to, and how it stands today."""
    accepted(await queries.household(session, household_id))
    found, today = await queries.consents(session, household_id), await today_of(session)
    wanted = Wanted(today, settings.consent_notice_days, household_id=household_id)
    renew = {row["id"]: row["why"] for row in await queries.renewals(session, wanted, len(found))}
    return [
        ConsentInList(
            **ConsentInList.values_of(each),
            stands=each.stands(today, ended),
            ended=Renewal(ended) if ended else None,
            renew=renew.get(each.id),
        )
        for each, ended in found
    ]


class StepOut(BaseModel):
    """A consent was given or withdrawn: what holds since, and how that came about."""

    on: date
    at: datetime = Field(description="when it was written down, UTC")
    actor: str
    agreed: bool
    scopes: list[str]
    until: date | None
    explained_by: str | None
    witness: str | None
    language: str | None
    edition: str | None
    guardian_id: UUID | None
    guardian: str | None
    assent: bool | None
    note: str | None
    ended: str | None = Field(description="why it ended by itself, if it did")

    @classmethod
    def of(cls, row: RowMapping) -> Self:
        return cls(**{name: row[name] for name in cls.model_fields})


@router.post(STEPS, dependencies=[CASEWORKER])
async def steps(
    household_id: HouseholdId, consent_id: UUID, looking: Looking, units: OpenUnits, reader: Asking
) -> list[StepOut]:
    """How a consent was given and withdrawn, the oldest first, with what staff wrote of it; a reason is needed, and who
    reads it is kept.
    """
    async with units.open(actor=reader) as unit:
        found = accepted(await read_consent_steps(unit, household_id, consent_id, STEPS))
    return [StepOut.of(row) for row in found]
