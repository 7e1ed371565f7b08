"""What staff decide of children: that one has left, and why; that one is back."""

from uuid import UUID

from services.sponsorship.domain.children import GONE, Left
from services.sponsorship.domain.rules import Rules
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
        if row["decided"] not in (None, why.value):
            words = f"Somebody said already that this child left for another reason: {row['decided']}."
            return conflict(f"{words} If that is wrong, take it back first (come-back).")
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
