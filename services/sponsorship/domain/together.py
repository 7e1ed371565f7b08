"""Whether a gift and a child may come together: the one rule that every way to a sponsor asks.

The ways are a hold, by staff or by itself; a hold that becomes a sponsorship; a hold or a sponsorship that is taken up
again; a share beside a main sponsor; and another sponsor who follows. Two who are together stay together when something
comes to stand against it, unless the sponsor is declined. What was held off is looked at again once nothing does.

Vetting is not asked here: a sponsor who has not declared anything, or is restricted, gives and does not write.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class Apart(StrEnum):
    """Why a gift and a child may not come together now."""

    DECLINED = "declined"
    SPONSOR_INCIDENT = "sponsor_incident"
    """Somebody looks at contact of this sponsor past the organisation."""
    CHILD_INCIDENT = "child_incident"
    """Somebody looks at contact of anybody with this child past the organisation."""
    NO_CONSENT = "no_consent"
    """No guardian agrees today that sponsors are shown this child."""


@dataclass(frozen=True)
class Care:
    """What protects a child: up to and with which day a guardian agrees, if one does today, that sponsors are shown it
    (`date.max` if that has no end), and whether an incident of it is open. Of who has grown up nobody agrees.
    """

    agreed_until: date | None = date.max
    incident: bool = False


def why_apart(*, declined: bool, sponsor_incident: bool, child_incident: bool, agreed: bool) -> Apart | None:
    """The first reason against it; None if there is none."""
    reasons = (
        (declined, Apart.DECLINED),
        (sponsor_incident, Apart.SPONSOR_INCIDENT),
        (child_incident, Apart.CHILD_INCIDENT),
        (not agreed, Apart.NO_CONSENT),
    )
    return next((why for holds, why in reasons if holds), None)
