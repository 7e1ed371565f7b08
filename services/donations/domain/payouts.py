"""What becomes of a grant when a part of it is paid, carried or comes back, and when that was a mistake."""

from dataclasses import replace
from enum import StrEnum

from services.donations.domain.grants import Grant, reworded


class NoReceipt(StrEnum):
    """Why there is no receipt of what was paid. NOT_ASKED is said of what was paid before anybody was asked."""

    LOST = "lost"
    NOT_GIVEN = "not_given"
    ENDANGERS = "endangers"
    NOT_ASKED = "not_asked"


FIELD = "field"
"""The place of a payout that a fieldworker made, out of an advance: the slip is its receipt."""
NOBODY_PAID_IN = frozenset({"KP"})
"""Money that comes from us, or its trace at a bank, can have somebody there killed."""


def why_not_there(country: str) -> str | None:
    """Why nobody is paid in this country, in words; None if somebody may be."""
    words = "Nobody is paid in North Korea: a payment there endangers who gets it."
    return words if country in NOBODY_PAID_IN else None


def paid(grant: Grant, amount: int, *, carried: bool = False) -> Grant:
    """The grant after a part of what was set aside is paid, or of what a fieldworker `carried` for it."""
    left = grant.carried - amount if carried else grant.carried
    aside = grant.set_aside if carried else grant.set_aside - amount
    return replace(grant, set_aside=aside, carried=left, paid=grant.paid + amount)


def carried(grant: Grant, amount: int) -> Grant:
    """The grant after a fieldworker took so much of what is set aside, or below 0 brought it back.

    What comes back of a grant that is over is its fund's.
    """
    if grant.ended:
        return grant
    return replace(grant, set_aside=grant.set_aside - amount, carried=grant.carried + amount)


def came_back(grant: Grant, amount: int) -> Grant:
    """The grant after a part of what was paid came back: so much less was wanted, and agreed to."""
    wanted, agreed = grant.wanted - amount, grant.agreed_to - amount
    return replace(grant, paid=grant.paid - amount, wanted=wanted, agreed_to=agreed)


def unpaid(grant: Grant, amount: int, *, carried: bool = False) -> Grant:
    """The grant after a payment of it turned out to be a mistake: so much is wanted again, if it goes on. If it was
    `carried` for this grant, the fieldworker has it again.
    """
    after = replace(grant, paid=grant.paid - amount)
    if after.ended:
        return after
    return reworded(replace(after, carried=after.carried + amount) if carried else after)


def put_back(grant: Grant, amount: int) -> Grant:
    """The grant after a payment of it from a place turned out to be a mistake: what came back to its fund is set aside
    for it again, as far as it still waits for so much.
    """
    after = replace(grant, paid=grant.paid - amount)
    return (
        after if after.ended else reworded(replace(after, set_aside=after.set_aside + min(amount, after.due)))
    )


def never_came_back(grant: Grant, amount: int) -> Grant:
    """The grant after it turned out that a part of what was paid did not come back."""
    wanted, agreed = grant.wanted + amount, grant.agreed_to + amount
    return replace(grant, paid=grant.paid + amount, wanted=wanted, agreed_to=agreed)


def why_not_undo(amount: int, there: int, *, field: bool, undone: bool) -> str | None:
    """Why a payment of so much, or below 0 its return, cannot be undone, in words; None if it can. `there` is what was
    paid of the grant in its place, less what came back.
    """
    if undone:
        return "This payment is undone already."
    if field:
        return "A fieldworker paid this. Undo the slip of the advance."
    if amount > there:
        return "Money of this payment came back. Undo that first."
    return None
