"""What intake says: who is helped, as ids, age bands, sizes and needs. Names stay in intake."""

from datetime import date
from enum import StrEnum
from typing import Annotated, ClassVar
from uuid import UUID

from pydantic import Field

from shared.contracts.base import Code, Contract, Language, Money, Part, PrincipalId, Version


class AgeBand(StrEnum):
    """Age in years on the day of the fact: infant 0-1, child 2-5, school 6-17, adult 18-59, elderly 60 and over."""

    INFANT = "infant"
    CHILD = "child"
    SCHOOL = "school"
    ADULT = "adult"
    ELDERLY = "elderly"


class ClothingSize(StrEnum):
    """Infants' sizes by month, children's by height in cm, adults' by letter; in the order they grow."""

    INFANT_6M = "6m"
    INFANT_12M = "12m"
    INFANT_24M = "24m"
    CHILD_98 = "98"
    CHILD_110 = "110"
    CHILD_122 = "122"
    CHILD_134 = "134"
    CHILD_146 = "146"
    CHILD_158 = "158"
    ADULT_S = "S"
    ADULT_M = "M"
    ADULT_L = "L"
    ADULT_XL = "XL"
    ADULT_XXL = "XXL"


class NeedKind(StrEnum):
    """What a household can ask for of inventory."""

    FOOD = "food"
    CLOTHING = "clothing"
    KIT = "kit"
    SHELTER = "shelter"


NOT_URGENT = 9
"""The rank of a household without a priority."""

WITHOUT_PARENTS = "without_parents"
"""A circumstance of a member: a child who came alone, or with people who are not its parents."""
MOTHER_RETURNED = "mother_returned"
"""A circumstance of a member: a child whose mother was sent back."""


Circumstance = Annotated[str, Field(max_length=40, pattern=r"^[a-z][a-z0-9_]*$")]


class MemberFacts(Part):
    """One member, without a name: `member_id` is the only link, and only intake can follow it.

    `languages` are codes of ISO 639. `circumstances` are lower-case codes like WITHOUT_PARENTS; their list may grow,
    so a consumer leaves a code that it does not know alone.
    """

    member_id: UUID
    age_band: AgeBand
    size: ClothingSize
    languages: tuple[Language, ...] = ()
    circumstances: tuple[Circumstance, ...] = ()


Rank = Annotated[int, Field(ge=0, le=NOT_URGENT)]


class HouseholdState(Contract):
    """What inventory and others need to know of a household, whole: a later version replaces an earlier one.

    `rank` says how urgent it is, 0 the most; why it is urgent stays in intake. It is helped from the day
    `registered_on`; of two of one day, the one with the lower id was registered first. `on` is the day of this fact.
    """

    household_id: UUID
    version: Version
    code: Annotated[str, Field(max_length=20, pattern=r"^[A-Z0-9-]+$")]
    region: Annotated[str, Field(max_length=40, pattern=r"^[a-z0-9-]+$")]
    registered_on: date
    on: date
    members: Annotated[tuple[MemberFacts, ...], Field(max_length=50)]
    needs: frozenset[NeedKind]
    rank: Rank = NOT_URGENT

    @property
    def subject(self) -> UUID:
        return self.household_id


class HouseholdRegistered(HouseholdState):
    """A household was taken in: version 1 of its state."""

    wire: ClassVar[str] = "intake.household_registered.v1"


class HouseholdChanged(HouseholdState):
    """The state after a change: a member joined, left or came into another age band, or the household's region, needs
    or rank are different.
    """

    wire: ClassVar[str] = "intake.household_changed.v1"


class HouseholdReopened(HouseholdState):
    """A closed household is helped again; the state from now on."""

    wire: ClassVar[str] = "intake.household_reopened.v1"


class HouseholdClosed(Contract):
    """A household is no longer helped; what it has not fetched is free again. Why, nobody else is told."""

    wire: ClassVar[str] = "intake.household_closed.v1"

    household_id: UUID
    version: Version
    on: date

    @property
    def subject(self) -> UUID:
        return self.household_id


class GrantStep(StrEnum):
    """The known states of a request for money, as intake sees it. On the wire it is text."""

    ASKED = "asked"
    CHANGED = "changed"
    WITHDRAWN = "withdrawn"


GRANT_KINDS = ("protection", "resettlement", "return", "hospital", "family_visit", "prison_support")
"""The kinds of grants that are asked for now. On the wire a kind is text, and one that is not known is paid from the
general fund."""


