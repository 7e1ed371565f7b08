"""Sponsors are looked at before the first letter or photo: children are targets for abuse."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class WhyNot(StrEnum):
    """Why a sponsor and a child may not write to each other."""

    NO_SPONSOR = "no_sponsor"
    """The child is not sponsored by a gift of this person now."""
    GIFT_ALONE = "gift_alone"
    """The donor wants no letters."""
    INCIDENT = "incident"
    """Somebody looks at contact of this sponsor past the organisation."""
    DECLINED = "declined"
    RESTRICTED = "restricted"
    NOT_DECLARED = "not_declared"
    NO_CODE = "no_code"
    """The code of conduct was not signed."""
    NO_CONSENT = "no_consent"
    """The guardian of the child does not agree today."""


@dataclass(frozen=True)
class Vetting:
    """What is known of a sponsor: the day of the declaration, and the day on which the code of conduct was signed."""

    declared_on: date | None = None
    code_on: date | None = None
    restricted: bool = False
    declined: bool = False


def why_not(
    vetting: Vetting, *, sponsors: bool, wants_letters: bool, consent: bool, no_incident: bool
) -> WhyNot | None:
    """The first reason against letters and photos between a sponsor and a child; None if there is none."""
    reasons = (
        (not sponsors, WhyNot.NO_SPONSOR),
        (vetting.declined, WhyNot.DECLINED),
        (vetting.restricted, WhyNot.RESTRICTED),
        (not no_incident, WhyNot.INCIDENT),
        (vetting.declared_on is None, WhyNot.NOT_DECLARED),
        (vetting.code_on is None, WhyNot.NO_CODE),
        (not wants_letters, WhyNot.GIFT_ALONE),
        (not consent, WhyNot.NO_CONSENT),
    )
    return next((why for holds, why in reasons if holds), None)
