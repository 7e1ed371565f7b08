"""Consents that a guardian gave for a minor: when they are over, and when they are to be asked for anew.

A guardian who lives with the child agrees as long as both live together. If one of them leaves or moves away, or the
guardian turns out to be a minor, the consent ends on that day, for good: if they live together again, it is asked for
anew. So does what a member agreed to alone who turns out to be a minor. A guardian who is named by a code lives
elsewhere, and stays the guardian wherever the child moves.
"""

from collections.abc import Iterable
from enum import StrEnum


class Renewal(StrEnum):
    """Why a consent that a guardian gave has to be asked for anew."""

    GUARDIAN_LEFT = "guardian_left"
    """It has ended: the guardian does not live with the child any more, or is a minor."""
    MINOR = "minor"
    """It has ended: whoever agreed as a grown-up is a minor, for whom a guardian agrees."""
    GROWN_UP = "grown_up"
    """The child is of age, and what a guardian agreed to is over: it agrees itself now."""
    OVER = "over"
    """Its last day has passed."""
    ENDING = "ending"
    """Its last day is near."""


def ended_words(why: Renewal, purposes: Iterable[str]) -> str:
    """For the timeline of the household: why consents ended by themselves."""
    which = ", ".join(sorted(each.replace("_", " ") for each in purposes))
    if why is Renewal.MINOR:
        return f"A member who agreed as a grown-up is a minor: ask a guardian ({which})."
    return f"A guardian who agreed for a child does not live with it as an adult now: ask anew ({which})."
