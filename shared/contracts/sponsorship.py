"""What sponsorship says: children and learners as ids, school payments, which gifts have a child, helpers wanted."""

from datetime import date
from enum import StrEnum
from typing import Annotated, ClassVar
from uuid import UUID

from pydantic import Field

from shared.contracts.base import Code, Contract, Language, Money, Part, PrincipalId, Version


class ChildStatus(StrEnum):
    """The known states of a child at school. On the wire it is text."""

    LISTED = "listed"
    """It waits for a sponsor."""
    HELD = "held"
    """It is kept for a sponsor whose gift has not started yet."""
    SPONSORED = "sponsored"
    AT_RISK = "at_risk"
    """The gift of its sponsor fails, or too many of its months are no longer covered."""
    OFFERED_AGAIN = "offered_again"
    """Its sponsor is gone, and it waits with the time it had waited before."""
    LEFT = "left"
    """It moved, settled, returned, grew up or finished school."""


class ChildChanged(Contract):
    """How a child's sponsorship stands, whole: a later version replaces an earlier one. It is so since the day `since`.

    Who sponsors it is told to nobody.
    """

    wire: ClassVar[str] = "sponsorship.child_changed.v1"

    member_id: UUID
    household_id: UUID
    version: Version
    status: Code
    since: date
    on: date

    @property
    def subject(self) -> UUID:
        return self.member_id


class GiftPlaced(Contract):
    """For how many of the children that a monthly gift is for one was found, whole: a later version replaces an
    earlier one. What is not placed stays in the education fund.
    """

    wire: ClassVar[str] = "sponsorship.gift_placed.v1"

    gift_id: UUID
    version: Version
    placed: Annotated[int, Field(ge=0, le=50)]
    wanted: Annotated[int, Field(ge=0, le=50)]
    on: date

    @property
    def subject(self) -> UUID:
        return self.gift_id


class PaymentStep(StrEnum):
    """The known states of a school payment, as sponsorship sees it. On the wire it is text."""

    DUE = "due"
    CHANGED = "changed"
    WITHDRAWN = "withdrawn"


class SchoolPaymentDue(Contract):
    """A school is to be paid for a child by the education fund, whole: a later version replaces an earlier one.

    `amount` is what no gift covers. `household_version` is the household's when it was asked: a close of a later
    version ends what is not paid. `asked_by` is who wrote down what the school costs, by id, and `raised_by` all who
    ever raised it since, because nobody decides about what they asked for. Donations answers with a GrantChanged of the
    kind `school` and this id.
    """

    wire: ClassVar[str] = "sponsorship.school_payment_due.v1"

    payment_id: UUID
    version: Version
    member_id: UUID
    household_id: UUID
    household_version: Version | None = None
    amount: Money
    due_on: date
    asked_by: PrincipalId | None = None
    raised_by: tuple[PrincipalId, ...] = ()
    status: Code
    on: date

    @property
    def subject(self) -> UUID:
        return self.payment_id


class LessonStatus(StrEnum):
    """The known states of a learner's place in the lessons. On the wire it is text."""

    WAITING = "waiting"
    PLACED = "placed"
    FINISHED = "finished"
    LEFT = "left"


class LessonPlaceChanged(Contract):
    """A learner's place in a course, whole: a later version replaces an earlier one.

    `request_id` is the settlement request the learner came with. Where the lessons are is told to nobody.
    """

    wire: ClassVar[str] = "sponsorship.lesson_place_changed.v1"

    request_id: UUID | None = None
    member_id: UUID
    household_id: UUID
    version: Version
    status: Code
    course: Code | None = None
    starts_on: date | None = None
    on: date

    @property
    def subject(self) -> UUID:
        return self.member_id


LEVELS = ("a1", "a2", "b1", "b2", "c1", "c2", "native")
"""How well somebody knows a language, from the least. On the wire a level is text."""


class LanguageWanted(Part):
    """A language, at least at this level (of LEVELS); with `into`, out of the one into the other."""

    language: Language
    into: Language | None = None
    level: Code


class HelperStep(StrEnum):
    """The known states of a need for helpers, as whoever asks sees it. On the wire it is text."""

    ASKED = "asked"
    CHANGED = "changed"
    WITHDRAWN = "withdrawn"


class HelperAsked(Contract):
    """Helpers are wanted, whole: a later version replaces an earlier one. `people` of them, from `starts_on` up to and
    with `ends_on`. Events answers with a HelpChanged of this id.
    """

    wire: ClassVar[str] = "sponsorship.helper_asked.v1"

    need_id: UUID
    version: Version
    task: Code
    languages: Annotated[tuple[LanguageWanted, ...], Field(max_length=10)]
    starts_on: date
    ends_on: date
    region: Annotated[str, Field(max_length=40, pattern=r"^[a-z0-9-]+$")] | None = None
    online: bool = False
    people: Annotated[int, Field(ge=1, le=100)]
    status: Code
    on: date

    @property
    def subject(self) -> UUID:
        return self.need_id
