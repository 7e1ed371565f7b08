"""Consents of members: what one member agrees to for one purpose, who can give it, and what is told of it.

Nothing is agreed to by default, and no help depends on any consent. It can be withdrawn by whoever gave it or by the
member, at any time: also by somebody who has left, and in a household that is closed.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum
from uuid import UUID

from shared.contracts.intake import (
    SPEAKING_SCOPES,
    SPONSORSHIP_SCOPES,
    AgeBand,
    ConsentChanged,
    ConsentPurpose,
)
from shared.outcomes import Refused, conflict, invalid

ADULTS = frozenset({AgeBand.ADULT, AgeBand.ELDERLY})
ADULT_BANDS = "(" + ", ".join(f"'{band.value}'" for band in sorted(ADULTS)) + ")"
"""The same, as a query has it after IN."""
LONGEST = timedelta(days=5 * 366)
"""No consent is given for longer: whoever agreed is asked anew by then."""


SCOPES: Mapping[str, tuple[str, ...]] = {
    ConsentPurpose.SPONSORSHIP: SPONSORSHIP_SCOPES,
    ConsentPurpose.PUBLIC_SPEAKING: SPEAKING_SCOPES,
}
"""What of a purpose is agreed to one by one; the other purposes are agreed to as a whole."""
WITH_AN_END = frozenset({ConsentPurpose.SPONSORSHIP, ConsentPurpose.PUBLIC_SPEAKING, ConsentPurpose.PHOTO})
"""Purposes that show something of a person to others: consent for them has an end."""


class Stands(StrEnum):
    """How a consent stands on a day. OVER is one whose end has passed: nobody is told, as all go by the day."""

    AGREED = "agreed"
    WITHDRAWN = "withdrawn"
    """Somebody no longer agreed."""
    ENDED = "ended"
    """It ended by itself: guardian and child have parted, say."""
    OVER = "over"


@dataclass(frozen=True)
class Consent:
    """What one member agrees to for one purpose, up to and with the day `until`; `version` counts what was told.

    `of_age` is what was told last of whoever speaks in public; None for other purposes, and where nothing was told yet.
    """

    id: UUID
    version: int
    household_id: UUID
    member_id: UUID
    purpose: str
    scopes: frozenset[str]
    agreed: bool
    until: date | None
    since: date
    of_age: bool | None = None

    def stands(self, today: date, ended: str | None) -> Stands:
        """How it stands; `ended` is why it ended by itself, if it did."""
        if not self.agreed:
            return Stands.ENDED if ended else Stands.WITHDRAWN
        return Stands.OVER if self.until and self.until < today else Stands.AGREED


@dataclass(frozen=True)
class Giver:
    """Who a member is when it is asked who can agree: the age band, and whether a child is old enough to be asked."""

    band: AgeBand
    is_asked: bool

    @property
    def minor(self) -> bool:
        return self.band not in ADULTS


@dataclass(frozen=True)
class Explained:
    """How a consent was given: who explained which text in which language, and who was there. People stand as codes.

    For a minor a guardian agrees, a member of the household or somebody named by a code, and `assent` is whether the
    child agrees itself.
    """

    explained_by: str
    language: str
    edition: str
    witness: str | None = None
    guardian_id: UUID | None = None
    guardian: str | None = None
    assent: bool | None = None


def why_not(purpose: str, giver: Giver, explained: Explained) -> Refused | None:
    """Why this member cannot give this consent in this way; None if nothing is against it."""
    guardians = (explained.guardian_id is not None) + (explained.guardian is not None)
    if not giver.minor:
        if guardians or explained.assent is not None:
            return invalid("An adult agrees for themselves.", ("guardian", "is for a minor alone"))
        return None
    if purpose == ConsentPurpose.PUBLIC_SPEAKING:
        return conflict("A minor does not speak in public.")
    if guardians != 1:
        return invalid(
            "A guardian agrees for a minor.", ("guardian", "name one: a member of the household, or a code")
        )
    if explained.assent is False or (giver.is_asked and explained.assent is None):
        return conflict("This child has to agree too: nothing is given against a child's own will.")
    return None


def why_not_so(purpose: str, scopes: Iterable[str], until: date | None, today: date) -> Refused | None:
    """Why nobody can agree to this; None if somebody can."""
    known = SCOPES.get(purpose, ())
    if other := sorted(set(scopes) - set(known)):
        return invalid("This cannot be agreed to.", ("scopes", f"{', '.join(other)} is no part of {purpose}"))
    if known and not set(scopes):
        return invalid("Nothing is agreed to.", ("scopes", f"name at least one of {', '.join(known)}"))
    if until is None:
        needs = purpose in WITH_AN_END
        return invalid("This consent has an end.", ("until", "is needed for this purpose")) if needs else None
    if until < today or until > today + LONGEST:
        return invalid("This cannot be its end.", ("until", "must lie between today and five years from now"))
    return None


def given(consent: Consent, scopes: Iterable[str], until: date | None, on: date) -> Consent:
    """The consent once it is given like this, whatever it was; the same one if the others would be told nothing new."""
    of_age = told_of_age(consent.purpose)
    after = replace(consent, scopes=frozenset(scopes), agreed=True, until=until, of_age=of_age)
    return consent if after == consent else _next(after, on)


def told_of_age(purpose: str) -> bool | None:
    """What is told of the age of whoever agrees to this: only grown-ups agree to speak in public."""
    return True if purpose == ConsentPurpose.PUBLIC_SPEAKING else None


def withdrawn(consent: Consent, scopes: Iterable[str] | None, on: date) -> Consent:
    """The consent without these scopes, or without all; the same one if they were not agreed to."""
    left = frozenset[str]() if scopes is None else consent.scopes - set(scopes)
    end = consent.until if left else None
    after = replace(consent, scopes=left, agreed=bool(left), until=end)
    return consent if after == consent else _next(after, on)


def aged(consent: Consent, band: AgeBand, on: date) -> Consent:
    """The consent of a member whose birth date was corrected: a minor does not speak in public. The same one if the
    others would be told nothing new. Who is of age after all agrees anew.
    """
    of_age = band in ADULTS
    if consent.purpose != ConsentPurpose.PUBLIC_SPEAKING or of_age == (consent.of_age is not False):
        return consent
    after = replace(consent, of_age=of_age)
    if not of_age:
        after = replace(after, scopes=frozenset(), agreed=False, until=None)
    return _next(after, on)


def moved(consent: Consent, household_id: UUID) -> Consent:
    """The consent of a member who is in another household now: it is the same one."""
    return replace(consent, household_id=household_id, version=consent.version + 1)


def state_of(consent: Consent, on: date) -> ConsentChanged:
    """What the others are told."""
    return ConsentChanged(
        consent_id=consent.id,
        version=consent.version,
        household_id=consent.household_id,
        member_id=consent.member_id,
        purpose=consent.purpose,
        scopes=consent.scopes,
        agreed=consent.agreed,
        until=consent.until,
        of_age=consent.of_age,
        on=on,
    )


def words_of(before: Consent | None, after: Consent) -> str:
    """For the timeline of the household."""
    purpose = after.purpose.replace("_", " ")
    if before is not None and before.of_age is not after.of_age and not after.agreed:
        return f"A member is {'' if after.of_age else 'not '}of age, and does not agree to {purpose} now."
    if not after.agreed:
        return f"A member no longer agrees to {purpose}."
    scopes = f": {', '.join(sorted(after.scopes))}" if after.scopes else ""
    end = f", until {after.until}" if after.until else ""
    less = before is not None and before.agreed and after.scopes < before.scopes
    return f"A member agrees {'to less of' if less else 'to'} {purpose}{scopes}{end}."


def _next(consent: Consent, on: date) -> Consent:
    return replace(consent, version=consent.version + 1, since=on)
