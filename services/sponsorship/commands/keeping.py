"""Why a child cannot be kept for a gift, or not so long."""

from datetime import datetime, timedelta
from uuid import UUID

from services.sponsorship.domain.gifts import Gift
from services.sponsorship.domain.holds import WHOLE, Hold, Role, end_of, is_past
from services.sponsorship.domain.rules import Rules
from services.sponsorship.domain.standing import Standing
from services.sponsorship.domain.together import Apart
from shared.outcomes import Kind, Refused, conflict, invalid, missing

NOT_TOLD = (
    "Donations has told of no such monthly gift. It does once it knows the gift's subscription at PayPal: register the "
    "gift there with its `reference`, or wait until the donor has begun to pay."
)


def why_not(rules: Rules, page: Standing, new: Hold) -> Refused | None:
    """Why a child cannot be kept for a gift; None if it can."""
    gift = page.gifts.get(new.gift_id)
    if new.child_id not in page.helped:
        return missing("such child")
    if gift is None or not gift.status:
        return Refused(Kind.MISSING, NOT_TOLD)
    if refused := no_such_end(rules, page, new):
        return refused
    return refused_together(rules, page, gift, new.child_id) or _child_refused(page, new)


def no_such_end(rules: Rules, page: Standing, new: Hold) -> Refused | None:
    """Why a hold cannot have this end; None if it can. An instant is of the wall clock, a day of the service's."""
    if is_past(new, page.moment):
        return invalid("The hold would be over at once.", ("until", "must be later than now"))
    most = timedelta(days=rules.most_hold_days)
    today = (
        page.moment.now.astimezone(rules.zone).date()
        if isinstance(new.until, datetime)
        else page.moment.today
    )
    if end_of(new, rules.zone) > (last := today + most):
        words = f"A hold ends within {most.days} days: on {last} at the latest. It can be extended later."
        return invalid(words, ("until", f"must not be later than {last}"))
    return None


APART = {
    Apart.DECLINED: "The sponsor of this gift was declined.",
    Apart.SPONSOR_INCIDENT: "An incident of the sponsor of this gift is open. Look at it, and settle or withdraw it.",
    Apart.CHILD_INCIDENT: "An incident of this child is open. Look at it, and settle or withdraw it.",
    Apart.NO_CONSENT: "This child may not be shown to sponsors: no consent holds today.",
}
"""Each reason against it that two come together, in words."""


def refused_together(rules: Rules, page: Standing, gift: Gift, child: UUID) -> Refused | None:
    """Why this gift and this child do not come together now, or the gift gets no further child; None if they may."""
    if why := page.apart(gift.id, child):
        return conflict(APART[why])
    if gift.over:
        return conflict("This gift is over, or for no child.")
    if page.placed(gift.id) >= gift.wanted:
        return conflict(f"This gift has as many children as it is for: {gift.wanted}.")
    if gift.at_risk(rules.most_uncovered):
        return conflict(f"This gift is at risk: {_risk_words(gift)}. It gets a child again once it is paid.")
    return None


def _risk_words(gift: Gift) -> str:
    if gift.failing_since:
        return f"since {gift.failing_since} a payment has failed, is late or is disputed"
    return f"{gift.uncovered} of its months are no longer paid"


def _child_refused(page: Standing, new: Hold) -> Refused | None:
    child = new.child_id
    if page.has(new.gift_id, child):
        return conflict("This gift has this child already.")
    if page.has_by_another(new.gift_id, child):
        return conflict("Another gift of the same sponsor has this child already.")
    if not page.helped[child]:
        return conflict("This child has left.")
    if new.role is Role.CO and page.shares(child) + new.share >= WHOLE:
        return _no_share_left(page.shares(child))
    if not page.is_free(child, new.role):
        return conflict(
            "Another gift has this child." if page.main_of(child) else "Another gift keeps this child."
        )
    return None


def _no_share_left(taken: int) -> Refused:
    left = WHOLE - 1 - taken
    most = f"at most {left} is left" if left else "nothing is left"
    words = f"Co-sponsors bear {taken} of {WHOLE} of this child's support, and the main sponsor bears some: {most}."
    return Refused(Kind.CONFLICT, words, (("share", f"is more than {left}"),))
