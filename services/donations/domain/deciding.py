"""Who has to agree to a grant, and to how much of it was agreed."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from services.donations.domain.grants import Grant, reworded

ALWAYS_TWO = frozenset({"return"})
"""Kinds that two people agree to, however small: whoever goes back may be paid for by nobody alone."""


@dataclass(frozen=True)
class Limits:
    """Up to `rule` in a currency nobody has to agree, above it one person, above `second` two."""

    rule: int
    second: int


def approvals_needed(grant: Grant, limits: Limits) -> int:
    """How many people have to agree before anything is set aside for it."""
    if grant.kind in ALWAYS_TWO or grant.wanted > limits.second:
        return 2
    return 1 if grant.wanted > limits.rule else 0


def decided(grant: Grant, limits: Limits, agreed: int) -> Grant:
    """The grant, of which all is agreed to if so many people have `agreed` to as much as is wanted, or nobody has to.

    If too few have, what was agreed to before stays: of 60,000 that became 70,000, the 60,000.
    """
    if grant.ended or agreed < approvals_needed(grant, limits):
        return grant
    return reworded(replace(grant, agreed_to=grant.wanted))


def let_go(grant: Grant) -> Grant:
    """The grant without what is set aside for it and was not agreed to."""
    room = max(0, grant.agreed_to - grant.paid - grant.carried)
    return grant if grant.set_aside <= room else reworded(replace(grant, set_aside=room))


def why_not_approve(grant: Grant, approved_by: Sequence[str], who: str, version: int) -> str | None:
    """Why this person cannot agree to what they saw in this version of the grant, in words; None if they can."""
    if grant.ended:
        return f"This grant is {grant.ended.value}."
    if version != grant.version:
        return (
            f"This grant has changed since: it is {grant.money(grant.wanted)} with urgency {grant.urgency} now, in "
            f"version {grant.version}. Agree to that, if it is right."
        )
    if who in grant.asked_for_by:
        return "Whoever asked for a grant, or for more of it, does not decide about it."
    if not grant.undecided:
        return "Nobody else has to agree to this grant."
    if who in approved_by:
        return "You have agreed to this grant already; another person has to."
    return None
