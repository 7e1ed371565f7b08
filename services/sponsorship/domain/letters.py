"""Letters between sponsors and children: what has to be done before one is passed on, and by whom."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

from services.sponsorship.domain.vetting import WhyNot
from shared.contracts.events import HelpStatus


class Direction(StrEnum):
    """Whom a letter is for."""

    TO_SPONSOR = "to_sponsor"
    TO_CHILD = "to_child"


class LetterState(StrEnum):
    """How far a letter is."""

    RECEIVED = "received"
    MASKED = "masked"
    """Somebody wrote what may be passed on, translated if it has to be."""
    DOUBTED = "doubted"
    """Somebody checked it and was not sure: a second person decides."""
    CHECKED = "checked"
    DELIVERED = "delivered"
    RETURNED = "returned"
    """It is not passed on, for a reason."""


ORIGINAL, MASKED, PHOTO = "original", "masked", "photo"
"""Where something was found."""
OPEN = (LetterState.RECEIVED, LetterState.MASKED, LetterState.DOUBTED, LetterState.CHECKED)


class Question(StrEnum):
    """The checklist: whether a letter or its photos have any of these. A person answers each."""

    FULL_NAME = "full_name"
    ADDRESS = "address"
    PHONE = "phone"
    MAIL = "mail"
    ACCOUNT = "account"
    SCHOOL = "school"
    TOWN = "town"
    ROUTE = "route"
    DATE = "date"
    PHOTO_WITH_PLACE = "photo_with_place"
    POLITICS_OR_RELIGION = "politics_or_religion"
    MEETING = "meeting"
    MONEY = "money"


class Answer(StrEnum):
    """An answer of the checklist."""

    NONE = "none"
    """There is nothing of the kind."""
    DOUBT = "doubt"
    """There may be: a second person decides."""


class FindingAnswer(StrEnum):
    """What a person says to a hint."""

    REMOVED = "removed"
    """It is no longer there."""
    HARMLESS = "harmless"
    """It tells nothing of anybody, and may stay."""


class Returned(StrEnum):
    """Why a letter is not passed on."""

    TELLS_TOO_MUCH = "tells_too_much"
    ASKS_FOR_CONTACT = "asks_for_contact"
    ASKS_FOR_MONEY = "asks_for_money"
    HURTFUL = "hurtful"
    NO_CONSENT = "no_consent"
    NOT_VETTED = "not_vetted"
    SPONSORSHIP_ENDED = "sponsorship_ended"
    NOT_WANTED = "not_wanted"
    """Whom it is for does not want it."""


class PhotoKind(StrEnum):
    """What a picture shows. Each needs its own consent."""

    PHOTO = "photo"
    DRAWING = "drawing"


@dataclass(frozen=True)
class Letter:
    """A letter as it stands; its words are kept elsewhere, behind `correspondence`."""

    id: UUID
    direction: Direction
    child_id: UUID
    donor_id: UUID
    state: LetterState
    received_on: date
    maskers: frozenset[str] = frozenset()
    checked_by: str = ""
    photos: frozenset[PhotoKind] = frozenset()

    @property
    def open(self) -> bool:
        return self.state in OPEN

    @property
    def scopes(self) -> frozenset[str]:
        """What the guardian must have agreed to: of a child's letter to what it shows; of a sponsor's that the child
        has sponsors at all.
        """
        if self.direction is Direction.TO_CHILD:
            return frozenset()
        return frozenset({"story", *(each.value for each in self.photos)})


OVER = "This letter was passed on or returned already."
WORDS = {
    WhyNot.NO_SPONSOR: "This donor does not sponsor this child now. Only the organisation writes after the end.",
    WhyNot.GIFT_ALONE: "This donor wants no letters.",
    WhyNot.DECLINED: "This sponsor was declined.",
    WhyNot.RESTRICTED: "This sponsor gives, and does not write.",
    WhyNot.INCIDENT: "An incident of this sponsor is open. Look at it, then settle it or withdraw it.",
    WhyNot.NOT_DECLARED: "This sponsor has not declared everything yet. Write the day into the sponsor's vetting.",
    WhyNot.NO_CODE: "This sponsor has not signed the code of conduct yet. Write the day into the sponsor's vetting.",
    WhyNot.NO_CONSENT: "The guardian has not agreed, or no longer agrees, that the child has sponsors.",
}
"""Why a sponsor and a child may not write to each other, as staff are told it."""


def why_not_check(letter: Letter, actor: str, unanswered: int) -> str | None:
    """Why somebody cannot check a letter; None if they can. Each step is another person's."""
    if letter.state not in (LetterState.MASKED, LetterState.DOUBTED):
        return "Only a letter that was masked, and is not checked yet, can be checked."
    if actor in {*letter.maskers, letter.checked_by}:
        return "Another person checks a letter than those who masked or checked it before."
    return _unanswered(unanswered)


def checked(doubts: Collection[str]) -> LetterState:
    """What a letter is after a check."""
    return LetterState.DOUBTED if doubts else LetterState.CHECKED


def doubts_of(answers: Mapping[Question, Answer]) -> list[str]:
    """The questions of which somebody was not sure."""
    return sorted(question.value for question, answer in answers.items() if answer is Answer.DOUBT)


def why_not_deliver(
    letter: Letter, why: WhyNot | None, agreed: Collection[str], unanswered: int
) -> str | None:
    """Why a letter cannot be passed on; None if it can."""
    if letter.state is not LetterState.CHECKED:
        return "Only a letter that was checked can be passed on."
    return why_not_show(letter, why, agreed) or _unanswered(unanswered)


def why_not_show(letter: Letter, why: WhyNot | None, agreed: Collection[str]) -> str | None:
    """Why nobody may be shown a letter who is to get it; None if they may. A consent that has ended hides it again.

    `why` says why these two may not write to each other today, and `agreed` what the guardian agrees to today.
    """
    if why:
        return WORDS[why]
    if lacking := sorted(letter.scopes - {*agreed}):
        return f"The guardian has not agreed to this being shown: {', '.join(lacking)}."
    return None


def translator_stays(state: str, found: int, status: str) -> bool:
    """Whether somebody is still wanted, or has still to tell their hours, for a translation that was asked for.

    `found` and `status` are what events said last of it. A letter that was returned needs no translation any more.
    """
    if state == LetterState.DELIVERED:
        return found > 0
    return state != LetterState.RETURNED or status == HelpStatus.DONE


def _unanswered(count: int) -> str | None:
    if not count:
        return None
    many = "1 finding is" if count == 1 else f"{count} findings are"
    return f"{many} not answered yet. Answer each of them first."
