"""How a volunteer comes and goes."""

from services.events.domain.helping import VolunteerState
from shared.outcomes import Refused, conflict

_FROM = {
    VolunteerState.APPLICANT: frozenset({VolunteerState.CHECKED, VolunteerState.LEFT}),
    VolunteerState.CHECKED: frozenset({VolunteerState.ACTIVE, VolunteerState.LEFT}),
    VolunteerState.ACTIVE: frozenset({VolunteerState.PAUSED, VolunteerState.LEFT}),
    VolunteerState.PAUSED: frozenset({VolunteerState.ACTIVE, VolunteerState.LEFT}),
    VolunteerState.LEFT: frozenset({VolunteerState.CHECKED}),
}
"""What may follow. Who comes back after having left is checked again before they are asked."""


def refused_step(before: VolunteerState, to: VolunteerState, *, of_age: bool) -> Refused | None:
    """Why a volunteer cannot become this; None if they can. Only who is of age helps."""
    if to not in _FROM[before]:
        can = " or ".join(sorted(each.value for each in _FROM[before]))
        return conflict(f"This volunteer is {before.value}, and can become {can} now, not {to.value}.")
    if to is not VolunteerState.LEFT and not of_age:
        return conflict("This volunteer is not known to be of age: only grown-ups help.")
    return None
