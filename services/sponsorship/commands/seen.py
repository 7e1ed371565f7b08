"""Whoever changes something names the version of it that they saw: of two who change it at once, the second is told,
and nothing of the first is overwritten.

What has an id of its own for each state (a report card, an incident, a sponsorship) is named by that id instead.
"""

from shared.outcomes import Refused, conflict


def stale(what: str, now: int, seen: int) -> Refused | None:
    """Why this is not changed by who saw version `seen` of it; None if that is the one there is `now`."""
    if now == seen:
        return None
    return conflict(
        f"Somebody changed this {what} after you looked: it is in version {now} now, not in {seen}. "
        "Look at it again, and then say what is to be."
    )
