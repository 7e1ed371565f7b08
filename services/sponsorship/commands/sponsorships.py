"""What staff decide of sponsorships: that another sponsor follows, or that one is over."""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from uuid import UUID

from uuid_utils.compat import uuid7

from services.sponsorship.commands.holds import WHY
from services.sponsorship.commands.keeping import refused_together
from services.sponsorship.domain.holds import Hold, Over, Sponsorship, State
from services.sponsorship.domain.rules import Rules
from services.sponsorship.domain.settling import Page
from services.sponsorship.ledger import MANY, Book
from services.sponsorship.repository import rooms
from shared.messaging.unit import Unit
from shared.outcomes import Refused, conflict, missing


@dataclass(frozen=True)
class Handover:
    """Another gift follows the `sponsorship_id` of a child; `farewell` is the agreed text for who leaves."""

    child_id: UUID
    sponsorship_id: UUID
    gift_id: UUID
    farewell: str


async def hand_over(unit: Unit, rules: Rules, wanted: Handover) -> Sponsorship | Refused:
    """Another sponsor follows without a gap: the one before ends today, or on its first day if that is to come, and the
    new one begins on the day after.
    """
    async with Book.open(unit, rules) as book:
        book.touch([wanted.child_id], [wanted.gift_id])
        page = await book.look()
        before = page.main_of(wanted.child_id)
        if refused := _refused(rules, page, wanted, before):
            return refused
        if before is None:
            return conflict("This child has no sponsor; keep it for the gift instead.")
        if before.id != wanted.sponsorship_id:
            words = (
                f"This child has another sponsor by now: sponsorship {before.id} since {before.starts_on}."
            )
            return conflict(
                f"{words} Look at its sponsorships again, and hand over that one if it is to end."
            )
        first = max(unit.today, before.starts_on) + timedelta(days=1)
        over = before.ended(unit.today, Over.HANDED_OVER)
        page.save(replace(over, farewell=wanted.farewell, ended_by=unit.actor.id))
        hold = Hold(uuid7(), wanted.child_id, wanted.gift_id, unit.today, first)
        new = Sponsorship(uuid7(), hold.id, hold.child_id, hold.gift_id, first)
        page.save(replace(hold, state=State.CONVERTED, closed_on=unit.today))
        page.save(new)
    return new


def _refused(rules: Rules, page: Page, wanted: Handover, before: Sponsorship | None) -> Refused | None:
    gift = page.gifts.get(wanted.gift_id)
    if wanted.child_id not in page.helped:
        return missing("such child")
    if gift is None or gift.begun_on is None:
        return conflict("The gift that follows has not begun.")
    if page.has(gift.id, wanted.child_id):
        return conflict("This gift has this child already.")
    if page.has_by_another(gift.id, wanted.child_id, before.gift_id if before else None):
        return conflict("This sponsor bears a share of this child's support already. End that first.")
    return refused_together(rules, page, gift, wanted.child_id)


async def turn(unit: Unit, rules: Rules, day: date) -> None:
    """Places were kept up to this day for children who may come back: they are free for others now, first for those
    who had them before.
    """
    found = sorted(await rooms.kept_until(unit.session, rules.kept_since(day)))
    for first in range(0, len(found), MANY):
        # Nobody else gets any of these places before all of them were looked at.
        is_last = first + MANY >= len(found)
        async with Book.open(unit, replace(rules, by_itself=rules.by_itself and is_last)) as book:
            book.touch(gifts=found[first : first + MANY])


@dataclass(frozen=True)
class Ending:
    """A sponsorship of a child is over; `farewell` is the agreed text for the sponsor, if there is to be one."""

    child_id: UUID
    sponsorship_id: UUID
    why: Over
    farewell: str | None = None


async def end(unit: Unit, rules: Rules, wanted: Ending) -> Sponsorship | Refused:
    """A sponsorship ends today, that of a main sponsor or of one who bears a share. The child of a main sponsor is
    offered again, and never by itself to the same gift.
    """
    async with Book.open(unit, rules) as book:
        book.touch([wanted.child_id])
        page = await book.look()
        found = page.sponsorships.get(wanted.sponsorship_id)
        if found is None or found.child_id != wanted.child_id:
            return missing("such sponsorship of this child")
        if found.reason is not None:
            return conflict(f"This sponsorship is over since {found.ends_on}. {WHY[found.reason]}")
        ended = found.ended(unit.today, wanted.why)
        page.save(replace(ended, farewell=wanted.farewell, ended_by=unit.actor.id))
    return page.sponsorships[wanted.sponsorship_id]
