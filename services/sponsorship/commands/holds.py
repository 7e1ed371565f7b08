"""What staff decide of holds: a child is kept for a gift, for longer, or no longer."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from uuid_utils.compat import uuid7

from services.sponsorship.commands.keeping import no_such_end, why_not
from services.sponsorship.domain.holds import Hold, Over, Role, State
from services.sponsorship.domain.rules import Rules
from services.sponsorship.domain.settling import Page
from services.sponsorship.ledger import Book
from services.sponsorship.repository import holds, placing
from shared.messaging.unit import Unit
from shared.outcomes import Refused, conflict, invalid, missing

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
        if refused := why_not(rules, page, new):
            return refused
        page.save(new)
    return page.holds[new.id]


async def _next(unit: Unit) -> UUID | None:
    found = await placing.free_children(unit.session, unit.today, 1)
    return found[0] if found else None


async def extend(unit: Unit, rules: Rules, hold_id: UUID, until: date | datetime | None) -> Hold | Refused:
    """Give a hold a later end: from today on it is bounded like that of a new one."""
    if until is None:
        return no_end()

    def longer(page: Page, found: Hold) -> Hold | Refused:
        new = found.until_then(until)
        if not _is_later(new, found, rules.zone):
            words = f"This hold ends at {found.until} already. To let the child go sooner, release the hold."
            return invalid(words, ("until", f"must be later than {found.until}"))
        return no_such_end(rules, page, new) or new

    return await _change(unit, rules, hold_id, longer)


def _is_later(new: Hold, before: Hold, zone: ZoneInfo) -> bool:
    """Whether a hold ends later than before; a day begins at midnight in the group's zone."""
    ends = (each.until for each in (new, before))
    one, other = (
        each if isinstance(each, datetime) else datetime.combine(each, time(), zone) for each in ends
    )
    return one > other


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
    Over.HELD_OFF: "The gift began in time, but sponsor and child could not come together by then.",
    Over.DECLINED: "The sponsor was declined.",
    Over.AT_RISK: "The gift was at risk when the hold was made.",
    Over.SPONSOR_WISHED: "The sponsor wished so.",
    Over.FAMILY_WISHED: "The child or its family wished so.",
    Over.MISTAKEN: "The child was given to this gift by mistake.",
}
"""Each reason in words."""


def no_end() -> Refused:
    """A hold needs an end."""
    return invalid("Say until when.", ("until_on", "or until_at must be there"))
