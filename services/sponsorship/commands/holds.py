"""What staff decide of holds: a child is kept for a gift, for longer, or no longer; another sponsor follows."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from uuid_utils.compat import uuid7

from services.sponsorship.domain.gifts import Gift
from services.sponsorship.domain.holds import WHOLE, Hold, Over, Role, State, is_past
from services.sponsorship.domain.rules import Rules
from services.sponsorship.domain.settling import Page
from services.sponsorship.ledger import Book
from services.sponsorship.repository import holds, placing
from shared.messaging.unit import Unit
from shared.outcomes import Kind, Refused, conflict, invalid, missing

Change = Callable[[Page, Hold], Hold | Refused]


@dataclass(frozen=True)
class Wanted:
    """A child is to be kept for a gift; without a child the one who comes next, without an end the usual one.

    With a share the gift supports the child beside its main sponsor.
    """

    gift_id: UUID
    child_id: UUID | None = None
    until: date | datetime | None = None
    share: int = 0

    @property
    def role(self) -> Role:
        return Role.CO if self.share else Role.MAIN


async def hold(unit: Unit, rules: Rules, wanted: Wanted) -> Hold | Refused:
    """Keep a child for a gift. If the gift has begun, the child is sponsored at once."""
    until = wanted.until or unit.today + timedelta(days=rules.hold_days)
    async with Book.open(unit, rules) as book:
        child = wanted.child_id or await _next(unit)
        if child is None:
            return conflict("No child who may be shown to sponsors waits for one.")
        book.touch([child], [wanted.gift_id])
        page = await book.look()
        new = Hold(uuid7(), child, wanted.gift_id, unit.today, until, wanted.role, wanted.share)
        if refused := await _refused(unit, page, new):
            return refused
        page.save(new)
    return page.holds[new.id]


async def _next(unit: Unit) -> UUID | None:
    found = await placing.free_children(unit.session, unit.today, 1)
    return found[0] if found else None


NOT_TOLD = (
    "Donations has told of no such monthly gift. It does once it knows the gift's subscription at PayPal: register the "
    "gift there with its `reference`, or wait until the donor has begun to pay."
)


async def _refused(unit: Unit, page: Page, new: Hold) -> Refused | None:
    """Why a child cannot be kept for a gift; None if it can."""
    gift = page.gifts.get(new.gift_id)
    if new.child_id not in page.helped:
        return missing("such child")
    if gift is None or not gift.status:
        return Refused(Kind.MISSING, NOT_TOLD)
    if is_past(new, page.moment):
        return invalid("The hold would be over at once.", ("until", "must be later than now"))
    if not await placing.may_show(unit.session, unit.today, new.child_id):
        return conflict("This child may not be shown to sponsors: no consent holds today.")
    return _gift_refused(page, gift) or _child_refused(page, new)


def _gift_refused(page: Page, gift: Gift) -> Refused | None:
    if gift.declined:
        return conflict("The sponsor of this gift was declined.")
    if gift.over or page.placed(gift.id) >= gift.wanted:
        return conflict(f"This gift is over, or has the children that it is for ({gift.wanted}).")
    return None


def _child_refused(page: Page, new: Hold) -> Refused | None:
    child = new.child_id
    if page.has(new.gift_id, child):
        return conflict("This gift has this child already.")
    if not page.helped[child]:
        return conflict("This child has left.")
    if new.role is Role.CO and page.shares(child) + new.share >= WHOLE:
        return conflict("The shares of the co-sponsors leave nothing for the main sponsor.")
    if not page.is_free(child, new.role):
        return conflict(
            "Another gift has this child." if page.main_of(child) else "Another gift keeps this child."
        )
    return None


async def extend(unit: Unit, rules: Rules, hold_id: UUID, until: date | datetime | None) -> Hold | Refused:
    """Give a hold another end, sooner or later than before."""
    if until is None:
        return no_end()

    def longer(page: Page, found: Hold) -> Hold | Refused:
        new = found.until_then(until)
        if is_past(new, page.moment):
            return invalid("The hold would be over at once.", ("until", "must be later than now"))
        return new

    return await _change(unit, rules, hold_id, longer)


async def release(unit: Unit, rules: Rules, hold_id: UUID) -> Hold | Refused:
    """The child is free again: the sponsor has changed their mind, say."""
    return await _change(unit, rules, hold_id, lambda _, found: found.let_go(unit.today, Over.RELEASED))


async def _change(unit: Unit, rules: Rules, hold_id: UUID, change: Change) -> Hold | Refused:
    async with Book.open(unit, rules) as book:
        child = await holds.child_of(unit.session, hold_id)
        if child is None:
            return missing("such hold")
        book.touch([child])
        page = await book.look()
        found = page.holds[hold_id]
        if found.state is not State.HELD:
            return conflict(over_words(found))
        new = change(page, found)
        if isinstance(new, Refused):
            return new
        page.save(new)
    return page.holds[hold_id]


def over_words(hold: Hold) -> str:
    """Why a hold keeps its child no longer."""
    if hold.state is State.CONVERTED:
        return f"The gift has begun: the child is sponsored by it since {hold.closed_on}."
    return f"This hold is over since {hold.closed_on}. {WHY[hold.reason or Over.RELEASED]}"


WHY = {
    Over.ENDED: "The gift had not begun by its end.",
    Over.GIFT_OVER: "The gift was over, or for fewer children.",
    Over.CHILD_LEFT: "The child had left.",
    Over.CHILD_TAKEN: "Another gift had the child when it was heard that this one had begun in time.",
    Over.RELEASED: "Somebody of the staff let the child go.",
    Over.HANDED_OVER: "Another sponsor follows.",
    Over.DECLINED: "The sponsor was declined.",
}
"""Each reason in words."""


def no_end() -> Refused:
    """A hold needs an end."""
    return invalid("Say until when.", ("until_on", "or until_at must be there"))
