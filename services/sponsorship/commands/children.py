"""What staff decide of children: that one has left, and why; that one is back; that another sponsor follows."""

from dataclasses import dataclass, replace
from datetime import timedelta
from uuid import UUID

from uuid_utils.compat import uuid7

from services.sponsorship.domain.children import GONE, Left
from services.sponsorship.domain.holds import Hold, Over, Sponsorship, State
from services.sponsorship.domain.rules import Rules
from services.sponsorship.domain.settling import Page
from services.sponsorship.ledger import Book
from services.sponsorship.repository import children
from shared.contracts.sponsorship import ChildStatus
from shared.messaging.unit import Unit
from shared.outcomes import Refused, conflict, invalid, missing


async def leave(unit: Unit, rules: Rules, child: UUID, why: Left) -> Left | Refused:
    """Say that a child has finished school, or where one went whose household is not helped any more."""
    if why is not Left.GRADUATED and why not in GONE:
        return invalid("This reason follows by itself.", ("reason", "must be one that staff say"))
    async with Book.open(unit, rules) as book:
        row = (await children.known(unit.session, {child})).get(child)
        if row is None:
            return missing("such child")
        if why in GONE and row["status"] != ChildStatus.LEFT:
            return conflict(
                "This child is helped. It leaves when intake closes its household, or takes it out."
            )
        await children.decide(
            unit.session, child, decided=why.value, decided_on=unit.today, decided_by=unit.actor.id
        )
        book.touch([child])
    return why


async def come_back(unit: Unit, rules: Rules, child: UUID) -> UUID | Refused:
    """Take back what was said of a child's leaving: it waits again, with its old waiting time, if it is helped."""
    async with Book.open(unit, rules) as book:
        if child not in await children.known(unit.session, {child}):
            return missing("such child")
        await children.decide(
            unit.session, child, decided=None, decided_on=unit.today, decided_by=unit.actor.id
        )
        book.touch([child])
    return child


@dataclass(frozen=True)
class Handover:
    """Another gift follows the one that supports a child; `farewell` is the agreed text for who leaves."""

    child_id: UUID
    gift_id: UUID
    farewell: str


async def hand_over(unit: Unit, rules: Rules, wanted: Handover) -> Sponsorship | Refused:
    """Another sponsor follows without a gap: the one before ends today, or on its first day if that is to come, and the
    new one begins on the day after.
    """
    async with Book.open(unit, rules) as book:
        book.touch([wanted.child_id], [wanted.gift_id])
        page = await book.look()
        if refused := _refused(page, wanted):
            return refused
        before = page.main_of(wanted.child_id)
        if before is None:
            return conflict("This child has no sponsor; keep it for the gift instead.")
        first = max(unit.today, before.starts_on) + timedelta(days=1)
        page.save(replace(before.ended(unit.today, Over.HANDED_OVER), farewell=wanted.farewell))
        hold = Hold(uuid7(), wanted.child_id, wanted.gift_id, unit.today, first)
        new = Sponsorship(uuid7(), hold.id, hold.child_id, hold.gift_id, first)
        page.save(replace(hold, state=State.CONVERTED, closed_on=unit.today))
        page.save(new)
    return new


def _refused(page: Page, wanted: Handover) -> Refused | None:
    gift = page.gifts.get(wanted.gift_id)
    if wanted.child_id not in page.helped:
        return missing("such child")
    if gift is None or gift.begun_on is None:
        return conflict("The gift that follows has not begun.")
    if gift.declined:
        return conflict("The sponsor of this gift was declined.")
    if gift.over or page.placed(gift.id) >= gift.wanted or page.has(gift.id, wanted.child_id):
        return conflict("The gift that follows is over, or has the children that it is for.")
    return None
