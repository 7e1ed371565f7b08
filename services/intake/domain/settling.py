"""A household that wants to settle in another country: what it wishes, and which of its wishes are answered.

The grant among the wishes is a request for money with the same id; lessons are answered by sponsorship, and a helper by
events.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from services.intake.domain.households import Household
from shared.contracts.donations import GrantStatus
from shared.contracts.events import HelpStatus
from shared.contracts.intake import GrantStep, SettlementAsked, SettlementWish
from shared.contracts.sponsorship import LessonStatus
from shared.outcomes import Refused, conflict
from shared.words import many

ANSWERED: Mapping[str, frozenset[str]] = {
    SettlementWish.GRANT: frozenset(
        each.value for each in GrantStatus if each not in {GrantStatus.UNDECIDED, GrantStatus.WAITING}
    ),
    SettlementWish.LESSONS: frozenset(
        each.value for each in LessonStatus if each is not LessonStatus.WAITING
    ),
    SettlementWish.HELPER: frozenset({HelpStatus.ACCEPTED.value, HelpStatus.DONE.value}),
}
"""How each wish stands when it is answered, which may be by a no. Lessons are once nobody of it waits for a place."""


@dataclass(frozen=True)
class Settlement:
    """A request to settle. `version` counts what the others were told, `answered` the wishes that the timeline has told
    to be answered. It is over when it was withdrawn, or ended with the close of its household.
    """

    id: UUID
    version: int
    household_id: UUID
    household_version: int
    member_ids: tuple[UUID, ...]
    wishes: frozenset[str]
    languages: tuple[str, ...]
    region: str
    asked_on: date
    asked_by: str
    answered: int = 0
    withdrawn_on: date | None = None
    ended_on: date | None = None

    @property
    def over(self) -> bool:
        return self.withdrawn_on is not None or self.ended_on is not None


def why_over(settlement: Settlement) -> Refused | None:
    """Why a request cannot be changed any more; None if it can."""
    if settlement.withdrawn_on:
        return conflict("This settlement request was withdrawn.")
    if settlement.ended_on:
        return conflict("This settlement request ended when the household was closed. Ask anew.")
    return None


def changed(settlement: Settlement, **values: object) -> Settlement:
    """The request after a change; the same one if it is no different."""
    after = replace(settlement, **values)  # type: ignore[arg-type]
    return settlement if after == settlement else replace(after, version=settlement.version + 1)


def after_leaving(settlement: Settlement, household: Household, on: date) -> Settlement:
    """The request once somebody may have left its household, which may be closed by now; the same one if it may stay.

    With nobody left on it a request is withdrawn, and keeps whom it named. A close is told by the household alone.
    """
    if not household.helped:
        return replace(settlement, ended_on=on)
    present = {each.id for each in household.present}
    remaining = tuple(each for each in settlement.member_ids if each in present)
    return changed(settlement, member_ids=remaining) if remaining else changed(settlement, withdrawn_on=on)


def state_of(settlement: Settlement, on: date) -> SettlementAsked:
    """What the others are told of a request."""
    step = GrantStep.ASKED if settlement.version == 1 else GrantStep.CHANGED
    return SettlementAsked(
        request_id=settlement.id,
        version=settlement.version,
        household_id=settlement.household_id,
        household_version=settlement.household_version,
        member_ids=settlement.member_ids,
        wishes=settlement.wishes,
        languages=settlement.languages,
        region=settlement.region,
        status=GrantStep.WITHDRAWN if settlement.withdrawn_on else step,
        on=on,
    )


def asked_words(settlement: Settlement) -> str:
    """For the timeline of the household."""
    done = "Withdrawn" if settlement.withdrawn_on else "Asked" if settlement.version == 1 else "Changed"
    who = many(len(settlement.member_ids), "member")
    return f"{done}: settlement of {who} in {settlement.region}, with {', '.join(sorted(settlement.wishes))}."


def answered_words(settlement: Settlement, answered: Collection[str]) -> str:
    """How far a request is answered, for the timeline."""
    wishes = many(len(settlement.wishes), "wish", "wishes")
    return f"Settlement asked for on {settlement.asked_on}: {len(answered)} of its {wishes} answered."
