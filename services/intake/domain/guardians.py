"""Consents that a guardian gave for a minor: when they are over, and when they are to be asked for anew.

A guardian who lives with the child agrees as long as both live together. If one of them leaves or moves away, or the
guardian turns out to be a minor, the consent ends on that day, for good: if they live together again, it is asked for
anew. A guardian who is named by a code lives elsewhere, and stays the guardian wherever the child moves.
"""

from collections.abc import Iterable
from enum import StrEnum

GUARDIAN_LEFT = "guardian_left"
"""Why a consent ended by itself."""


class Renewal(StrEnum):
    """Why a consent that a guardian gave has to be asked for anew."""

    GUARDIAN_LEFT = GUARDIAN_LEFT
    """It has ended: the guardian does not live with the child any more, or is a minor."""
    GROWN_UP = "grown_up"
    """The child is of age, and what a guardian agreed to is over: it agrees itself now."""
    OVER = "over"
    """Its last day has passed."""
    ENDING = "ending"
    """Its last day is near."""


def ended_words(purposes: Iterable[str]) -> str:
    """For the timeline of the household."""
    which = ", ".join(sorted(each.replace("_", " ") for each in purposes))
    return f"A guardian who agreed for a child does not live with it as an adult now: ask anew ({which})."