class GrantAsked(Contract):
    """Money is asked for a household or for a case, whole: a later version replaces an earlier one.

    Exactly one of `household_id` and `case_id` is there. `household_version` is the household's when it was asked, and
    `case_version` the case's: the grant ends with one that was closed later, and not with one that was closed before
    and reopened. `asked_by` is who asked, by id, and `raised_by` all who ever asked for more since, because nobody
    decides about what they asked for. Kind and currency of a request never change.
    """

    wire: ClassVar[str] = "intake.grant_asked.v1"

    request_id: UUID
    version: Version
    household_id: UUID | None = None
    household_version: Version | None = None
    case_id: UUID | None = None
    case_version: Version | None = None
    member_id: UUID | None = None
    kind: Code
    estimate: Money
    urgency: Annotated[int, Field(ge=0, le=3)]
    asked_on: date
    asked_by: PrincipalId | None = None
    raised_by: tuple[PrincipalId, ...] = ()
    status: Code
    on: date

    @property
    def subject(self) -> UUID:
        return self.request_id


class AdvocacyStatus(StrEnum):
    """The known states of an advocacy case. On the wire it is text."""

    OPEN = "open"
    """No visit is planned, and none was made."""
    VISIT_PLANNED = "visit_planned"
    VISITED = "visited"
    """A visit was made, and no other one is planned."""
    CLOSED = "closed"


ADVOCACY_TOPICS = ("arrest", "trial", "prison_conditions", "family", "release")
"""What is spoken of at hearings for somebody in prison, as far as it is known now. On the wire a topic is text."""


class AdvocacyChanged(Contract):
    """An advocacy case, whole: a later version replaces an earlier one. Somebody is in prison for having helped.

    `visits_planned` are visits of the family that are still to be made, `visits_done` those that were. Who it is, and
    where, is told to nobody.
    """

    wire: ClassVar[str] = "intake.advocacy_changed.v1"

    case_id: UUID
    version: Version
    status: Code
    topics: Annotated[frozenset[Code], Field(max_length=20)]
    visits_planned: Annotated[int, Field(ge=0, le=2**31 - 1)]
    visits_done: Annotated[int, Field(ge=0, le=2**31 - 1)]
    on: date

    @property
    def subject(self) -> UUID:
        return self.case_id


class ConsentPurpose(StrEnum):
    """What somebody can agree to, as far as it is known now. On the wire a purpose is text."""

    HELP = "help"
    REFERRAL = "referral"
    SPONSORSHIP = "sponsorship"
    PUBLIC_SPEAKING = "public_speaking"
    PHOTO = "photo"


SPONSORSHIP_SCOPES = ("alias", "story", "drawing", "photo")
"""What of a child sponsors may be shown, as far as it was agreed to; nothing is the default."""

SPEAKING_SCOPES = (
    "speaking",
    "name",
    "face",
    "voice",
    "recording",
    "stream",
    "press",
    "translation",
    "archive",
)
"""What of a speaker may be used, as far as it was agreed to; nothing is the default."""


class ConsentChanged(Contract):
    """What a member, or the guardian of one, agreed to for one purpose, whole: a later version replaces an earlier one.

    Nothing outside `scopes` is agreed to. It holds while `agreed`, up to and with the day `until`; without one it has
    no end. Who explained it, and what was said, stays in intake. No help depends on it.

    `of_age` is told of public speaking alone: a minor never speaks in public, so a birth date that is corrected may end
    it. Where it is missing, the member was of age when the consent was given.
    """

    wire: ClassVar[str] = "intake.consent_changed.v1"

    consent_id: UUID
    version: Version
    household_id: UUID
    member_id: UUID
    purpose: Code
    scopes: Annotated[frozenset[Code], Field(max_length=20)]
    agreed: bool
    until: date | None = None
    of_age: bool | None = None
    on: date

    @property
    def subject(self) -> UUID:
        return self.consent_id


class SettlementWish(StrEnum):
    """What a household that settles can ask for, as far as it is known now. On the wire a wish is text."""

    GRANT = "grant"
    LESSONS = "lessons"
    HELPER = "helper"


class SettlementAsked(Contract):
    """A household wants to settle in another country, whole: a later version replaces an earlier one.

    `region` is where it will live. The grant among its wishes is asked for by GrantAsked with the same request id.
    `household_version` is the household's when it was asked: a close of a later version ends the request. `status` is a
    known state of GrantStep.
    """

    wire: ClassVar[str] = "intake.settlement_asked.v1"

    request_id: UUID
    version: Version
    household_id: UUID
    household_version: Version | None = None
    member_ids: Annotated[tuple[UUID, ...], Field(max_length=50)]
    wishes: Annotated[frozenset[Code], Field(max_length=10)]
    languages: Annotated[tuple[Language, ...], Field(max_length=20)] = ()
    region: Annotated[str, Field(max_length=40, pattern=r"^[a-z0-9-]+$")]
    status: Code
    on: date

    @property
    def subject(self) -> UUID:
        return self.request_id
